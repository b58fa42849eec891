"""Vectors with the segments that they belong to, as columns; search in them, tables of them."""

from dodeca.embeddings.embeddings import Embeddings
from dodeca.embeddings.matches import Match, Matches, Segment

__all__ = ["Embeddings", "Match", "Matches", "Segment"]
