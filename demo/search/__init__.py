"""Oscar's search app, asking the database: the assortment is too small for a search engine."""
