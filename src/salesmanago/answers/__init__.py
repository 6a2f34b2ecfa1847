"""What came back, read: an answer with the data in it, or an error that says what to do next.

SALESmanago's names for the fields of an answer stand here alone.
"""
