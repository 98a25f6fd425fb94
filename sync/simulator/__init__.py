"""The seeded simulator: the real application and the real JavaScript core, with everything between them at the mercy of a number."""
