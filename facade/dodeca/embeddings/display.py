"""How `Embeddings` are shown: as a line of text, and as a table in notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dodeca._base import html
from dodeca._base.text import cut

if TYPE_CHECKING:
    from dodeca.embeddings.sequence import SegmentSequence

_LABEL_CHARACTERS = 200  # of the labels of a column


def text(embeddings: SegmentSequence) -> str:
    """Shape, modalities, scopes and the number of sources, as in <Embeddings 10 x 512, visual>."""
    kinds = sorted(filter(None, embeddings.embedding_option.distinct()))
    scopes = sorted(filter(None, embeddings.embedding_scope.distinct()))
    sources = len(list(filter(None, embeddings.source_id.distinct())))
    labels = [cut("+".join(names), _LABEL_CHARACTERS) for names in (kinds, scopes)]
    parts = [" x ".join(map(str, embeddings.vectors.shape)), *labels]
    models = embeddings._model_names()
    if len(models) > 1:
        parts.append(cut("+".join(models), _LABEL_CHARACTERS))
    if sources:
        parts.append(f"{sources} source{'s' * (sources > 1)}")
    return f"<Embeddings {', '.join(part for part in parts if part)}>"


def table(embeddings: SegmentSequence) -> str:
    """An HTML table of the first rows."""
    headings = ("source_id", "start_sec", "end_sec", "option", "scope", "vector")
    rows = [
        (
            *(row.source_id, row.start_sec, row.end_sec),
            *(row.embedding_option, row.embedding_scope),
            ", ".join(f"{value:.3f}" for value in row.vector[:4]) + ", …",
        )
        for row in embeddings[: html.ROWS]
    ]
    return html.table(text(embeddings)[1:-1], headings, rows, len(embeddings))
