"""Oscar's customer app with the shop's own forms. Its tables and migrations stay Oscar's."""
