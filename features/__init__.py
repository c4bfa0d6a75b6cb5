"""What is known about a firm on a date."""
