"""What is read in the notes of talks."""
