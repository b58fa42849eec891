"""Request bodies as they arrive: JSON collected up to a limit, forms parsed as a stream.

A `RequestBody` is fed with chunks and then finished. The files of a form go straight to disk, so an
upload of any size needs no memory.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import IO, Any, Protocol
from urllib.parse import unquote

import orjson
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from ..errors import parameter_invalid, request_too_large

MAX_JSON = 64 * 1024**2  # 36 MB of media are 48 MB in base64
MAX_FIELDS = 1024**2  # bytes of all text fields of a form
MAX_PARTS = 1000  # texts and files of a form


class RequestBody(Protocol):
    """Receives a request body."""

    def feed(self, chunk: bytes) -> None:
        """Take the next chunk. Raises ErrorResponse."""

    def finish(self) -> None:
        """Check the body, which is complete. Raises ErrorResponse."""

    def close(self) -> None:
        """Remove what was received and not moved elsewhere."""


class JSONBody:
    """A JSON document; `value` is set when it is finished, None for an empty body."""

    def __init__(self) -> None:
        self.value: Any = None
        self._received = bytearray()

    def feed(self, chunk: bytes) -> None:
        """Take the next chunk. Raises ErrorResponse beyond MAX_JSON."""
        self._received += chunk
        if len(self._received) > MAX_JSON:
            self.close()
            raise request_too_large(MAX_JSON)

    def finish(self) -> None:
        """Parse the body. Raises ErrorResponse."""
        try:
            self.value = orjson.loads(self._received) if self._received else None
        except orjson.JSONDecodeError:
            raise parameter_invalid(why="The body is not valid JSON.") from None
        finally:
            self.close()

    def close(self) -> None:
        """Drop the received bytes."""
        self._received = bytearray()


@dataclass(slots=True)
class UploadedFile:
    """An uploaded file of a form, on disk."""

    path: Path
    filename: str
    content_type: str
    size: int = 0


@dataclass(slots=True)
class _FormPart:
    headers: dict[bytes, bytes] = field(default_factory=dict)
    name: str = ""
    text: bytearray = field(default_factory=bytearray)
    upload: UploadedFile | None = None
    file: IO[bytes] | None = None


class FormBody:
    """A multipart form: `fields` has all texts by name, `files` all uploads.

    A part is a file when it has a filename or when its name is one of `binary`. A file without
    name and content is what a browser sends for an empty file field, and is ignored.
    """

    def __init__(
        self, content_type: str, *, binary: Collection[str], new_path: Callable[[], Path]
    ) -> None:
        self.fields: dict[str, list[str]] = {}
        self.files: dict[str, list[UploadedFile]] = {}
        self._binary = binary
        self._new_path = new_path
        self._text_allowance = MAX_FIELDS
        self._parts = 0
        self._part = _FormPart()
        self._header = (bytearray(), bytearray())
        self._complete = False
        _, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if not boundary:
            raise parameter_invalid(why="The form has no boundary.")
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._header_field,
                    "on_header_value": self._header_value,
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._open,
                    "on_part_data": self._data,
                    "on_part_end": self._end,
                    "on_end": self._finished,
                },
            )
        except FormParserError:
            raise parameter_invalid(why="The boundary of the form is invalid.") from None

    def feed(self, chunk: bytes) -> None:
        """Take the next chunk. Raises ErrorResponse."""
        try:
            self._parser.write(chunk)
        except FormParserError:
            raise parameter_invalid(why="The body is not a valid multipart form.") from None

    def finish(self) -> None:
        """Check that the form is complete. Raises ErrorResponse."""
        if not self._complete:
            raise parameter_invalid(why="The multipart form is incomplete.")

    def close(self) -> None:
        """Remove the uploads that were not moved elsewhere."""
        if self._part.file:
            self._part.file.close()
        if self._part.upload:
            self._part.upload.path.unlink(missing_ok=True)
        for upload in chain.from_iterable(self.files.values()):
            upload.path.unlink(missing_ok=True)

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise parameter_invalid(why=f"The form has more than {MAX_PARTS} parts.")
        self._part = _FormPart()

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])

    def _end_header(self) -> None:
        name, value = self._header
        self._part.headers[bytes(name).lower()] = bytes(value)
        self._header = (bytearray(), bytearray())

    def _open(self) -> None:
        part = self._part
        _, options = parse_options_header(part.headers.get(b"content-disposition", b""))
        part.name = options.get(b"name", b"").decode("utf-8", "replace")
        filename = options.get(b"filename")
        if filename is None and part.name not in self._binary:
            return
        # Clients escape quotes and line ends in a filename the way browsers do.
        name = unquote((filename or b"").decode("utf-8", "replace"))
        part.upload = UploadedFile(
            path=self._new_path(),
            filename=name.replace("\\", "/").rpartition("/")[2],
            content_type=part.headers.get(b"content-type", b"").decode("latin-1"),
        )
        part.file = part.upload.path.open("xb")

    def _data(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        if part.file and part.upload:
            part.file.write(memoryview(data)[start:end])
            part.upload.size += end - start
            return
        self._text_allowance -= end - start
        if self._text_allowance < 0:
            raise request_too_large(MAX_FIELDS)
        part.text += data[start:end]

    def _end(self) -> None:
        part, self._part = self._part, _FormPart()
        if part.file and part.upload:
            part.file.close()
            if part.upload.filename or part.upload.size:
                self.files.setdefault(part.name, []).append(part.upload)
            else:
                part.upload.path.unlink()
        else:
            text = part.text.decode("utf-8", "replace")
            self.fields.setdefault(part.name, []).append(text)

    def _finished(self) -> None:
        self._complete = True
