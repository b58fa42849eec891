"""A report: one HTML page about video and audio files, with their scores for queries over time.

>>> from dodeca import report
>>> video = client.embed.video("colours.mp4")
>>> queries = {"red car": client.embed.text("red car"), "noise": client.embed.text("noise")}
>>> report.write("report.html", video, queries)  # doctest: +ELLIPSIS
Report(html=<... characters>, is_self_contained=True, thumbnails=12, files=1)

The page has a player, a timeline for each file, query and modality, all on one scale, and the best
matches of each query. It needs no server and loads nothing from the network. Needs the extra `cli`;
thumbnails need the extra `media`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from dodeca._base import extras
from dodeca._base.files import replace_file
from dodeca.errors import ConfigurationError, InvalidRequestError
from dodeca.media import MIB, MediaLike
from dodeca.report.sources import MAX_SOURCES, find_sources

if TYPE_CHECKING:
    from dodeca.embeddings import Embeddings

EMBEDDED_BYTES = 16 * MIB
MAX_QUERIES = 9  # one for each digit key

__all__ = ["EMBEDDED_BYTES", "MAX_QUERIES", "MAX_SOURCES", "Report", "render", "write"]


@attrs.frozen
class Report:
    """A rendered report. `html` is the page; `thumbnails` counts the images of its timelines.

    If `is_self_contained`, the media are embedded in the page, as files of up to 16 MB in all are.
    Larger ones are referenced by paths relative to the page. `files` counts the media.
    """

    html: str = attrs.field(repr=lambda html: f"<{len(html)} characters>")
    is_self_contained: bool
    thumbnails: int
    files: int


def render(
    embeddings: Embeddings,
    queries: Mapping[str, Embeddings],
    *,
    media: MediaLike | Mapping[str, MediaLike] | None = None,
    folder: str | os.PathLike[str] = ".",
    title: str | None = None,
) -> Report:
    """Render the report of embeddings of local video and audio files as HTML.

    `embeddings` are of one file or of up to 50, as `Embeddings.concat` and `Embeddings.load` return
    them; rows without times, of images and texts, are left out. `queries` maps 1 to 9 labels to
    query embeddings of one row each, in the space of `embeddings`. `media` is the file of the rows,
    or maps each `source_id` to its file; the default is the `source` of the rows. `folder` is where
    the page will be stored. `title` is its heading (default: the file name).

    >>> from dodeca import report
    >>> video, red = client.embed.video("colours.mp4"), client.embed.text("red")
    >>> report.render(video, {"red": red}, title="Colours").is_self_contained
    True

    Raises:
        InvalidMediaError: the rows are of no local file.
        InvalidRequestError: no query or more than 9, no rows with times, or more than 50 files.
        ConfigurationError: the extra `cli` is not installed.
    """
    if not 1 <= len(queries) <= MAX_QUERIES:
        raise InvalidRequestError(f"a report has 1 to {MAX_QUERIES} queries, got {len(queries)}")
    try:
        from dodeca.report import html
    except ImportError as exc:
        raise ConfigurationError(extras.missing("a report", "cli", exc)) from exc
    sources = find_sources(embeddings, media)
    is_embedded = sum(source.size for source in sources) <= EMBEDDED_BYTES
    text, thumbnails = html.page(sources, queries, title, None if is_embedded else Path(folder))
    text = text.encode("utf-8", "replace").decode()
    return Report(text, is_embedded, thumbnails, len(sources))


def write(
    path: str | os.PathLike[str],
    embeddings: Embeddings,
    queries: Mapping[str, Embeddings],
    *,
    media: MediaLike | Mapping[str, MediaLike] | None = None,
    title: str | None = None,
) -> Report:
    """Render a report as `render` does, write it to `path`, and return it.

    >>> from dodeca import report
    >>> video, red = client.embed.video("colours.mp4"), client.embed.text("red")
    >>> report.write("report.html", video, {"red": red}).thumbnails
    12

    Raises:
        DodecaError: as for `render`.
        OSError: the file cannot be written.
    """
    target = Path(path)
    report = render(embeddings, queries, media=media, folder=target.parent, title=title)
    # A report that was there is replaced by a complete one only.
    replace_file(target, lambda stream: stream.write(report.html.encode()))
    return report
