"""Results about a library of videos: indexes, videos, assets, tasks, uploads and imports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs

from dodeca.results._build import Result, date, extra, listed, nested, renamed, required

if TYPE_CHECKING:
    from dodeca.embeddings import Embeddings

Metadata = Mapping[str, Any]


@attrs.frozen(repr=False)
class IndexModel(Result):
    """A model of an index, with the modalities that it processes ("visual", "audio")."""

    model_name: str | None = None
    model_options: Sequence[str] | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class Index(Result):
    """An index: a set of videos that the same models search and analyze.

    `total_duration` is the duration of all its videos, in seconds.
    """

    id: str = renamed("_id", default=attrs.NOTHING)
    index_name: str | None = None
    models: Sequence[IndexModel] | None = listed(IndexModel)
    video_count: int | None = None
    total_duration: float | None = None
    addons: Sequence[str] | None = None
    created_at: datetime | None = date()
    updated_at: datetime | None = date()
    expires_at: datetime | None = date()
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class SystemMetadata(Result):
    """Metadata from the file: `duration` in seconds, `size` in bytes, sides in pixels."""

    filename: str | None = None
    duration: float | None = None
    fps: float | None = None
    width: int | None = None
    height: int | None = None
    size: int | None = None
    model_names: Sequence[str] | None = None
    video_title: str | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class Stream(Result):
    """The HLS stream of a video, if it was requested."""

    video_url: str | None = None
    manifest_url: str | None = None
    thumbnail_urls: Sequence[str] | None = None
    status: str | None = None
    updated_at: datetime | None = date()
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class Thumbnail(Result):
    """The thumbnail image of an asset."""

    representative_url: str | None = None
    status: str | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class Transcript(Result):
    """The text that is spoken from `start` to `end`, in seconds."""

    start: float | None = None
    end: float | None = None
    value: str | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class Video(Result):
    """A video of an index. In a list, `hls`, `embedding` and `transcription` are None."""

    id: str = renamed("_id", default=attrs.NOTHING)
    asset_id: str | None = None
    created_at: datetime | None = date()
    updated_at: datetime | None = date()
    indexed_at: datetime | None = date()
    system_metadata: SystemMetadata | None = nested(SystemMetadata)
    user_metadata: Metadata | None = None
    hls: Stream | None = nested(Stream)
    embedding: Embeddings | None = None
    transcription: Sequence[Transcript] | None = listed(Transcript)
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class IndexedAsset(Result):
    """An asset in an index: its status and, once it is ready, the fields of a `Video`."""

    id: str = renamed("_id", default=attrs.NOTHING)
    asset_id: str | None = None
    status: str | None = None
    created_at: datetime | None = date()
    updated_at: datetime | None = date()
    indexed_at: datetime | None = date()
    system_metadata: SystemMetadata | None = nested(SystemMetadata)
    user_metadata: Metadata | None = None
    hls: Stream | None = nested(Stream)
    embedding: Embeddings | None = None
    transcription: Sequence[Transcript] | None = listed(Transcript)
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class ServiceError(Result):
    """The error of a job that failed at the service."""

    message: str | None = None
    code: str | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class Asset(Result):
    """An uploaded file, usable once it is ready. `size` is in bytes, `duration` in seconds."""

    id: str = renamed("_id", default=attrs.NOTHING)
    status: str | None = required()
    method: str | None = None
    filename: str | None = None
    file_type: str | None = None
    created_at: datetime | None = date()
    user_metadata: Metadata | None = None
    size: int | None = None
    duration: float | None = None
    source: Metadata | None = None
    hls: Stream | None = nested(Stream)
    thumbnail: Thumbnail | None = nested(Thumbnail)
    technical_metadata: Metadata | None = None
    error: ServiceError | None = nested(ServiceError)
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class Task(Result):
    """A task that indexes a video; `video_id` is its id in searches and analyses."""

    id: str = renamed("_id", default=attrs.NOTHING)
    video_id: str | None = None
    index_id: str | None = None
    status: str | None = None
    created_at: datetime | None = date()
    updated_at: datetime | None = date()
    estimated_time: datetime | None = date()
    system_metadata: SystemMetadata | None = nested(SystemMetadata)
    hls: Stream | None = nested(Stream)
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class UploadUrl(Result):
    """The URL to which a chunk of a multipart upload is sent, until `expires_at`."""

    chunk_index: int | None = required()
    url: str | None = required(repr=lambda url: url and url.partition("?")[0])
    expires_at: datetime | None = date()
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class Upload(Result):
    """A multipart upload session. `chunk_size` and `total_size` are bytes."""

    upload_id: str | None = required()
    asset_id: str | None = None
    status: str | None = None
    total_size: int | None = None
    chunk_size: int | None = required()
    total_chunks: int | None = required()
    upload_urls: Sequence[UploadUrl] | None = listed(UploadUrl)
    upload_headers: Mapping[str, str] | None = None
    created_at: datetime | None = date()
    expires_at: datetime | None = date()
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class Chunk(Result):
    """The status of a chunk of a multipart upload."""

    index: int | None = required()
    status: str | None = required()
    uploaded_at: datetime | None = date()
    updated_at: datetime | None = date()
    error: str | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class ChunkReport(Result):
    """The response to a report of uploaded chunks, with the numbers of chunks."""

    asset_id: str | None = None
    url: str | None = None
    processed_chunks: int | None = None
    duplicate_chunks: int | None = None
    total_completed: int | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class ImportedVideo(Result):
    """A file of an import: `video_id` if it was accepted, `error_message` if not."""

    filename: str | None = None
    video_id: str | None = None
    created_at: datetime | None = date()
    error_message: str | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class ImportStarted(Result):
    """The files that an import accepted, and those that it rejected."""

    videos: Sequence[ImportedVideo] | None = listed(ImportedVideo)
    failed_files: Sequence[ImportedVideo] | None = listed(ImportedVideo)
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class ImportStatus(Result):
    """The files of an import by status; `not_imported` holds file names."""

    ready: Sequence[ImportedVideo] | None = listed(ImportedVideo)
    validating: Sequence[ImportedVideo] | None = listed(ImportedVideo)
    pending: Sequence[ImportedVideo] | None = listed(ImportedVideo)
    queued: Sequence[ImportedVideo] | None = listed(ImportedVideo)
    indexing: Sequence[ImportedVideo] | None = listed(ImportedVideo)
    failed: Sequence[ImportedVideo] | None = listed(ImportedVideo)
    not_imported: Sequence[str] | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class ImportLog(Result):
    """A past import: its dates, its index, and the number of videos by status."""

    index_id: str | None = None
    index_name: str | None = None
    created_at: datetime | None = date()
    ended_at: datetime | None = date()
    video_status: Mapping[str, int] | None = None
    failed_files: Sequence[ImportedVideo] | None = listed(ImportedVideo)
    extra: Mapping[str, Any] = extra()
