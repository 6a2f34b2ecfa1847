"""Oscar's shipping app with the shop's one courier. Its tables and migrations stay Oscar's."""
