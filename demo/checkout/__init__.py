"""Oscar's checkout, paid for on delivery."""
