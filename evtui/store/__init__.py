"""What we believe: readings merged into one frozen state by a pure function, and figures read off that state."""
