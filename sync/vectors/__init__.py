"""Cases that both halves of the promise must pass; the JSON beside this file is what they read."""
