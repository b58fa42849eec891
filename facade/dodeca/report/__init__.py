"""A report: one HTML page about a video or audio file, with its scores for some queries over time.

>>> from dodeca import report
>>> video = client.embed.video("colours.mp4")
>>> queries = {"red car": client.embed.text("red car"), "noise": client.embed.text("noise")}
>>> report.write("report.html", "colours.mp4", video, queries)  # doctest: +ELLIPSIS
Report(html=<... characters>, is_self_contained=True, thumbnails=12)

The page has a player, a timeline for each query and modality, and the best matches of each query.
It needs no server and loads nothing from the network. Needs the extra `cli`; thumbnails need the
extra `media`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from dodeca._base import extras
from dodeca._base.files import write_new
from dodeca._base.text import quote
from dodeca.errors import ConfigurationError, InvalidMediaError, InvalidRequestError
from dodeca.media import MIB, Media, MediaLike

if TYPE_CHECKING:
    from dodeca.embeddings import Embeddings

EMBEDDED_BYTES = 16 * MIB
MAX_QUERIES = 9  # one for each digit key

__all__ = ["EMBEDDED_BYTES", "MAX_QUERIES", "Report", "render", "write"]


@attrs.frozen
class Report:
    """A rendered report. `html` is the page; `thumbnails` counts the images of its timeline.

    If `is_self_contained`, the media are embedded in the page, as files of up to 16 MB are. Larger
    files are referenced by a path relative to the page.
    """

    html: str = attrs.field(repr=lambda html: f"<{len(html)} characters>")
    is_self_contained: bool
    thumbnails: int


def render(
    media: MediaLike,
    embeddings: Embeddings,
    queries: Mapping[str, Embeddings],
    *,
    folder: str | os.PathLike[str] = ".",
    title: str | None = None,
) -> Report:
    """Render the report of a local video or audio file and its embeddings as HTML.

    `queries` maps 1 to 9 labels to query embeddings of one row each, in the space of `embeddings`.
    `folder` is where the page will be stored. `title` is its heading (default: the file name).

    >>> from dodeca import report
    >>> video, red = client.embed.video("colours.mp4"), client.embed.text("red")
    >>> report.render("colours.mp4", video, {"red": red}, title="Colours").is_self_contained
    True

    Raises:
        InvalidMediaError: `media` is not a local file.
        InvalidRequestError: no query or more than 9, or embeddings without times.
        ConfigurationError: the extra `cli` is not installed.
    """
    source = Media.of(media)
    if source.path is None:
        raise InvalidMediaError(f"a report needs a local file, got {quote(source)}")
    if not 1 <= len(queries) <= MAX_QUERIES:
        raise InvalidRequestError(f"a report has 1 to {MAX_QUERIES} queries, got {len(queries)}")
    try:
        from dodeca.report import html
    except ImportError as exc:
        raise ConfigurationError(extras.missing("a report", "cli", exc)) from exc
    is_embedded = (source.size or 0) <= EMBEDDED_BYTES
    text, thumbnails = html.page(
        source.path,
        source.mime_type,
        embeddings,
        queries,
        title,
        None if is_embedded else Path(folder),
    )
    return Report(text.encode("utf-8", "replace").decode(), is_embedded, thumbnails)


def write(
    path: str | os.PathLike[str],
    media: MediaLike,
    embeddings: Embeddings,
    queries: Mapping[str, Embeddings],
    *,
    title: str | None = None,
) -> Report:
    """Render a report as `render` does, write it to `path`, and return it.

    >>> from dodeca import report
    >>> video, red = client.embed.video("colours.mp4"), client.embed.text("red")
    >>> report.write("report.html", "colours.mp4", video, {"red": red}).thumbnails
    12

    Raises:
        DodecaError: as for `render`.
        OSError: the file cannot be written.
    """
    target = Path(path)
    report = render(media, embeddings, queries, folder=target.parent, title=title)
    draft = target.with_name(f".{os.getpid()}.part")
    try:
        write_new(draft, lambda stream: stream.write(report.html.encode()))
        draft.replace(target)  # a report that was there is replaced by a complete one only
    finally:
        draft.unlink(missing_ok=True)
    return report
