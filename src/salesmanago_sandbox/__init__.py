"""A local SALESmanago to develop and test against.

It speaks the vendor's protocol under `/api/`, keeps everything in memory (and in a file, if told to), shows
what arrived on a web page at `/` and can be ordered to fail. Nothing leaves the machine but the callbacks it
is asked to send. It shares no code with the client in `salesmanago`: a mistake made there cannot hide here.
"""
