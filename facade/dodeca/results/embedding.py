"""Results of embedding calls other than vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs

from dodeca.results._build import Result, date, extra, nested, renamed

if TYPE_CHECKING:
    from dodeca.embeddings import Embeddings

_KINDS = ("video", "audio", "image", "document")  # names of fields in tasks of a list begin so


@attrs.frozen(repr=False)
class EmbeddingMetadata(Result):
    """Information about the media that was embedded.

    `duration`, `start_offset_sec` and `end_offset_sec` are seconds; `clip_length` is the length of
    fixed segments in seconds.
    """

    input_type: str | None = None
    input_url: str | None = None
    input_filename: str | None = None
    clip_length: int | None = renamed("video_clip_length")
    embedding_options: Sequence[str] | None = renamed(
        *(f"{kind}_embedding_option" for kind in _KINDS)
    )
    embedding_scopes: Sequence[str] | None = renamed(
        *(f"{kind}_embedding_scope" for kind in _KINDS)
    )
    duration: float | None = None
    start_offset_sec: float | None = None
    end_offset_sec: float | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class EmbeddingUsage(Result):
    """What the model read of an input.

    `input_tokens` is the number of tokens by kind of input. If `truncated`, part of the input was
    left out, and `truncation_reason` says why ("model_context_window").
    """

    input_tokens: Mapping[str, int] | None = None
    truncated: bool | None = None
    truncation_reason: str | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class EmbeddingDetails(Result):
    """What a response says beside its vectors."""

    metadata: EmbeddingMetadata | None = nested(EmbeddingMetadata)
    usage: EmbeddingUsage | None = nested(EmbeddingUsage)
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class EmbeddingTaskMedia(Result):
    """The media of an embedding task in a list, without vectors."""

    metadata: EmbeddingMetadata | None = nested(EmbeddingMetadata)
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class EmbeddingTask(Result):
    """An embedding task in a list, or as it was created; `tasks.retrieve(id)` gives its job.

    `metadata` is what the service knows when it creates a task, such as the length of the vectors
    (`metadata.extra["embedding_dimension"]`). Tasks in a list have what their input is under its
    kind, as in `task.video_embedding.metadata.duration`.
    """

    id: str | None = renamed("_id")
    status: str | None = None
    model_name: str | None = None
    created_at: datetime | None = date()
    updated_at: datetime | None = date()
    video_embedding: EmbeddingTaskMedia | None = nested(EmbeddingTaskMedia)
    audio_embedding: EmbeddingTaskMedia | None = nested(EmbeddingTaskMedia)
    image_embedding: EmbeddingTaskMedia | None = nested(EmbeddingTaskMedia)
    document_embedding: EmbeddingTaskMedia | None = nested(EmbeddingTaskMedia)
    metadata: EmbeddingMetadata | None = nested(EmbeddingMetadata)
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class EmbeddingsV1(Result):
    """The result of a call of the first embedding API, by input type.

    For an input that failed, `errors` has the reason, under "text", "image" or "audio". `extra`
    has other fields of the response.
    """

    text: Embeddings | None = None
    image: Embeddings | None = None
    audio: Embeddings | None = None
    errors: dict[str, str] = attrs.field(factory=dict)
    extra: Mapping[str, Any] = extra()
