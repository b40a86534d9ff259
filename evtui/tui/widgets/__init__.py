"""Widgets on the line API: nothing is drawn that has not changed."""
