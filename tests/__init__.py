"""The tests. `test_life_of_one_note.py` is the one to read first."""
