"""The embedded portfolio: a world of firms and what an institution would see of it."""
