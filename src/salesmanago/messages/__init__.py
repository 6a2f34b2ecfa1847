"""Requests, and how each looks on the wire.

SALESmanago's names for the fields of a request stand here alone, those of the credentials in `signing`.
"""
