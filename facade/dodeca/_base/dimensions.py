"""The length of vectors."""

DEFAULT_DIMENSION = 512
"""The length of the vectors of all models, unless another is asked for."""
