"""History: customers and orders that existed before the integration was switched on."""
