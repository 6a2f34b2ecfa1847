"""Telling the owners of a store by e-mail when it needs them: once for each trouble, and once when it is over."""
