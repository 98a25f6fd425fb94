"""fieldwork: the evidence tool for thematic visits. README.md has the map and the life of one note."""
