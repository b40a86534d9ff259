"""Conditions worth an interruption, raised and cleared by facts alone."""
