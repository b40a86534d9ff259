"""What the terminal in front of us can do, and how text reaches its clipboard; knows nothing of any screen."""
