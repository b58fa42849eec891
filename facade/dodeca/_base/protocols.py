"""What objects of other libraries must have to be taken as media."""

from __future__ import annotations

from typing import Any, Protocol


class BinaryFile(Protocol):
    """Anything whose `read()` returns bytes: an open binary file, `BytesIO`, an HTTP response."""

    def read(self) -> bytes:
        """The bytes up to the end.

        >>> import io
        >>> from dodeca import Media
        >>> Media.of(io.BytesIO(b"0123456789")).size
        10
        """
        ...


class PillowImage(Protocol):
    """An image of Pillow, which is sent as PNG."""

    @property
    def mode(self) -> str:
        """The type of its pixels.

        >>> from PIL import Image
        >>> from dodeca import Media
        >>> Media.of(Image.new("RGB", (128, 128))).mime_type
        'image/png'
        """
        ...

    def save(self, fp: Any, format: str | None = None, **params: Any) -> None:
        """Write the image to a file.

        >>> from PIL import Image
        >>> client.embed.image(Image.new("RGB", (128, 128)))
        <Embeddings 1 x 512>
        """
        ...
