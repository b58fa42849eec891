"""Audio and video whose length only the service can tell: a task follows the error of one call."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dodeca import Client, Media
from dodeca.errors import APIError
from tests.emulator.videos import BLUE, RED, encode_video, flat


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A transport stream of 610 seconds."""
    path = tmp_path_factory.mktemp("long")
    frames = [flat(RED, 360, 360), flat(BLUE, 360, 360)]
    encode_video(path / "long.ts", frames, fps=1, times=[0, 609])
    return path


@pytest.fixture
def client(folder: Path) -> Iterator[Client]:
    with Client.emulated(media=folder) as found:
        yield found


def test_a_local_file_and_a_url(client: Client, folder: Path) -> None:
    for source in (folder / "long.ts", "https://example.com/long.ts"):
        found = client.embed.video(source, embedding_scope=["asset"])
        assert found.end_sec.max() > 600
        with pytest.raises(APIError, match="too long"):
            client.embed.video(source, via="sync")


def test_an_asset(client: Client, folder: Path) -> None:
    asset = client.assets.upload(folder / "long.ts").wait()
    assert len(client.embed.video(Media.asset(asset.id), embedding_scope=["asset"]))


def test_a_bulk_run(client: Client, folder: Path, tmp_path: Path) -> None:
    run = client.embed.run([folder / "long.ts"], out=tmp_path / "out", embedding_scope=["asset"])
    assert (run.done, run.failed) == (1, 0)
