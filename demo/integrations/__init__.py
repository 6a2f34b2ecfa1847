"""The menu of the shop's own dashboard that leads to the integration's panel, as a shop platform would carry it."""
