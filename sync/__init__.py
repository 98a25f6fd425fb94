"""One promise (PROTOCOL.md), kept twice: central/ in Python, tablet/ in JavaScript."""
