"""The media of a request, and files at URLs.

The emulator opens no connection to other machines. A URL stands for the file of the same name in
the media folder, or is fetched if its host is this machine; any other is an error.
"""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import httpx

from ..errors import ErrorResponse, parameter_invalid
from ..state import State

MB = 1024**2
_TIMEOUT = 30.0  # seconds for a fetch in all, with the wait for others
_MAX_FETCHES = 32
_FETCHES = threading.BoundedSemaphore(_MAX_FETCHES)


@dataclass(frozen=True, slots=True)
class MediaSource:
    """The media of a parameter, for as long as the block that opened them lasts."""

    content: Path | bytes
    field: str
    """Dotted name of the parameter, for errors."""
    url: str | None = None
    filename: str | None = None
    temporary: bool = False
    """Whether `content` is a file of ours that may be moved away."""

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size

    def save(self, state: State) -> str:
        """Add the media to the database, to outlive the block, and return their name there."""
        if isinstance(self.content, bytes):
            path = state.database.incoming_path()
            path.write_bytes(self.content)
            return state.database.add_media(path)
        if self.temporary:
            return state.database.add_media(self.content)
        return state.database.link_media(self.content)

    def checked(self, limit: int) -> MediaSource:
        """Return itself. Raises ErrorResponse beyond `limit` bytes."""
        if self.size > limit:
            raise too_large(self.field, limit)
        return self


def too_large(field: str, limit: int) -> ErrorResponse:
    """Return the error for media beyond `limit` bytes."""
    return parameter_invalid(field, why=f"It is larger than {limit // MB} MB.")


@contextmanager
def open_url(state: State, text: str, *, field: str, limit: int) -> Iterator[MediaSource]:
    """Open the file that a URL stands for, of at most `limit` bytes. Raises ErrorResponse."""
    try:
        url = httpx.URL(text)
        host = url.host
    except (httpx.InvalidURL, ValueError):
        raise parameter_invalid(field, why="It is not a valid URL.") from None
    if url.scheme not in ("http", "https") or not host:
        raise parameter_invalid(field, why="Only http and https URLs can be used.")
    filename = url.path.rpartition("/")[2]
    if path := _file_in_folder(state.media_folder, filename):
        yield MediaSource(path, field, url=text, filename=filename).checked(limit)
    elif host == "localhost" or is_loopback(host):
        path = state.database.incoming_path()
        try:
            _fetch(url, path, field, limit)
            yield MediaSource(path, field, url=text, filename=filename or None, temporary=True)
        finally:
            path.unlink(missing_ok=True)
    else:
        raise parameter_invalid(
            field,
            why=f"The emulator opens no connection to `{host}`. Put a file named `{filename}` into"
            " the folder given with --media, or serve it from http://127.0.0.1.",
        )


def _file_in_folder(folder: Path | None, filename: str) -> Path | None:
    """Return the file of this name in the media folder; None unless it is a plain file name.

    A link is followed only to a file inside the folder.
    """
    if folder is None or not filename or Path(filename).name != filename:
        return None
    try:
        path = folder / filename
        return path if is_inside(path, folder) and path.is_file() else None
    except (OSError, ValueError):
        return None


def is_inside(path: Path, folder: Path) -> bool:
    """Return whether a path in a folder stays in it: no link leads out. Raises OSError."""
    return path.resolve().is_relative_to(folder.resolve())


def is_loopback(host: str) -> bool:
    """Return whether a host is an address of this machine only, such as 127.0.0.1."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _fetch(url: httpx.URL, path: Path, field: str, limit: int) -> None:
    """Write what a URL returns to a file. Raises ErrorResponse."""
    deadline = monotonic() + _TIMEOUT
    late = parameter_invalid(field, why=f"The URL takes more than {_TIMEOUT:.0f} seconds.")
    if not _FETCHES.acquire(timeout=_TIMEOUT):
        raise late
    try:
        with (
            httpx.Client(timeout=_TIMEOUT, trust_env=False) as client,
            client.stream("GET", url) as response,
            path.open("xb") as file,
        ):
            if response.status_code != httpx.codes.OK:
                why = f"The URL returned status {response.status_code}."
                raise parameter_invalid(field, why=why)
            for chunk in response.iter_bytes():
                file.write(chunk)
                if monotonic() > deadline:
                    raise late
                if file.tell() > limit:
                    raise too_large(field, limit)
    except httpx.HTTPError as error:
        why = f"The URL cannot be read: {type(error).__name__}."
        raise parameter_invalid(field, why=why) from None
    finally:
        _FETCHES.release()
