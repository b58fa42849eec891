"""The cache of `Embeddings.load(..., cache=True)`: one file, mapped into memory.

    dodeca cache of vectors
    <SHA-256 of the next line>
    {"format": 1, "files": [[name, size, mtime_ns], ...], "shape": [n, d], "pieces": [...]}

After that come the pieces, each at a multiple of 64 bytes: the vectors as float32 (little-endian),
the uncertainty if there is some, and the other columns of each file as a stream of Arrow. A piece
is listed by its length and its checksum. The first two lines are the same in all formats.
"""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import orjson

from dodeca._base.files import replace_file
from dodeca._base.text import quote
from dodeca._base.warn_once import warn_once
from dodeca.errors import ConfigurationError, InvalidRequestError

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]
    from numpy.typing import NDArray

_MAGIC = b"dodeca cache of vectors\n"
_FORMAT = 1
_ALIGNMENT = 64
_DIGEST_SIZE = 64  # of SHA-256, in hexadecimal
_BLOCK_BYTES = 1 << 16
_UNLIKE = {"id", "extra"}  # columns whose values differ from row to row


def state_of(files: Sequence[Path], folder: Path) -> list[list[Any]]:
    """What a cache is checked against: the name, size and time of modification of each file."""
    found = [(file.relative_to(folder).as_posix(), file.stat()) for file in files]
    return [[name, stat.st_size, stat.st_mtime_ns] for name, stat in found]


def read(
    path: Path, state: list[list[Any]]
) -> tuple[NDArray[np.float32], NDArray[np.float32] | None, list[pa.Table]] | None:
    """The vectors, the uncertainty and the tables of a cache; None if it has to be written anew.

    Raises:
        InvalidRequestError: the file is something else.
        ConfigurationError: a newer version of this package wrote it.
    """
    try:
        with path.open("rb") as stream:
            is_ours = stream.read(len(_MAGIC)) == _MAGIC
            mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) if is_ours else None
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise InvalidRequestError(f"the cache {path} cannot be read: {exc}") from exc
    if mapped is None:
        raise InvalidRequestError(
            f"{path} is not a cache of dodeca: move it away, or load without a cache"
        )
    start = len(_MAGIC) + _DIGEST_SIZE + 1
    end = mapped.find(b"\n", start)
    head, digest = mapped[start:end], mapped[len(_MAGIC) : start - 1]
    if end < 0 or hashlib.sha256(head).hexdigest().encode() != digest:
        _warn_of_damage(path)
        return None
    header = orjson.loads(head)
    if header["format"] > _FORMAT:
        raise ConfigurationError(
            f"{path} has format {quote(header['format'])} of a newer dodeca; this version reads "
            f"{_FORMAT}: delete the file, or load without a cache"
        )
    if header["files"] != state:
        return None
    pieces = _pieces(memoryview(mapped), end + 1, header["pieces"])
    if pieces is None:
        _warn_of_damage(path)
        return None
    return _opened(pieces, header)


def write(
    path: Path,
    state: list[list[Any]],
    vectors: NDArray[np.float32],
    uncertainty: NDArray[np.float32] | None,
    tables: Sequence[pa.Table],
) -> None:
    """Write a cache, atomically."""
    matrices = [vectors] if uncertainty is None else [vectors, uncertainty]
    pieces: list[Any] = [
        np.ascontiguousarray(matrix, "<f4").reshape(-1).view(np.uint8) for matrix in matrices
    ]
    pieces += [np.frombuffer(_as_stream(table), np.uint8) for table in tables]
    head = orjson.dumps(
        {
            "format": _FORMAT,
            "files": state,
            "shape": vectors.shape,
            "has_uncertainty": uncertainty is not None,
            "pieces": [[len(piece), _checksum(piece)] for piece in pieces],
        }
    )

    def content(stream: BinaryIO) -> None:
        stream.write(_MAGIC + hashlib.sha256(head).hexdigest().encode() + b"\n" + head + b"\n")
        for piece in pieces:
            stream.write(bytes(-stream.tell() % _ALIGNMENT))
            stream.write(piece)

    replace_file(path, content)


def _warn_of_damage(path: Path) -> None:
    warn_once(UserWarning(f"{path} is damaged, and is written anew"))


def _pieces(content: memoryview, at: int, listed: Sequence[Any]) -> list[memoryview] | None:
    """The pieces of a cache after its header; None if they are not as they were written."""
    found = []
    for length, checksum in listed:
        at += -at % _ALIGNMENT
        piece = content[at : at + length]
        if len(piece) != length or _checksum(piece) != checksum:
            return None
        found.append(piece)
        at += length
    return found if at == len(content) else None


def _opened(
    pieces: Sequence[memoryview], header: dict[str, Any]
) -> tuple[NDArray[np.float32], NDArray[np.float32] | None, list[pa.Table]]:
    import pyarrow as pa

    first, *rest = pieces
    vectors = np.frombuffer(first, "<f4").reshape(header["shape"])
    uncertainty = None
    if header["has_uncertainty"]:
        uncertainty = np.frombuffer(rest.pop(0), "<f4").reshape(header["shape"])
    tables = [pa.ipc.open_stream(pa.py_buffer(piece)).read_all() for piece in rest]
    return vectors, uncertainty, tables


def _as_stream(table: pa.Table) -> pa.Buffer:
    """A table as a stream of Arrow; a text that many rows have is in it once."""
    import pyarrow as pa

    for number, field in enumerate(table.schema):
        if pa.types.is_string(field.type) and field.name not in _UNLIKE:
            table = table.set_column(number, field.name, table.column(number).dictionary_encode())
    table = table.unify_dictionaries().combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _checksum(piece: Any) -> str:
    """A checksum that costs little more than reading: the SHA-256 of sums of blocks."""
    content = np.frombuffer(piece, np.uint8)
    whole = len(content) - len(content) % _BLOCK_BYTES
    blocks = content[:whole].view("<u8").reshape(-1, _BLOCK_BYTES // 8)
    sums = np.add.reduce(blocks, axis=1).astype("<u8")
    return hashlib.sha256(sums.tobytes() + content[whole:].tobytes()).hexdigest()
