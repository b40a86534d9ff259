"""When to ask whom: polls sources side by side and hands every reading to the sinks it was given."""
