"""One page about one film or sound: a player, its moments, and how well each matches a query.

>>> from dodeca import report
>>> film = client.embed.video("colours.mp4")
>>> queries = {"red car": client.embed.text("red car"), "noise": client.embed.text("noise")}
>>> report.write("report.html", "colours.mp4", film, queries)  # doctest: +ELLIPSIS
Page(html=<... characters>, is_self_contained=True, thumbnails=12)

The page needs no server and loads nothing from outside. It needs the extra `cli`, and for its
thumbnails the extra `emulator`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from dodeca._base import extras
from dodeca.errors import ConfigurationError, InvalidMediaError, InvalidRequestError
from dodeca.media import MIB, Media, MediaLike

if TYPE_CHECKING:
    from dodeca.embeddings import Embeddings

EMBEDDED_BYTES = 16 * MIB

__all__ = ["EMBEDDED_BYTES", "Page", "render", "write"]


@attrs.frozen
class Page:
    """A report. `html` is the page, `thumbnails` how many pictures its timeline has.

    `is_self_contained` tells whether the media are within the page, which holds for files of up to
    16 MB; larger ones are read from where they are, relative to the page.
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
) -> Page:
    """The page about a local video or sound and its embeddings, as HTML.

    `queries` maps what the page says to a query embedding of one row, in the space of
    `embeddings`; there are 1 to 9 of them, as there are digits to choose them by. `folder` is where
    the page will be, `title` its heading, the name of the file where none is given.

    >>> from dodeca import report
    >>> film, red = client.embed.video("colours.mp4"), client.embed.text("red")
    >>> report.render("colours.mp4", film, {"red": red}, title="Colours").is_self_contained
    True

    Raises:
        InvalidMediaError: media that are not in a local file.
        InvalidRequestError: no query or more than 9, or embeddings without times.
        ConfigurationError: the extra `cli` is not installed.
    """
    source = Media.of(media)
    if source.path is None:
        raise InvalidMediaError(f"a report shows a local file, got {source!r}")
    if not 1 <= len(queries) <= 9:
        raise InvalidRequestError(f"a report has 1 to 9 queries, got {len(queries)}")
    try:
        from dodeca.report import html
    except ImportError as exc:
        raise ConfigurationError(extras.missing("a report", "cli", exc)) from exc
    inside = (source.size or 0) <= EMBEDDED_BYTES
    text, thumbnails = html.page(
        source.path, source.mime_type, embeddings, queries, title, None if inside else Path(folder)
    )
    return Page(text, inside, thumbnails)


def write(
    path: str | os.PathLike[str],
    media: MediaLike,
    embeddings: Embeddings,
    queries: Mapping[str, Embeddings],
    *,
    title: str | None = None,
) -> Page:
    """Write the page of `render` to a file, and return it.

    >>> from dodeca import report
    >>> film, red = client.embed.video("colours.mp4"), client.embed.text("red")
    >>> report.write("report.html", "colours.mp4", film, {"red": red}).thumbnails
    12

    Raises:
        DodecaError: as `render`.
        OSError: the file cannot be written.
    """
    target = Path(path)
    page = render(media, embeddings, queries, folder=target.parent, title=title)
    target.write_text(page.html, encoding="utf-8")
    return page
