"""The campaign file: read whole, every problem at once, and what a person should look at."""
