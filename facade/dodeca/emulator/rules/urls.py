"""Files that requests point to, above all by URL.

The emulator opens no connection to other machines. A URL stands for the file of the same name in
the media folder, or is fetched when its host is this machine; any other is refused.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from ..errors import ErrorResponse, parameter_invalid
from ..state import State

MB = 1024**2
_TIMEOUT = 30.0  # seconds without a byte


@dataclass(frozen=True, slots=True)
class Source:
    """Media at hand, for as long as the block that provides them lasts."""

    content: Path | bytes
    field: str
    """Dotted name of the parameter that gave it, for refusals."""
    url: str | None = None
    filename: str | None = None
    temporary: bool = False
    """Whether `content` is a file of our own that may be moved away."""

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size

    def keep(self, state: State) -> str:
        """Put the media into the store, to outlive the block, and return their name there."""
        if isinstance(self.content, bytes):
            path = state.database.incoming_path()
            path.write_bytes(self.content)
            return state.database.keep(path)
        if self.temporary:
            return state.database.keep(self.content)
        return state.database.share(self.content)

    def checked(self, limit: int) -> Source:
        """Return itself when it has no more than `limit` bytes. Raises ErrorResponse."""
        if self.size > limit:
            raise too_large(self.field, limit)
        return self


def too_large(field: str, limit: int) -> ErrorResponse:
    """Return the refusal of media beyond `limit` bytes."""
    return parameter_invalid(field, why=f"It is larger than {limit // MB} MB.")


@contextmanager
def from_url(state: State, text: str, *, field: str, limit: int) -> Iterator[Source]:
    """Provide the file that a URL stands for, up to `limit` bytes. Raises ErrorResponse."""
    try:
        url = httpx.URL(text)
        host = url.host
    except (httpx.InvalidURL, ValueError):
        raise parameter_invalid(field, why="It is not a valid URL.") from None
    if url.scheme not in ("http", "https") or not host:
        raise parameter_invalid(field, why="Only http and https URLs can be used.")
    filename = url.path.rpartition("/")[2]
    if path := _in_folder(state.media_folder, filename):
        yield Source(path, field, url=text, filename=filename).checked(limit)
    elif _is_this_machine(host):
        path = state.database.incoming_path()
        try:
            _fetch(url, path, field, limit)
            yield Source(path, field, url=text, filename=filename or None, temporary=True)
        finally:
            path.unlink(missing_ok=True)
    else:
        raise parameter_invalid(
            field,
            why=f"The emulator opens no connection to `{host}`. Put a file named `{filename}` into"
            " the folder given with --media, or serve it from http://127.0.0.1.",
        )


def _in_folder(folder: Path | None, filename: str) -> Path | None:
    """Return the file of this name in the media folder; what is no plain file name is None."""
    if folder is None or not filename or Path(filename).name != filename:
        return None
    try:
        path = folder / filename
        return path if path.is_file() else None
    except (OSError, ValueError):
        return None


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _fetch(url: httpx.URL, path: Path, field: str, limit: int) -> None:
    try:
        with (
            httpx.Client(timeout=_TIMEOUT, trust_env=False) as client,
            client.stream("GET", url) as response,
            path.open("xb") as file,
        ):
            if response.status_code != httpx.codes.OK:
                why = f"The URL answered with status {response.status_code}."
                raise parameter_invalid(field, why=why)
            for chunk in response.iter_bytes():
                file.write(chunk)
                if file.tell() > limit:
                    raise too_large(field, limit)
    except httpx.HTTPError as error:
        why = f"The URL cannot be read: {type(error).__name__}."
        raise parameter_invalid(field, why=why) from None
