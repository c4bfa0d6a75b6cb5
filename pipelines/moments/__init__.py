"""Simulated against published: what a portfolio of ours shows, beside what is known of real ones."""
