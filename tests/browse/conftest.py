"""A library of a few real files, and its page on a real server."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import av
import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dodeca import Client
from dodeca.browse import serving
from dodeca.emulator import samples
from dodeca.emulator.samples import Scene, Tone
from dodeca.library import Library, open_dataset

SCENES = [Scene("red", 4, tone=220), Scene("blue", 4, tone=2000)]
HOSTILE = "<script>alert(1)<img src=x onerror=alert(2)>\nnew\tline.mp4"
"""A file name as it should not be; Windows allows none of its characters."""


def remux(source: Path, target: Path) -> Path:
    """The same streams in another container, which its ending names."""
    with av.open(source) as given, av.open(target, "w") as made:
        streams = {each: made.add_stream_from_template(each) for each in given.streams}
        for packet in given.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream]
                made.mux(packet)
    return target


def relocate(vectors: Path, *locations: str) -> None:
    """Let the rows of a Parquet file be those of other media, once for each of them."""
    table = pq.read_table(vectors)
    at = table.schema.get_field_index("source")
    field = table.schema.field(at)
    moved = [
        table.set_column(at, field, pa.array([location] * len(table), field.type))
        for location in locations
    ]
    pq.write_table(pa.concat_tables(moved), vectors)


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    clip = samples.video(folder / "clip.mp4", SCENES)
    remux(clip, folder / "clip.mkv")
    samples.audio(folder / "tones.wav", [Tone(6, 440), Tone(2, 440, 0.1)])
    samples.image(folder / "red.jpg", "red")
    if os.name != "nt":
        samples.video(folder / "plain.mp4", [Scene("green", 4)]).rename(folder / HOSTILE)
    return folder


@pytest.fixture(scope="session")
def client() -> Iterator[Client]:
    with Client.emulated() as emulated:
        yield emulated


@pytest.fixture(scope="session")
def dataset(media: Path, client: Client, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library") / "library"
    client.embed.run(media, out=folder)
    return folder


@pytest.fixture(scope="session")
def library(dataset: Path, client: Client) -> Library:
    return open_dataset(dataset, client)


Open = Callable[..., httpx.Client]


def start(stack: ExitStack, library: Library, clips: Path) -> httpx.Client:
    url = stack.enter_context(serving(library, clips=clips))
    return stack.enter_context(httpx.Client(base_url=url, timeout=60))


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Open]:
    """`serve(library)` starts a page, and gives an HTTP client of it."""
    with ExitStack() as stack:
        yield lambda library, clips=tmp_path / "clips": start(stack, library, clips)


@pytest.fixture(scope="session")
def page(library: Library, clips: Path) -> Iterator[httpx.Client]:
    """An HTTP client of the page, which all tests share."""
    with ExitStack() as stack:
        yield start(stack, library, clips)


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the page saves clips."""
    return tmp_path_factory.mktemp("clips") / "clips"


@pytest.fixture(scope="session")
def ids(library: Library) -> dict[str, str]:
    """The ids of the sources by their names."""
    return {source.name: source.id for source in library.sources}


@pytest.fixture(scope="session")
def vectors(client: Client, media: Path) -> bytes:
    """The Parquet file of a video."""
    return (
        client.embed.video(media / "clip.mp4").to_parquet(media.parent / "one.parquet").read_bytes()
    )
