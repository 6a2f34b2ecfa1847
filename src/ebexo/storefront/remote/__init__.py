"""The storefront of shops that are not Django: a script for their pages, and the question it asks."""
