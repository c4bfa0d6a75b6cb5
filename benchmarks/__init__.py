"""Public data against published figures."""
