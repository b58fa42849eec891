"""Matches as captions, SRT and WebVTT, for players and editors (pysubs2)."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from dodeca._base.files import replace_file, safe_name
from dodeca._base.text import one_line, quote
from dodeca.embeddings import match_media
from dodeca.embeddings.export import local_path, require
from dodeca.embeddings.timeline import format_score
from dodeca.errors import InvalidRequestError

if TYPE_CHECKING:
    from dodeca.embeddings import Match, Matches

Format = Literal["srt", "vtt"]

TRANSCRIPTS = ("transcription", "transcript")  # fields of a segment that hold what is said
_MAX_SEC = 100 * 3600  # hours have two digits
# Players read these as tags, positions, times or line breaks. A word joiner, which is invisible,
# leaves them the text that they are.
_MARKUP = re.compile(r"(?<=<)(?=[/A-Za-z])|(?<=\{)(?=\\)|(?<=\\)(?=[hnN])|(?<=--)(?=>)")
_WORD_JOINER = "\u2060"


def write(matches: Matches, path: str | os.PathLike[str], form: Format) -> list[Path]:
    """See `Matches.to_srt`."""
    pysubs2 = require("pysubs2", extra="export", feature="a file of captions")
    match_media.check_timed(matches, _MAX_SEC)
    target = local_path(path)
    sources = match_media.by_source(matches)
    if target.suffix.lower() == f".{form}":
        if len(sources) > 1:
            raise InvalidRequestError(
                f"{quote(os.fspath(path))} can hold the captions of one source, and the matches "
                f"are of {len(sources)}: name a folder, which gets a file for each"
            )
        targets = [target]
    else:
        target.mkdir(parents=True, exist_ok=True)
        targets = [target / name for name in _file_names(sources, form)]
    for each, found in zip(targets, sources, strict=True):
        text = _content(pysubs2, found, matches.query, form)
        replace_file(each, partial(_write, text))
    return targets


def caption(match: Match, query: str | None) -> str:
    """What a match is called: the transcript of its segment, else the query and the score."""
    for name in TRANSCRIPTS:
        transcript = match.segment.extra.get(name)
        if isinstance(transcript, str) and transcript.strip():
            return transcript
    score = format_score(match.score)
    return f"{query} ({score})" if query else score


def _write(text: str, stream: BinaryIO) -> None:
    stream.write(text.encode())


def _content(pysubs2: Any, matches: Sequence[Match], query: str | None, form: Format) -> str:
    """The captions of one source in the order of time; those that are equal are one."""
    cues = {(*_milliseconds(match), _text(caption(match, query), form)) for match in matches}
    file = pysubs2.SSAFile()
    for start, end, text in sorted(cues):
        file.append(pysubs2.SSAEvent(start=start, end=end, text=text))
    content: str = file.to_string(form, keep_ssa_tags=True)
    return content


def _milliseconds(match: Match) -> tuple[int, int]:
    start, end = match_media.time_range(match)
    first = round(start * 1000)
    return first, max(round(end * 1000), first + 1)


def _text(caption: str, form: Format) -> str:
    """A caption as the text of a cue, which an empty line would end."""
    from html import escape  # slow to import: it loads all HTML entities

    text = "\n".join(filter(None, map(one_line, caption.splitlines())))
    return _MARKUP.sub(_WORD_JOINER, escape(text, quote=False) if form == "vtt" else text)


def _file_names(sources: Sequence[Sequence[Match]], form: Format) -> list[str]:
    """A name for the file of each source: that of the media, by which players find it."""
    names: dict[str, None] = {}
    for found in sources:
        stem = Path(safe_name(match_media.name_of(found[0].segment))).stem
        taken = {name.casefold() for name in names}
        candidates = (f"{stem}{f'-{n}' if n else ''}.{form}" for n in range(len(sources)))
        names[next(name for name in candidates if name.casefold() not in taken)] = None
    return list(names)
