"""Moving an installation from SQLite to PostgreSQL: everything once, compared row by row, and only then in use."""
