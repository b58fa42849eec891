"""What a library of videos is made of: indexes, videos, assets, tasks, uploads and imports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs

from dodeca.results._build import Result, extra, nested

if TYPE_CHECKING:
    from dodeca.embeddings import Embeddings

Metadata = Mapping[str, Any]


@attrs.frozen(repr=False)
class IndexModel(Result):
    """A model that works on an index, and what it looks at ("visual", "audio")."""

    model_name: str | None = None
    model_options: Sequence[str] | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class Index(Result):
    """An index: videos that are searched or described together, by the same models.

    `total_duration` is in seconds, over all of its videos.
    """

    id: str
    index_name: str | None = None
    models: Sequence[IndexModel] | None = nested(IndexModel)
    video_count: int | None = None
    total_duration: float | None = None
    addons: Sequence[str] | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    expires_at: datetime | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class SystemMetadata(Result):
    """What the service measured: `duration` in seconds, `size` in bytes, sides in pixels."""

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
    """The HLS stream of a video, where one was asked for."""

    video_url: str | None = None
    manifest_url: str | None = None
    thumbnail_urls: Sequence[str] | None = None
    status: str | None = None
    updated_at: datetime | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class Thumbnail(Result):
    """The picture that stands for an asset."""

    representative_url: str | None = None
    status: str | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class Transcript(Result):
    """What is said between two times, in seconds."""

    start: float | None = None
    end: float | None = None
    value: str | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class Video(Result):
    """A video of an index. A list leaves `hls`, `embedding` and `transcription` out."""

    id: str
    asset_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    indexed_at: datetime | None = None
    system_metadata: SystemMetadata | None = nested(SystemMetadata)
    user_metadata: Metadata | None = None
    hls: Stream | None = nested(Stream)
    embedding: Embeddings | None = None
    transcription: Sequence[Transcript] | None = nested(Transcript)
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class IndexedAsset(Result):
    """An asset in an index: what became of it, and once it is ready, what a `Video` holds."""

    id: str
    asset_id: str | None = None
    status: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    indexed_at: datetime | None = None
    system_metadata: SystemMetadata | None = nested(SystemMetadata)
    user_metadata: Metadata | None = None
    hls: Stream | None = nested(Stream)
    embedding: Embeddings | None = None
    transcription: Sequence[Transcript] | None = nested(Transcript)
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class ServiceError(Result):
    """Why the service could not finish something."""

    message: str | None = None
    code: str | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class Asset(Result):
    """An uploaded file. `size` is in bytes, `duration` in seconds; it is used once it is ready."""

    id: str
    status: str | None = None
    method: str | None = None
    filename: str | None = None
    file_type: str | None = None
    created_at: datetime | None = None
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
    """The indexing of one video; `video_id` is what searches and analyses name it by."""

    id: str
    video_id: str | None = None
    index_id: str | None = None
    status: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    estimated_time: datetime | None = None
    system_metadata: SystemMetadata | None = nested(SystemMetadata)
    hls: Stream | None = nested(Stream)
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class UploadUrl(Result):
    """Where one chunk of a multipart upload is sent, and until when."""

    chunk_index: int | None = None
    url: str | None = attrs.field(default=None, repr=lambda url: url and url.partition("?")[0])
    expires_at: datetime | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class Upload(Result):
    """A multipart upload session. `chunk_size` and `total_size` are bytes."""

    upload_id: str | None = None
    asset_id: str | None = None
    status: str | None = None
    total_size: int | None = None
    chunk_size: int | None = None
    total_chunks: int | None = None
    upload_urls: Sequence[UploadUrl] | None = nested(UploadUrl)
    upload_headers: Mapping[str, str] | None = None
    created_at: datetime | None = None
    expires_at: datetime | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class Chunk(Result):
    """What became of one chunk of a multipart upload."""

    index: int | None = None
    status: str | None = None
    uploaded_at: datetime | None = None
    updated_at: datetime | None = None
    error: str | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class ChunkReport(Result):
    """What the service made of a report of uploaded chunks."""

    asset_id: str | None = None
    url: str | None = None
    processed_chunks: int | None = None
    duplicate_chunks: int | None = None
    total_completed: int | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class ImportedVideo(Result):
    """A file of an import. `video_id` is there once it was accepted, `error_message` if not."""

    filename: str | None = None
    video_id: str | None = None
    created_at: datetime | None = None
    error_message: str | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class ImportStarted(Result):
    """What an import took in, and what it refused."""

    videos: Sequence[ImportedVideo] | None = nested(ImportedVideo)
    failed_files: Sequence[ImportedVideo] | None = nested(ImportedVideo)
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class ImportStatus(Result):
    """Where the files of an import are; `not_imported` holds names."""

    ready: Sequence[ImportedVideo] | None = nested(ImportedVideo)
    validating: Sequence[ImportedVideo] | None = nested(ImportedVideo)
    pending: Sequence[ImportedVideo] | None = nested(ImportedVideo)
    queued: Sequence[ImportedVideo] | None = nested(ImportedVideo)
    indexing: Sequence[ImportedVideo] | None = nested(ImportedVideo)
    failed: Sequence[ImportedVideo] | None = nested(ImportedVideo)
    not_imported: Sequence[str] | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class ImportLog(Result):
    """One import of the past: when, into which index, and how many videos came how far."""

    index_id: str | None = None
    index_name: str | None = None
    created_at: datetime | None = None
    ended_at: datetime | None = None
    video_status: Mapping[str, int] | None = None
    failed_files: Sequence[ImportedVideo] | None = nested(ImportedVideo)
    extra: Mapping[str, Any] = extra()
