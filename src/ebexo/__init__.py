"""Ebexo for SALESmanago: what happens in a shop arrives there, once, in order, with a legal ground."""

__version__ = "0.1.0"
