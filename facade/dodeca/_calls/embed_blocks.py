"""The blocks of embedding requests that describe audio, video, images and documents. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar

import attrs

from dodeca._base.media_types import Kind
from dodeca._base.text import quote
from dodeca._calls import embed_requests, limits
from dodeca._calls.embed_requests import Block, RequestOptions, media_source
from dodeca._calls.embedding_models import MODELS, EmbeddingModel, InputRules
from dodeca._calls.operation import or_unset
from dodeca._calls.params import as_list, choices, number, string, strings
from dodeca.errors import InvalidRequestError
from dodeca.media import Media
from dodeca.segmentation import (
    DocumentSegmentation,
    Dynamic,
    Fixed,
    Quadrants,
    Segmentation,
    Sentences,
    WholePages,
)
from dodeca_api import models
from dodeca_api.types import Unset

E = TypeVar("E")

AudioOption = Literal["audio", "transcription"] | str
VideoOption = Literal["visual", "audio", "transcription"] | str
DocumentOption = Literal["visual", "text"] | str
Scope = Literal["clip", "asset", "local"] | str
EmbeddingType = Literal["separate_embedding", "fused_embedding"] | str
TimedText = Mapping[str, Any]
"""A text and its time: `{"start": 12.0, "end": 12.0, "text": "a goal"}`, in seconds."""

_SEGMENTATIONS: Mapping[type, str] = {
    Fixed: "fixed(...)",
    Dynamic: "dynamic(...)",
    WholePages: "pages()",
    Quadrants: "quadrants()",
    Sentences: "sentences(...)",
}


@attrs.frozen(kw_only=True)
class BlockOptions:
    """What a caller asks for of one input; None is the default of the service."""

    start_sec: float | None = None
    end_sec: float | None = None
    segmentation: Segmentation | DocumentSegmentation | None = None
    embedding_option: Sequence[str] | None = None
    embedding_scope: Sequence[str] | None = None
    embedding_type: Sequence[str] | None = None
    time_based_metadata: Sequence[TimedText] | None = None

    @property
    def given(self) -> list[str]:
        """The names of the options that the caller gives."""
        values = attrs.asdict(self, recurse=False)
        return [name for name, value in values.items() if value is not None]


def block(kind: Kind, media: Media, options: BlockOptions, request: RequestOptions) -> Block:
    """The block that embeds media of a kind.

    Raises:
        InvalidRequestError: the model does not take it, or a documented rule is broken.
    """
    model = request.model
    rules = model.rules(kind)
    if rules is None:
        kinds = ", ".join(model.tasks)
        raise InvalidRequestError(f"{model.name} embeds in tasks only {kinds}, got {kind}")
    if not isinstance(options.segmentation, (*rules.segmentations, type(None))):
        allowed = " or ".join(_SEGMENTATIONS[each] for each in rules.segmentations)
        raise InvalidRequestError(
            f"{model.name} segments {kind} by {allowed}, got {quote(options.segmentation)}"
        )
    lists = checked_lists(kind, options, model)
    if request.embedding_uncertainty:
        _check_uncertainty(kind, media, list(lists["scope"] or ()))
    if kind == "image":
        return models.AsyncImageInputRequest(
            media_source=media_source(media),
            embedding_option=lists["option"],
            embedding_scope=lists["scope"],
            embedding_type=lists["type"],
        )
    if kind == "document":
        return _document(media, options, lists)
    return _timed(kind, media, options, lists, rules, model)


def checked_lists(kind: Kind, options: BlockOptions, model: EmbeddingModel) -> dict[str, Any]:
    """The values of `embedding_option`, `embedding_scope` and `embedding_type`, by short names.

    Raises:
        InvalidRequestError: the model has no such value for this kind of media.
    """
    return {
        name: _values(name, getattr(options, f"embedding_{name}"), kind, model)
        for name in ("option", "scope", "type")
    }


def one_call(
    kind: Kind, media: Media, options: BlockOptions, request: RequestOptions
) -> models.CreateEmbeddingsRequest:
    """The body that embeds audio, video or a document in one call."""
    if request.model.is_typed:
        return embed_requests.typed(kind, block(kind, media, options, request), request)
    return embed_requests.one_source(kind, media, request)


def _timed(
    kind: Kind,
    media: Media,
    options: BlockOptions,
    lists: Mapping[str, Any],
    rules: InputRules,
    model: EmbeddingModel,
) -> Block:
    _check_span(options.start_sec, options.end_sec)
    option: Any = lists["option"] or or_unset(_as_list(rules.sent_options))
    chosen: list[str] = list(lists["option"] or rules.options)
    metadata = _time_based_metadata(options.time_based_metadata, model)
    _check_types(list(lists["type"] or ()), chosen, metadata, model)
    # The block of one call has no field of its own, so that one class serves both.
    cls = models.AsyncAudioInputRequest if kind == "audio" else models.AsyncVideoInputRequest
    return cls(
        media_source=media_source(media),
        start_sec=or_unset(options.start_sec),
        end_sec=or_unset(options.end_sec),
        segmentation=or_unset(_timed_segmentation(kind, options.segmentation, model)),
        embedding_option=option,
        embedding_scope=lists["scope"],
        embedding_type=lists["type"],
        time_based_metadata=or_unset(metadata),
    )


def _check_uncertainty(kind: Kind, media: Media, scopes: list[str]) -> None:
    if kind == "document" and limits.document_format(media) == "pdf":
        raise InvalidRequestError("embedding_uncertainty is not for PDF files")
    wanted = {"audio": "clip", "video": "clip", "document": "local"}.get(kind)
    if wanted is None:
        return
    if not scopes or "asset" in scopes:  # which the default holds
        raise InvalidRequestError(
            f'embedding_uncertainty needs embedding_scope=["{wanted}"] in a task of {kind}, got '
            f"{quote(scopes or None)}"
        )


def _check_types(
    types: list[str],
    options: list[str],
    metadata: list[models.TimeBasedMetadataEntry] | None,
    model: EmbeddingModel,
) -> None:
    is_fused = "fused_embedding" in types
    if "time_based_metadata" not in model.parameters:
        if types and len(options) < 2:
            raise InvalidRequestError(
                f"embedding_type needs two values of embedding_option or more, got {options}"
            )
        return
    if is_fused and metadata is None:
        raise InvalidRequestError(f"fused_embedding of {model.name} needs time_based_metadata")
    if metadata is not None and not is_fused:
        raise InvalidRequestError(
            'time_based_metadata needs "fused_embedding" in embedding_type, got '
            f"{quote(types or None)}"
        )


def _document(media: Media, options: BlockOptions, lists: Mapping[str, Any]) -> Block:
    """The rules of documents depend on the format, which only the service knows of an asset."""
    form = limits.document_format(media)
    chosen: list[str] = list(lists["option"] or ())
    scopes: list[str] = list(lists["scope"] or ())
    defaults = {"pdf": ("visual", "local"), "text": ("text", "asset")}
    if form is not None:
        option, scope = defaults[form]
        chosen, scopes = chosen or [option], scopes or [scope]
    if form == "text" and "visual" in chosen:
        raise InvalidRequestError("a text or Markdown file has no visual embeddings, only text")
    if form == "pdf" and "text" in chosen and "local" in scopes:
        raise InvalidRequestError(
            'the text of a PDF file is embedded whole: use embedding_scope=["asset"], got '
            f"{quote(scopes)}"
        )
    _check_document_segmentation(options.segmentation, form, chosen, scopes)
    return models.DocumentInputRequest(
        media_source=media_source(media),
        segmentation=or_unset(_document_segmentation(options.segmentation)),
        embedding_option=lists["option"],
        embedding_scope=lists["scope"],
        embedding_type=lists["type"],
    )


def _check_document_segmentation(
    segmentation: object, form: str | None, chosen: list[str], scopes: list[str]
) -> None:
    needs_sentences = form == "text" and "local" in scopes
    if segmentation is None:
        if needs_sentences:
            raise InvalidRequestError(
                'embedding_scope=["local"] of a text or Markdown file needs '
                "segmentation=sentences(...)"
            )
        return
    is_text = isinstance(segmentation, Sentences)
    if form is not None and is_text != (form == "text"):
        allowed = "pages() or quadrants()" if form == "pdf" else "sentences(...)"
        raise InvalidRequestError(
            f"this document is segmented by {allowed}, got {quote(segmentation)}"
        )
    option = "text" if is_text else "visual"
    if "local" not in scopes or (chosen and option not in chosen):
        raise InvalidRequestError(
            f'this segmentation needs embedding_scope=["local"] and embedding_option=["{option}"], '
            f"got {quote(scopes or None)} and {quote(chosen or None)}"
        )


def _document_segmentation(segmentation: object) -> models.DocumentSegmentation | None:
    match segmentation:
        case Sentences(max_sentences=most, overlap_sentences=overlap):
            return models.DocumentSegmentation(
                sequential=models.DocumentSequentialSegmentation(
                    strategy="sentence", max_sentences=most, overlap_sentences=overlap
                )
            )
        case WholePages() | Quadrants():
            strategy: Literal["standard", "quadrants"] = (
                "standard" if isinstance(segmentation, WholePages) else "quadrants"
            )
            return models.DocumentSegmentation(
                spatial=models.DocumentSpatialSegmentation(strategy=strategy)
            )
    return None


def _timed_segmentation(kind: Kind, segmentation: object, model: EmbeddingModel) -> Any:
    if isinstance(segmentation, Dynamic):
        found: Any = models.VideoSegmentationDynamic(
            strategy="dynamic",
            dynamic=models.VideoSegmentationDynamicOptions(
                min_duration_sec=segmentation.min_duration_sec
            ),
        )
    elif isinstance(segmentation, Fixed) and kind == "audio" and not model.is_temporal:
        return models.AudioSegmentation(
            strategy="fixed",
            fixed=models.AudioSegmentationFixed(duration_sec=segmentation.duration_sec),
        )
    elif isinstance(segmentation, Fixed):
        found = models.VideoSegmentationFixed(
            strategy="fixed",
            fixed=models.VideoSegmentationFixedOptions(duration_sec=segmentation.duration_sec),
        )
    else:
        return None
    return models.TemporalSegmentation(temporal=found) if model.is_temporal else found


def _time_based_metadata(
    entries: Sequence[TimedText] | None, model: EmbeddingModel
) -> list[models.TimeBasedMetadataEntry] | None:
    if entries is None:
        return None
    if "time_based_metadata" not in model.parameters:
        raise InvalidRequestError(f"{model.name} has no time_based_metadata, got {quote(entries)}")
    found = [_entry(item) for item in as_list("time_based_metadata", entries)]
    if not found:
        raise InvalidRequestError("time_based_metadata must have at least one entry, got []")
    return found


def _entry(item: object) -> models.TimeBasedMetadataEntry:
    if not isinstance(item, Mapping) or set(item) != {"start", "end", "text"}:
        raise InvalidRequestError(
            "an entry of time_based_metadata is a mapping with start, end and text, got "
            f"{quote(item)}"
        )
    start, end = item["start"], item["end"]
    if start is None or end is None:
        raise InvalidRequestError(f"start and end must be numbers, got {quote(item)}")
    number("start", start, 0)
    number("end", end, 0)
    if end < start:
        raise InvalidRequestError(f"end must not be less than start, got {start} to {end}")
    return models.TimeBasedMetadataEntry(
        start=start, end=end, text=string("a text of time_based_metadata", item["text"])
    )


def _check_span(start_sec: float | None, end_sec: float | None) -> None:
    number("start_sec", start_sec, 0)
    number("end_sec", end_sec, 0)
    if end_sec is not None and end_sec <= (start_sec or 0):
        raise InvalidRequestError(
            f"end_sec must be greater than start_sec, got {start_sec or 0} to {end_sec}"
        )


def _values(
    name: str, values: Sequence[str] | None, kind: Kind, model: EmbeddingModel
) -> list[str] | Unset:
    """Checked values of a list; a model that is not known here may have others.

    A value that only another model has is refused, as it cannot be right.
    """
    full_name = f"embedding_{name}"
    rules = model.rules(kind)
    known = getattr(rules, f"{name}s")
    if values is None or model.is_known:
        for value in strings(full_name, values) if values is not None else ():
            if value not in known and value in _elsewhere(name):
                raise InvalidRequestError(
                    f"{full_name} of {kind} with {model.name} is one of {', '.join(known)}, got "
                    f"{quote(value)}"
                )
        return choices(full_name, values, known)
    return strings(full_name, values)


def _elsewhere(name: str) -> set[str]:
    """All values that some model has for some kind of input."""
    rules = [each for model in MODELS.values() for each in model.tasks.values()]
    return {value for each in rules for value in getattr(each, f"{name}s")}


def _as_list(values: tuple[str, ...] | None) -> list[str] | None:
    return None if values is None else list(values)
