"""From measurements to vectors, scores, segments and sentences."""
