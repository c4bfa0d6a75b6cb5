"""What runs: one stage a file, the command line."""
