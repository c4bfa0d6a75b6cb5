"""What is said: reasons in words."""
