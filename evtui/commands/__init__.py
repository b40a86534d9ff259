"""One module a command: a session in, text and an exit code out. No flags are read here."""
