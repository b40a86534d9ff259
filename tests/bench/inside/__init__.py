"""What is measured inside the program: modules that run with its own interpreter and print JSON."""
