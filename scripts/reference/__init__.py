"""The parts of docs/reference that are written from the code: `python -m scripts.reference` writes them anew.

A part stands in its page between `<!-- written from the code: NAME -->` and `<!-- end of NAME -->`; around it people
write.
"""
