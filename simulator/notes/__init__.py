"""Notes of talks: who could have heard what, and how writers put it."""
