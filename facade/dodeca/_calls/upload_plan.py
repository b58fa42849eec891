"""The plan of an upload in chunks. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import attrs

from dodeca.errors import InvalidMediaError
from dodeca.media import Media


@attrs.frozen
class Progress:
    """How far an upload is: bytes and chunks that the service has.

    `upload_id` resumes it by `assets.upload(..., upload_id=...)`; it is empty for a file that went
    in one call.
    """

    upload_id: str
    asset_id: str
    sent_bytes: int
    total_bytes: int
    sent_chunks: int
    total_chunks: int

    @classmethod
    def whole(cls, asset_id: str, size: int) -> Progress:
        """A file that went in one call."""
        return cls("", asset_id, size, size, 1, 1)


@attrs.frozen
class Chunk:
    """A range of the file. The service counts chunks from 1."""

    index: int
    offset: int
    size: int


@attrs.frozen
class Plan:
    """Which bytes of which file belong to which chunk."""

    upload_id: str
    asset_id: str
    total_bytes: int
    chunk_size: int

    @classmethod
    def of(
        cls, media: Media, *, upload_id: str, asset_id: str, chunk_size: int, total_bytes: int
    ) -> Plan:
        """The plan of a session for a file.

        Raises:
            InvalidMediaError: the session was begun with a file of another size.
        """
        if media.size != total_bytes:
            raise InvalidMediaError(
                f"upload {upload_id} was begun with {total_bytes} bytes, {media} has {media.size}"
            )
        return cls(upload_id, asset_id, total_bytes, chunk_size)

    @property
    def total_chunks(self) -> int:
        """All chunks but the last have the same size."""
        return -(-self.total_bytes // self.chunk_size)

    def chunk(self, index: int) -> Chunk:
        """The range of a chunk."""
        offset = (index - 1) * self.chunk_size
        return Chunk(index, offset, min(self.chunk_size, self.total_bytes - offset))

    def missing(self, sent: Collection[int]) -> Iterator[Chunk]:
        """The chunks that the service does not have."""
        for index in range(1, self.total_chunks + 1):
            if index not in sent:
                yield self.chunk(index)

    def progress(self, sent: Collection[int]) -> Progress:
        """How far it is, with these chunks sent."""
        return Progress(
            upload_id=self.upload_id,
            asset_id=self.asset_id,
            sent_bytes=sum(self.chunk(index).size for index in sent),
            total_bytes=self.total_bytes,
            sent_chunks=len(sent),
            total_chunks=self.total_chunks,
        )
