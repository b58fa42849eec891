"""Embeddings of media: vectors and the segments they belong to, as columns."""

from dodeca.embeddings.clips import Clip
from dodeca.embeddings.embeddings import Embeddings
from dodeca.embeddings.matches import Match, Matches, Segment

__all__ = ["Clip", "Embeddings", "Match", "Matches", "Segment"]
