"""Split a file into the chunks of a multipart upload. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import attrs

from dodeca.errors import InvalidMediaError
from dodeca.media import Media


@attrs.frozen
class Progress:
    """The progress of an upload: the bytes and chunks that the service has.

    `assets.upload(..., upload_id=...)` resumes the upload; `upload_id` is empty for a file that was
    sent in one request.
    """

    upload_id: str
    asset_id: str
    sent_bytes: int
    total_bytes: int
    sent_chunks: int
    total_chunks: int

    @classmethod
    def complete(cls, asset_id: str, size: int) -> Progress:
        """The progress of a file of `size` bytes that was sent in one request.

        >>> from dodeca.types import Progress
        >>> Progress.complete("6a0c", 1_000).sent_bytes
        1000
        """
        return cls("", asset_id, size, size, 1, 1)


@attrs.frozen
class ChunkRange:
    """The byte range of a chunk; `index` counts from 1."""

    index: int
    offset: int
    size: int


@attrs.frozen
class UploadPlan:
    """Maps the chunks of an upload to ranges of the file; sizes are in bytes."""

    upload_id: str
    asset_id: str
    total_bytes: int
    chunk_size: int

    @classmethod
    def for_session(
        cls, media: Media, *, upload_id: str, asset_id: str, chunk_size: int, total_bytes: int
    ) -> UploadPlan:
        """The plan for a file and an upload session.

        Raises:
            InvalidMediaError: the session was started for a file of another size.
        """
        if media.size != total_bytes:
            raise InvalidMediaError(
                f"upload {upload_id} was started with {total_bytes} bytes, {media} has {media.size}"
            )
        return cls(upload_id, asset_id, total_bytes, chunk_size)

    @property
    def total_chunks(self) -> int:
        """The number of chunks; all but the last have the same size."""
        return -(-self.total_bytes // self.chunk_size)

    def chunk(self, index: int) -> ChunkRange:
        """The byte range of a chunk."""
        offset = (index - 1) * self.chunk_size
        return ChunkRange(index, offset, min(self.chunk_size, self.total_bytes - offset))

    def missing(self, sent: Collection[int]) -> Iterator[ChunkRange]:
        """The chunks that are not among those sent."""
        for index in range(1, self.total_chunks + 1):
            if index not in sent:
                yield self.chunk(index)

    def progress(self, sent: Collection[int]) -> Progress:
        """The progress when these chunks are sent."""
        return Progress(
            upload_id=self.upload_id,
            asset_id=self.asset_id,
            sent_bytes=sum(self.chunk(index).size for index in sent),
            total_bytes=self.total_bytes,
            sent_chunks=len(sent),
            total_chunks=self.total_chunks,
        )
