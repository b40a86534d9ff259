"""What is measured: each module owns one measure and turns it into rows."""
