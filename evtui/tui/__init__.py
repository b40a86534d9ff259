"""The screen. The only folder that knows textual and rich; `paint/` and what it uses know neither."""
