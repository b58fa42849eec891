"""Embed a few real files and search them: `python -m scripts.demo [MEDIA …]`.

Uses the real API if TWELVELABS_API_KEY is set, and the local emulator otherwise.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from dodeca import Client, Embeddings, Media, segmentation
from dodeca._calls import limits
from dodeca._http.api_key import ENVIRONMENT
from dodeca.errors import DodecaError

QUERIES = ("a red scene", "a loud high tone", "something green and noisy")


def main(arguments: list[str]) -> int:
    """Embed the given files, or sample files, and print how well they match some queries."""
    console = Console(width=100)
    on_api = any(os.environ.get(name) for name in ENVIRONMENT)
    with tempfile.TemporaryDirectory() as folder, Client() if on_api else Client.emulated() as c:
        try:
            paths = [Path(argument) for argument in arguments] or _samples(Path(folder))
            found = {path.name: _embed(c, path) for path in paths}
            queries = {text: c.embed.text(text) for text in QUERIES}
        except DodecaError as error:
            console.print(f"[red]{error}[/red]")
            return 1
    console.print(_segments(found, queries))
    console.print(_matches(found, queries))
    count = sum(map(len, found.values()))
    length = next(iter(found.values())).vectors.shape[1]
    console.print(f"\n{count} vectors of {length} floats from {len(found)} files.", end=" ")
    place = "the TwelveLabs API" if on_api else "the local emulator, without a key or network"
    console.print(f"This ran on {place}.")
    console.print("The real API:  TWELVELABS_API_KEY=… make demo     Your own file:  ", end="")
    console.print("make demo MEDIA=clip.mp4", highlight=False)
    return 0


def _samples(folder: Path) -> list[Path]:
    from dodeca.emulator import samples

    return samples.write_all(folder)


def _embed(client: Client, path: Path) -> Embeddings:
    media = Media.file(path)
    kind = limits.input_type(media)
    if kind == "image":
        return client.embed.image(media)
    if kind == "audio":
        return client.embed.audio(media, segmentation=segmentation.fixed(6))
    return client.embed.video(media, segmentation=segmentation.dynamic(4))


def _segments(found: dict[str, Embeddings], queries: dict[str, Embeddings]) -> Table:
    table = Table(title="Cosine similarity of each segment with each query", title_justify="left")
    for heading in ("file", "seconds", "option", "scope"):
        table.add_column(heading, no_wrap=True)
    for text in queries:
        table.add_column(text, justify="right")
    for name, embeddings in found.items():
        for row, segment in enumerate(embeddings):
            one = embeddings[row : row + 1]
            table.add_row(
                name,
                _span(segment.start_sec, segment.end_sec),
                segment.embedding_option or "",
                segment.embedding_scope or "",
                *(_score(one.search(query)[0].score) for query in queries.values()),
            )
        table.add_section()
    return table


def _matches(found: dict[str, Embeddings], queries: dict[str, Embeddings]) -> Table:
    table = Table(title="Best match of each query", title_justify="left")
    for heading in ("query", "file", "seconds", "option", "cosine"):
        table.add_column(heading, no_wrap=True)
    for text, query in queries.items():
        best = [
            (match.score, name, match.segment)
            for name, embeddings in found.items()
            for match in embeddings.search(query, k=1)
        ]
        score, name, segment = max(best, key=lambda entry: entry[0])
        span = _span(segment.start_sec, segment.end_sec)
        table.add_row(text, name, span, segment.embedding_option or "", f"{score:.3f}")
    return table


def _score(score: float) -> str:
    """Two digits, without a minus sign before zero."""
    return f"{round(score, 2) + 0.0:.2f}"


def _span(start: float | None, end: float | None) -> str:
    return "" if start is None or end is None else f"{start:6.2f} - {end:6.2f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
