"""What keeps an installation healthy: what is dropped in time, and how much there is."""
