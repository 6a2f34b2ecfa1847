"""Oscar's dashboard, with amounts as staff in Poland write them."""
