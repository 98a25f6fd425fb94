"""The central store: the only room that knows a database. It keeps what tablets bring and gives it back unchanged,
and it decides nothing.
"""
