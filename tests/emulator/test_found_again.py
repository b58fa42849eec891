"""What the client embeds with Marengo 3.5 on the emulator is found again, whatever it was."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dodeca import Client, Embeddings
from dodeca.emulator import Emulator
from dodeca.errors import InvalidRequestError


@pytest.fixture
def newest(newer_media: Path) -> Iterator[Client]:
    """A client that embeds with Marengo 3.5 on an emulator."""
    with (
        Emulator(media=newer_media) as emulator,
        Client.emulated(emulator, embedding_model="marengo3.5") as client,
    ):
        yield client


def test_each_kind_of_media_finds_all_of_the_same_content(
    newest: Client, newer_media: Path
) -> None:
    red = {
        "image": newest.embed.image(newer_media / "red.jpg"),
        "video": newest.embed.video(newer_media / "red.mp4"),
        "pdf": newest.embed.document(newer_media / "red.pdf", embedding_scope=["asset"]),
        "document": newest.embed.document(newer_media / "red.txt"),
    }
    others = [
        newest.embed.image(newer_media / "blue.png"),
        newest.embed.document(newer_media / "blue.pdf", embedding_scope=["asset"]),
        newest.embed.document(newer_media / "blue.md"),
    ]
    library = Embeddings.concat([*red.values(), *others])
    wanted = {rows[0].source for rows in red.values()}
    for query in (newest.embed.text("something red"), *red.values()):
        found = library.search(query, k=len(wanted))
        assert {match.segment.source for match in found} == wanted


def test_a_page_and_a_scene_are_found(newest: Client, newer_media: Path) -> None:
    pages = newest.embed.document(newer_media / "red.pdf")
    (best,) = pages.search(newest.embed.text("a crimson sunset"), k=1)
    assert best.segment.extra["start_page_number"] == 2
    video = newest.embed.video(newer_media / "clip.mp4", embedding_scope=["local"])
    visual = video.filter(option="visual")
    (best,) = visual.search(newest.embed.text("blue"), k=1)
    assert (best.segment.start_sec, best.segment.end_sec) == (5.0, 9.0)


def test_what_marengo_3_0_embedded_is_not_searched(newest: Client, newer_media: Path) -> None:
    library = newest.embed.image(newer_media / "red.jpg", model_name="marengo3.0")
    with pytest.raises(InvalidRequestError, match=r"marengo3\.5"):
        library.search(newest.embed.text("something red"))
