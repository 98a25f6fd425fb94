"""What our words mean: the shapes and rules of a thematic visit. No input or output, no framework."""
