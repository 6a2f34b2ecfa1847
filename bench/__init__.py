"""Measuring, side by side with something to compare with: on a busy machine only the ratio says anything."""

NOBODY_LISTENS = "http://127.0.0.1:1"
"""An endpoint that refuses every connection at once: what is accepted waits."""
