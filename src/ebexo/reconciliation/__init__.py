"""The shop's own orders, day by day, against what we were told of them and what became of it."""
