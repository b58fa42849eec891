"""Embeddings of documents: PDF by page, text by chunk of sentences, or either as a whole.

A page is embedded by its text, as nothing is rendered.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dodeca.video.probe import BrokenMedia, MediaContent

from ..errors import embedding_failed, parameter_invalid, parameter_not_provided
from ..media.documents import PDF, QUADRANTS, DocumentFormat, document_format, read_text
from ..rules.limits import check_pages
from ..rules.models import EmbeddingModel
from ..rules.urls import MediaSource
from .embedded import IMAGE_TOKENS, Embedded
from .vectors import Vector, text_vector
from .vocabulary import count_tokens, first_tokens

PAGES_PER_MB = 64
_NAMES = {"pdf": "a PDF", "text": "plain text and Markdown"}
_PAIRS = {
    "pdf": (("visual", "local"), ("visual", "asset"), ("text", "asset")),
    "text": (("text", "local"), ("text", "asset")),
}
"""What can be embedded of each format: option and scope."""
_DEFAULTS = {"pdf": (["visual"], ["local"]), "text": (["text"], ["asset"])}
_SEGMENTATION = {"spatial": ("pdf", "visual"), "sequential": ("text", "text")}
"""The format and the option that each kind of segmentation is for."""
_SENTENCE_ENDS = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])|\n\s*\n")  # noqa: RUF001
_PLACES = ("start_page_number", "end_page_number", "quadrant", "chunk_index")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DocumentPlan:
    """What to embed of a document. A task stores it, under these field names."""

    format: DocumentFormat
    options: list[str]
    scopes: list[str]
    size: int
    """Bytes of the file, by which its pages are limited."""
    tokens: int
    """The context window of the model."""
    has_quadrants: bool = False
    max_sentences: int = 0
    overlap_sentences: int = 0
    kind: str = "document"
    duration: float = 0.0

    @property
    def without_uncertainty(self) -> str:
        """Why there is no uncertainty; empty if there is."""
        if self.format == "pdf":
            return "There is none of a PDF."
        return "" if self.scopes == ["local"] else "For text it needs the scope `local` alone."

    def response_metadata(self) -> dict[str, Any]:
        """Return the `metadata` of a response that follow from the plan."""
        return {"embedding_options": self.options, "embedding_scopes": self.scopes}

    def embed(self, content: MediaContent) -> Embedded:
        """Embed the document. Raises BrokenMedia, and ErrorResponse beyond a limit."""
        if self.format == "text":
            return self._embed_text(read_text(content))
        pdf = PDF(content)
        counted = 1 + len(QUADRANTS) * self.has_quadrants
        check_pages(pdf.page_count, self.size, per_mb=PAGES_PER_MB, counted=counted)
        return self._embed_pages(pdf)

    def _embed_pages(self, pdf: PDF) -> Embedded:
        made: list[tuple[Row, Vector]] = []
        tokens: Counter[str] = Counter()
        is_truncated = False
        whole = pdf.text
        for option, scope in self._pairs():
            if scope == "local":
                pages = [*self._pages(pdf)]
                made += pages
                tokens["document"] += len(pages) * IMAGE_TOKENS
            elif option == "visual":
                made.append((_row("visual", "asset"), text_vector(whole)))
                tokens["document"] += pdf.page_count * IMAGE_TOKENS
            else:
                read = first_tokens(whole, self.tokens)
                made.append((_row("text", "asset"), text_vector(read)))
                tokens["text"] += count_tokens(read)
                is_truncated = read != whole
        return _embedded(made, tokens, is_truncated=is_truncated)

    def _pages(self, pdf: PDF) -> Iterator[tuple[Row, Vector]]:
        """Yield a row for each page, with quadrants five."""
        for number, page in enumerate(pdf.pages, 1):
            place = {"start_page_number": number, "end_page_number": number}
            yield _row("visual", "page", **place), text_vector(page.text)
            if self.has_quadrants:
                for quadrant, part in page.quadrants.items():
                    yield _row("visual", "page", **place, quadrant=quadrant), text_vector(part)

    def _embed_text(self, text: str) -> Embedded:
        if not text.strip():
            raise BrokenMedia("it is empty")
        made: list[tuple[Row, Vector]] = []
        tokens: Counter[str] = Counter()
        whole = first_tokens(text, self.tokens)
        if "local" in self.scopes:
            for index, chunk in enumerate(self._chunks(text)):
                tokens["text"] += count_tokens(chunk)
                made.append((_row("text", "chunk", chunk_index=index), text_vector(chunk)))
        if "asset" in self.scopes:
            tokens["text"] += count_tokens(whole)
            made.append((_row("text", "asset"), text_vector(whole)))
        return _embedded(made, tokens, is_truncated="asset" in self.scopes and whole != text)

    def _chunks(self, text: str) -> Iterator[str]:
        """Yield groups of whole sentences. Raises ErrorResponse for one that is too long."""
        for chunk in chunks(text, self.max_sentences, self.overlap_sentences):
            if count_tokens(chunk) > self.tokens:
                raise embedding_failed("context window")
            yield chunk

    def _pairs(self) -> Iterator[tuple[str, str]]:
        yield from ((option, scope) for scope in self.scopes for option in self.options)


def plan_document(
    model: EmbeddingModel, block: Mapping[str, Any], source: MediaSource
) -> DocumentPlan:
    """Return what a request asks for. Raises ErrorResponse when it breaks a rule."""
    kind = format_of(source)
    options, scopes = _pairs_of(kind, block)
    if block.get("embedding_type", ["separate_embedding"]) != ["separate_embedding"]:
        why = "A document has one modality: it is `separate_embedding`."
        raise parameter_invalid("document.embedding_type", why=why)
    given = block.get("segmentation")
    if given is not None and not given:
        raise parameter_not_provided("document.segmentation.spatial", why="Or give `sequential`.")
    for name in given or {}:
        _check_segmentation(name, kind, options, scopes)
    sequential = (given or {}).get("sequential")
    if kind == "text" and "local" in scopes and not sequential:
        raise parameter_not_provided("document.segmentation.sequential")
    most, overlap = 0, 0
    if sequential:
        most, overlap = sequential["max_sentences"], sequential.get("overlap_sentences", 0)
        if overlap >= most:
            name = "document.segmentation.sequential.overlap_sentences"
            raise parameter_invalid(name, why=f"It should be less than {most}.")
    spatial = (given or {}).get("spatial", {})
    return DocumentPlan(
        format=kind,
        options=options,
        scopes=scopes,
        size=source.size,
        tokens=model.tokens,
        has_quadrants=spatial.get("strategy") == "quadrants",
        max_sentences=most,
        overlap_sentences=overlap,
    )


def format_of(source: MediaSource) -> DocumentFormat:
    """Return the format of a document. Raises ErrorResponse for other files."""
    try:
        return document_format(source.content)
    except BrokenMedia:
        why = "The formats of documents are PDF, plain text and Markdown."
        raise parameter_invalid(source.field, why=why) from None


def chunks(text: str, most: int, overlap: int) -> Iterator[str]:
    """Yield groups of up to `most` whole sentences, that share `overlap` with the one before."""
    sentences = [part.strip() for part in _SENTENCE_ENDS.split(text) if part.strip()]
    for start in range(0, max(len(sentences) - overlap, 1), most - overlap):
        yield " ".join(sentences[start : start + most])


def _pairs_of(kind: DocumentFormat, block: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return the options and scopes of a request, of which every pair has to be allowed."""
    names = ("embedding_option", "embedding_scope")
    chosen = [
        block.get(name, default) for name, default in zip(names, _DEFAULTS[kind], strict=True)
    ]
    for name, values in zip(names, chosen, strict=True):
        if not values:
            raise parameter_invalid(f"document.{name}", why="It should name at least one value.")
    for option in chosen[0]:
        for scope in chosen[1]:
            if (option, scope) not in _PAIRS[kind]:
                why = f"`{option}` with `{scope}` is not available for {_NAMES[kind]}."
                raise parameter_invalid(*(f"document.{name}" for name in names), why=why)
    known = (("visual", "text"), ("local", "asset"))
    options, scopes = ([v for v in order if v in chosen[i]] for i, order in enumerate(known))
    return options, scopes


def _check_segmentation(
    name: str, kind: DocumentFormat, options: Sequence[str], scopes: Sequence[str]
) -> None:
    wanted, option = _SEGMENTATION[name]
    if kind != wanted or option not in options or "local" not in scopes:
        why = f"It is for {_NAMES[wanted]}, with the option `{option}` and the scope `local`."
        raise parameter_invalid(f"document.segmentation.{name}", why=why)


def _row(option: str, scope: str, **places: Any) -> Row:
    """Return the description of a vector; places that do not apply are null."""
    return {"embedding_option": option, "embedding_scope": scope} | (
        dict.fromkeys(_PLACES) | places
    )


def _embedded(
    made: Sequence[tuple[Row, Vector]], tokens: Counter[str], *, is_truncated: bool
) -> Embedded:
    vectors = np.stack([vector for _, vector in made])
    return Embedded([row for row, _ in made], vectors, tokens, is_truncated)
