"""Media: the source of an image, audio, video or document.

Every method that takes media takes a `Media`, a URL or a path: a string that starts with http:// or
https:// is a URL; any other string, or a path object, is a local file.
"""

from __future__ import annotations

import io
import os
import re
import stat
import warnings
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, get_args
from urllib.parse import urlsplit
from urllib.request import url2pathname

import attrs

from dodeca._base import html
from dodeca._base.addresses import ip_of_host
from dodeca._base.files import open_nonblocking
from dodeca._base.logs import masked
from dodeca._base.media_types import Kind, kind_of, mime_type_of
from dodeca._base.protocols import BinaryFile, PillowImage
from dodeca._base.text import QUOTED, base_name, cut, quote
from dodeca.errors import InvalidMediaError, SourceChangedError

MIB = 1024 * 1024
GIB = 1024 * MIB

_KINDS = get_args(Kind)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+://|data:", re.I)
_ASSET_ID = re.compile(r"[\w-]+")  # neither a folder nor an extension
_HINTS = {
    **dict.fromkeys(("bytes", "bytearray", "memoryview"), "; use Media.data(...)"),
    "ndarray": "; use PIL.Image.fromarray(...)",
}


class _FileVersion(NamedTuple):
    """Identifies a file and its content: another file or a change gives another value."""

    inode: int
    size: int
    mtime_ns: int


@attrs.frozen(repr=False)
class Media:
    """One media source: exactly one of a local file, a URL, bytes, or an uploaded asset.

    Make one with `Media.file`, `Media.url`, `Media.data`, `Media.asset`, or let `Media.of` choose.
    """

    path: Path | None = None
    source_url: str | None = None
    content: bytes | None = None
    asset_id: str | None = None
    filename: str | None = None
    _kind: Kind | None = attrs.field(default=None, alias="kind")
    _version: _FileVersion | None = attrs.field(default=None, eq=False, repr=False, alias="version")

    def __attrs_post_init__(self) -> None:
        if self._kind not in (None, *_KINDS):
            raise InvalidMediaError(
                f"the kind of media must be one of {', '.join(_KINDS)}, got {quote(self._kind)}"
            )
        sources = [self.path, self.source_url, self.content, self.asset_id]
        if sum(source is not None for source in sources) != 1:
            raise InvalidMediaError(
                f"a media source must be exactly one of file, url, data or asset, got {quote(self)}"
            )

    @classmethod
    def file(cls, path: str | os.PathLike[str], *, kind: Kind | None = None) -> Media:
        """A local file: a path, which may begin with ~ or file://. It is read while it is sent.

        `kind` is as for `Media.url`.

        >>> from dodeca import Media
        >>> Media.file("colours.mp4").mime_type
        'video/mp4'

        Raises:
            InvalidMediaError: there is no such file, it is not a regular file, or it is empty.
        """
        local = local_path(path)
        try:
            found = local.stat()
        except (OSError, ValueError) as exc:
            reason = getattr(exc, "strerror", None) or str(exc)
            is_like_id = _ASSET_ID.fullmatch(str(path))
            hint = ". For the id of an uploaded asset use Media.asset(...)" if is_like_id else ""
            raise InvalidMediaError(
                f"cannot read {quote(os.fspath(path))}: {cut(reason, QUOTED)}{hint}"
            ) from exc
        version = _file_version(local, found)
        return cls(path=local, filename=base_name(local.name), kind=kind, version=version)

    @classmethod
    def url(cls, url: str, *, kind: Kind | None = None) -> Media:
        """The URL of a media file that the service can fetch (http or https).

        `kind` ("image", "audio", "video", "document") is needed where it matters and the name does
        not tell it, as in `embed.multi_input`. Nothing is fetched here. Only emulators accept a URL
        of this machine; with other services, the call raises `InvalidMediaError`. Plain http gives
        a warning.

        >>> from dodeca import Media
        >>> Media.url("https://example.com/clip.mp4").is_local
        False

        Raises:
            InvalidMediaError: another scheme, no host, an address in a private network, or
                credentials in the URL.
        """
        if not isinstance(url, str):
            raise InvalidMediaError(f"a media URL must be a string, got {type(url).__name__}")
        try:
            parts = urlsplit(url)
            host = parts.hostname
        except ValueError as exc:
            raise InvalidMediaError(f"not a URL: {quote(url)}: {cut(str(exc), QUOTED)}") from exc
        if parts.scheme.lower() not in {"http", "https"} or not host:
            raise InvalidMediaError(
                f"a media URL must start with http:// or https://, got {quote(url)}"
            )
        if parts.username or parts.password:
            raise InvalidMediaError(
                f"a media URL must not have a user name or password: {cut(host, QUOTED)}"
            )
        if any(ch.isspace() or not ch.isprintable() or ch == "\\" for ch in url):
            raise InvalidMediaError(
                f"a media URL must not have spaces, control characters or backslashes: {quote(url)}"
            )
        where = ip_of_host(host)
        if where is not None and not where.is_global and not where.is_loopback:
            raise InvalidMediaError(f"the service cannot fetch from a private address: {host}")
        if parts.scheme.lower() == "http" and not (where and where.is_loopback):
            warnings.warn(
                f"a media URL of plain http is not encrypted: {cut(host, QUOTED)}", stacklevel=2
            )
        return cls(source_url=url, kind=kind)

    @classmethod
    def data(
        cls, content: bytes, *, filename: str | None = None, kind: Kind | None = None
    ) -> Media:
        """Media held in memory; `kind` is as for `Media.url`.

        >>> from pathlib import Path
        >>> from dodeca import Media
        >>> Media.data(Path("purple.jpg").read_bytes(), filename="purple.jpg").mime_type
        'image/jpeg'

        Raises:
            InvalidMediaError: `content` is not bytes, or is empty.
        """
        if not isinstance(content, bytes | bytearray | memoryview):
            raise InvalidMediaError(f"Media.data takes bytes, got {type(content).__name__}")
        if not len(content):
            raise InvalidMediaError("Media.data got no bytes")
        if not isinstance(filename, str | None):
            raise InvalidMediaError(f"a file name must be a string, got {quote(filename)}")
        return cls(content=bytes(content), filename=filename and base_name(filename), kind=kind)

    @classmethod
    def asset(cls, asset_id: str, *, kind: Kind | None = None) -> Media:
        """An asset that was uploaded before, by its id; `kind` is as for `Media.url`.

        >>> from dodeca import Media
        >>> client.embed.video(Media.asset(asset.id))
        <Embeddings 10 x 512, audio+visual, asset+clip>

        Raises:
            InvalidMediaError: `asset_id` is not a string, or is empty.
        """
        if not isinstance(asset_id, str) or not asset_id.strip():
            raise InvalidMediaError(
                f"an asset id must be a non-empty string, got {quote(asset_id)}"
            )
        return cls(asset_id=asset_id, kind=kind)

    @classmethod
    def of(cls, source: MediaLike) -> Media:
        """Media of a URL, a path, an open binary file or a PIL image.

        A string that starts with http:// or https:// is a URL, file:// a local file; any other is
        a path, where ~ is the home folder. Objects with `read()` are read to their end, PIL images
        are sent as PNG.

        >>> from dodeca import Media
        >>> Media.of("https://example.com/clip.mp4").source_url
        'https://example.com/clip.mp4'
        >>> Media.of(open("purple.jpg", "rb")).filename
        'purple.jpg'

        Raises:
            InvalidMediaError: as for `Media.file` and `Media.url`; another type or scheme.
        """
        if isinstance(source, Media):
            return source
        if isinstance(source, str) and is_url(source):
            return cls.url(source)
        if isinstance(source, str | os.PathLike):
            return cls.file(source)
        if hasattr(source, "read"):
            return _from_binary_file(source)
        if hasattr(source, "save") and hasattr(source, "mode"):
            return _from_pillow_image(source)
        hint = _HINTS.get(type(source).__name__, "")
        raise InvalidMediaError(
            "media must be a path, a URL, an open binary file, a PIL image or a Media, got "
            f"{type(source).__name__}{hint}"
        )

    @property
    def is_local(self) -> bool:
        """Whether the media is a local file or in memory.

        >>> from dodeca import Media
        >>> Media.of("colours.mp4").is_local
        True
        """
        return self.path is not None or self.content is not None

    @property
    def size(self) -> int | None:
        """The size in bytes; None if the media is not local.

        >>> from dodeca import Media
        >>> Media.data(b"0123456789").size
        10
        """
        if self.path is not None:
            return self._version.size if self._version else self.path.stat().st_size
        return None if self.content is None else len(self.content)

    @property
    def kind(self) -> Kind | None:
        """Image, audio, video or document, as given or by the file name; None if that tells none.

        >>> from dodeca import Media
        >>> Media.of("tones.wav").kind, Media.url("https://example.com/notes.md").kind
        ('audio', 'document')
        """
        return self._kind or kind_of(self.mime_type)

    @property
    def mime_type(self) -> str:
        """The MIME type, guessed from the file name.

        >>> from dodeca import Media
        >>> Media.of("tones.wav").mime_type
        'audio/x-wav'
        """
        return mime_type_of(_name(self))

    def open(self) -> BinaryIO:
        """Open local media as a binary file object.

        >>> from dodeca import Media
        >>> Media.of("purple.jpg").open().read(3)
        b'\\xff\\xd8\\xff'

        Raises:
            InvalidMediaError: the media is not local, or the file cannot be read.
            SourceChangedError: the file has changed since the `Media` was created.
        """
        if self.path is not None:
            return self._open_file(self.path)
        if self.content is None:
            raise InvalidMediaError(f"{quote(self)} has no local bytes")
        return io.BytesIO(self.content)

    def check_unchanged(self, stream: BinaryIO) -> None:
        """Check that an open file has not changed since the `Media` was created.

        >>> from dodeca import Media
        >>> media = Media.of("purple.jpg")
        >>> media.check_unchanged(media.open())

        Raises:
            SourceChangedError: the file has changed.
        """
        if self.path is None:
            return
        now = _file_version(self.path, os.fstat(stream.fileno()))
        if self._version not in (None, now):
            raise SourceChangedError(f"{self} has changed since it was first read")

    def _open_file(self, path: Path) -> BinaryIO:
        try:
            stream = open(path, "rb", opener=open_nonblocking)  # noqa: SIM115
        except OSError as exc:
            raise InvalidMediaError(f"cannot read {path}: {exc}") from exc
        try:
            self.check_unchanged(stream)
        except InvalidMediaError:
            stream.close()
            raise
        return stream

    def __repr__(self) -> str:
        size = None if self.content is None else f"<{len(self.content)} bytes>"
        shown = {
            "path": self.path and repr(str(self.path)),
            "source_url": self.source_url and repr(masked(self.source_url)),
            "content": size,
            "asset_id": self.asset_id and repr(self.asset_id),
            "filename": size and self.filename and repr(self.filename),
            "kind": self._kind and repr(self._kind),
        }
        return f"Media({', '.join(f'{name}={text}' for name, text in shown.items() if text)})"

    def _repr_html_(self) -> str:
        return html.paragraph(repr(self))

    def __str__(self) -> str:
        return str(
            self.path or self.source_url or self.asset_id or self.filename or "media in memory"
        )


MediaLike = Media | str | os.PathLike[str] | BinaryFile | PillowImage


def is_in_memory(source: object) -> bool:
    """Whether `Media.of` takes an object for an open binary file or an image of Pillow.

    >>> import io
    >>> from dodeca.media import is_in_memory
    >>> is_in_memory(io.BytesIO(b"0123456789")), is_in_memory("colours.mp4")
    (True, False)
    """
    return hasattr(source, "read") or (hasattr(source, "save") and hasattr(source, "mode"))


def is_media(value: object) -> bool:
    """Whether an object stands for media and for nothing else; a string may be a text.

    >>> from dodeca.media import Media, is_media
    >>> is_media(Media.of("colours.mp4")), is_media("colours.mp4")
    (True, False)
    """
    return isinstance(value, Media | os.PathLike) or is_in_memory(value)


def is_url(source: str) -> bool:
    """Whether a string is a URL that the service fetches.

    >>> from dodeca.media import is_url
    >>> is_url("https://example.com/clip.mp4"), is_url("colours.mp4")
    (True, False)
    """
    return source.lower().startswith(("http://", "https://"))


def local_path(source: str | os.PathLike[str]) -> Path:
    """The local path that a path or a file:// URL names; ~ is the home folder.

    >>> from dodeca.media import local_path
    >>> local_path("file:///tmp/a%20b.mp4").name
    'a b.mp4'

    Raises:
        InvalidMediaError: another scheme, a file of another machine, or no home folder.
    """
    if isinstance(source, str) and source.lower().startswith("file://"):
        parts = urlsplit(source)
        if parts.netloc not in ("", "localhost"):
            raise InvalidMediaError(f"{quote(source)} names a file of another machine")
        return Path(url2pathname(parts.path))
    if isinstance(source, str) and _SCHEME.match(source):
        raise InvalidMediaError(
            f"{quote(source)} cannot be read here; pass a local file, its content as "
            "Media.data(...), or an https URL (for S3 and the like a signed one)"
        )
    try:
        return Path(source).expanduser()
    except (TypeError, RuntimeError) as exc:
        raise InvalidMediaError(f"cannot read {quote(source)}: {exc}") from exc


def _from_binary_file(stream: Any) -> Media:
    try:
        content = stream.read()
    except (OSError, ValueError) as exc:
        raise InvalidMediaError(f"cannot read {type(stream).__name__}: {exc}") from exc
    if isinstance(content, str):
        raise InvalidMediaError("a file must be open in binary mode, open(path, 'rb')")
    name = getattr(stream, "name", None)  # of files without a path: a number, or none
    return Media.data(content, filename=name if isinstance(name, str) else None)


def _from_pillow_image(image: Any) -> Media:
    content = io.BytesIO()
    try:
        image.save(content, format="PNG")
    except (OSError, ValueError) as exc:
        raise InvalidMediaError(f"an image of mode {image.mode} is no PNG: {exc}") from exc
    return Media.data(content.getvalue(), filename="image.png")


def _name(media: Media) -> str:
    return (urlsplit(media.source_url).path if media.source_url else media.filename) or ""


def _file_version(path: Path, found: os.stat_result) -> _FileVersion:
    if not stat.S_ISREG(found.st_mode):
        raise InvalidMediaError(f"{quote(str(path))} is not a regular file")
    if found.st_size == 0:
        raise InvalidMediaError(f"{quote(str(path))} is empty")
    return _FileVersion(found.st_ino, found.st_size, found.st_mtime_ns)


def source_name(media: Media) -> str | None:
    """What `Embeddings.source` says: the absolute path, URL or asset id; None for bytes.

    >>> from dodeca.media import Media, source_name
    >>> source_name(Media.asset("6298d673f1090f1100476d4c"))
    '6298d673f1090f1100476d4c'
    """
    if media.path is not None:
        name = os.path.abspath(media.path)  # noqa: PTH100 - keeps links
        return name.encode(errors="backslashreplace").decode()  # names that are not UTF-8
    return media.source_url or media.asset_id
