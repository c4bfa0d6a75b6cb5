"""What an institution sees of the lives, and when; and the tables of truth that it does not."""
