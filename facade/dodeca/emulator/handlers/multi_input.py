"""The `multi_input` of `POST /embed-v2`: text and media combined into one vector."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from dodeca.video.probe import BrokenMedia

from ..errors import parameter_invalid
from ..inference.documents import format_of
from ..inference.embedded import IMAGE_TOKENS, SINGLE, Embedded, timed_tokens
from ..inference.images import SMALLEST
from ..inference.vectors import (
    Vector,
    audio_vector,
    combined,
    image_vector,
    text_vector,
    video_vector,
)
from ..inference.vocabulary import count_tokens, first_tokens
from ..media.analysis import analyse
from ..media.documents import PDF, read_text
from ..rules.limits import MediaLimits, check_image, check_pages
from ..rules.models import EmbeddingModel
from ..rules.multi_input import FIELD, check_formats, check_sources, without_references
from ..rules.urls import MB, MediaSource
from ..state import State
from .media_sources import open_source

LIMITS = MediaLimits(shortest=0, longest=30)
LARGEST = 32 * MB
PAGES_PER_MB = 16


@dataclass(frozen=True, slots=True)
class _Part:
    """What a source gives: a vector, or a text that still has to fit the context window."""

    format: str
    """`image`, `audio`, `video`, `pdf` or `text`."""
    vector: Vector | None = None
    tokens: int = 0
    text: str = ""


def embed_together(
    state: State, model: EmbeddingModel, block: Mapping[str, Any], *, truncate: bool
) -> Embedded:
    """Return the one vector of a `multi_input`; `truncate` cuts text that is too long.

    Raises ErrorResponse for input that breaks a rule.
    """
    check_sources(model, block)
    text: str | None = block.get("input_text")
    parts = [_read_source(state, model, source) for source in block.get("media_sources", [])]
    check_formats(text, [part.format for part in parts])
    tokens: Counter[str] = Counter()
    for part in parts:
        if part.vector is not None:
            tokens["document" if part.format == "pdf" else part.format] += part.tokens
    texts = [] if text is None else [text]
    texts += [part.text for part in parts if part.format == "text"]
    read = _fitted(texts, model.tokens, truncate=truncate)
    if texts:
        tokens["text"] = sum(map(count_tokens, read))
    words = [without_references(part) for part in read]
    vectors = [part.vector for part in parts if part.vector is not None]
    vectors += [text_vector(part) for part in words if part.strip() or not vectors]
    return Embedded([SINGLE], combined(vectors)[None], tokens, read != texts)


def _fitted(texts: Sequence[str], most: int, *, truncate: bool) -> list[str]:
    """Return texts of `most` tokens together. Raises ErrorResponse unless they may be cut."""
    if not truncate and sum(map(count_tokens, texts)) > most:
        why = f"The text token length should be less than or equal to {most}."
        raise parameter_invalid("multi_input.input_text", why=why)
    read = []
    for text in texts:
        read.append(first_tokens(text, most) if most else "")
        most -= count_tokens(read[-1])
    return read


def _read_source(state: State, model: EmbeddingModel, given: Mapping[str, Any]) -> _Part:
    with _opened(state, given) as source:
        try:
            return _READERS[given["media_type"]](model, source)
        except BrokenMedia as error:
            raise parameter_invalid(
                source.field, why=f"The file cannot be read: {error}."
            ) from None


@contextmanager
def _opened(state: State, given: Mapping[str, Any]) -> Iterator[MediaSource]:
    """Open a source. Raises ErrorResponse."""
    names = ("url", "base64_string", "asset_id")
    media_source = {name: given[name] for name in names if name in given}
    if len(media_source) != 1:
        why = "A source has exactly one of `url`, `base64_string` and `asset_id`."
        raise parameter_invalid(FIELD, why=why)
    kind = given["media_type"]
    with open_source(state, media_source, kind=kind, field=FIELD, limit=LARGEST) as source:
        yield source


def _read_image(model: EmbeddingModel, source: MediaSource) -> _Part:
    check_image(source, smallest=SMALLEST, formats=model.image_formats)
    return _Part("image", image_vector(source.content), IMAGE_TOKENS)


def _read_audio(model: EmbeddingModel, source: MediaSource) -> _Part:
    seconds = LIMITS.check_audio(source).duration or 0.0
    vector = audio_vector(analyse(source.content), 0.0, seconds)
    return _Part("audio", vector, timed_tokens("audio", seconds))


def _read_video(model: EmbeddingModel, source: MediaSource) -> _Part:
    """Read what is seen and, with a soundtrack, what is heard."""
    info = LIMITS.check_video(source)
    seconds, analysis = info.duration or 0.0, analyse(source.content)
    vectors = [video_vector(analysis, 0.0, seconds)]
    if info.has_audio:
        vectors.append(audio_vector(analysis, 0.0, seconds))
    return _Part("video", combined(vectors), timed_tokens("video", seconds))


def _read_document(model: EmbeddingModel, source: MediaSource) -> _Part:
    if format_of(source) == "pdf":
        pdf = PDF(source.content)
        check_pages(pdf.page_count, source.size, per_mb=PAGES_PER_MB)
        return _Part("pdf", text_vector(pdf.text), pdf.page_count * IMAGE_TOKENS)
    text = read_text(source.content)
    if not text.strip():
        raise parameter_invalid(source.field, why="The document has no text.")
    return _Part("text", text=text)


_READERS = {
    "image": _read_image,
    "audio": _read_audio,
    "video": _read_video,
    "document": _read_document,
}
