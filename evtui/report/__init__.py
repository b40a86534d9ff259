"""The report and the order page as text: made off the state, printed alike on screen and command line."""
