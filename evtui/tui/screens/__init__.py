"""What fills the terminal: the desk of panes, and the pages over it."""
