"""What staff do with an order."""
