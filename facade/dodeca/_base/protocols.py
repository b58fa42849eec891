"""What objects of other libraries must have to be taken as media or as a response format."""

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


class PydanticModel(Protocol):
    """A model of pydantic 2, whose class is a `response_format`."""

    @classmethod
    def model_json_schema(cls) -> dict[str, Any]:
        """The JSON Schema that an answer follows.

        >>> import pydantic
        >>> class Scene(pydantic.BaseModel):
        ...     title: str
        >>> Scene.model_json_schema()["required"]
        ['title']
        """
        ...

    @classmethod
    def model_validate_json(cls, json_data: str, /) -> Any:
        """The object of a JSON text.

        >>> import pydantic
        >>> class Scene(pydantic.BaseModel):
        ...     title: str
        >>> Scene.model_validate_json('{"title": "Two dogs"}')
        Scene(title='Two dogs')
        """
        ...
