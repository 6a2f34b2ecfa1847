"""What the shop sells: the assortment, its pictures, and the home page that shows it."""
