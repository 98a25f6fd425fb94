"""Central's half of the promise, in Python. It knows bytes and values: no database, no web, no application."""
