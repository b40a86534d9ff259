"""Painters: pure functions from a view to lines. They import no toolkit, so the plain snapshot uses them too."""
