"""Reads documents: the pages of a PDF with their text, and plain text or Markdown.

No page is rendered. Where the text of a page stands decides in which quarter of it it is.
"""

from __future__ import annotations

import codecs
import io
import logging
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dodeca.video.probe import BrokenMedia, MediaContent

if TYPE_CHECKING:
    from pypdf import PageObject

DocumentFormat = Literal["pdf", "text"]

QUADRANTS: tuple[str, ...] = ("top_left", "top_right", "bottom_left", "bottom_right")
# What pypdf finds odd about a file is for those who ask for it, not for standard error.
logging.getLogger("pypdf").addHandler(logging.NullHandler())

_HEAD = 1024  # bytes in which the mark of a PDF is, and that tell text from binary data


def document_format(source: MediaContent) -> DocumentFormat:
    """Return whether a file is a PDF or text, by its first bytes. Raises BrokenMedia."""
    head = _content(source, _HEAD)
    if b"%PDF-" in head:
        return "pdf"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # the last character may be cut off
    except UnicodeDecodeError:
        raise BrokenMedia("it is neither a PDF nor text in UTF-8") from None
    if b"\0" in head:
        raise BrokenMedia("it is neither a PDF nor text")
    return "text"


def read_text(source: MediaContent) -> str:
    """Return the text of a plain text or Markdown file. Raises BrokenMedia."""
    try:
        return _content(source).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BrokenMedia("it is not in UTF-8") from None


@dataclass(frozen=True, slots=True)
class Page:
    """The text of a page of a PDF."""

    text: str
    quadrants: dict[str, str]
    """Its parts by QUADRANTS."""


class PDF:
    """A PDF. Raises BrokenMedia for one that cannot be read, is encrypted or has no pages."""

    def __init__(self, source: MediaContent) -> None:
        from pypdf import PdfReader  # takes longer to import than all of the emulator

        try:
            self._reader = PdfReader(io.BytesIO(_content(source)))
            self.page_count = len(self._reader.pages)
        except Exception as error:  # broken files make pypdf raise errors of many kinds
            raise BrokenMedia("it is no valid PDF") from error
        if not self.page_count:
            raise BrokenMedia("it has no pages")

    @cached_property
    def pages(self) -> list[Page]:
        """The pages in order. Raises BrokenMedia."""
        try:
            return [_read_page(page) for page in self._reader.pages]
        except Exception as error:  # as above
            raise BrokenMedia("it has a page that is not valid") from error

    @property
    def text(self) -> str:
        """The text of all pages. Raises BrokenMedia."""
        return "\n".join(page.text for page in self.pages)


def _read_page(page: PageObject) -> Page:
    box = page.mediabox
    quadrants = dict.fromkeys(QUADRANTS, "")
    middle = float(box.left + box.right) / 2, float(box.bottom + box.top) / 2

    def add(text: str, user: list[float], matrix: list[float], font: Any, size: float) -> None:
        x = matrix[4] * user[0] + matrix[5] * user[2] + user[4]
        y = matrix[4] * user[1] + matrix[5] * user[3] + user[5]
        row, column = "top" if y >= middle[1] else "bottom", "left" if x < middle[0] else "right"
        quadrants[f"{row}_{column}"] += text

    return Page(page.extract_text(visitor_text=add), quadrants)


def _content(source: MediaContent, size: int = -1) -> bytes:
    """Return the first bytes of a file, or all of them."""
    if isinstance(source, bytes):
        return source if size < 0 else source[:size]
    with Path(source).open("rb") as file:
        return file.read(size)
