"""Django's SQLite backend with a sound library underneath and one writer at a time.

SQLite before 3.51.3 can damage a WAL database when connections of two processes write at once, so a current
library from the `pysqlite3` wheel stands in where the interpreter's own is older. And every write transaction, in
whichever process, holds the writer lock: nobody is turned away with "database is locked", and the wait stays short.
"""
