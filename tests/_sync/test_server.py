# From tests/_async/test_server.py by scripts/unasync.py; edit that one.
"""The client over real sockets, to the emulator as a server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dodeca import Client, Media, errors
from dodeca.emulator import Emulator, samples
from dodeca.emulator.server import serving


@pytest.fixture
def url() -> Iterator[str]:
    with Emulator() as emulator, serving(emulator) as url:
        yield url


def test_every_kind_of_request_crosses_the_wire(url: str, tmp_path: Path) -> None:
    picture = samples.image(tmp_path / "red.png", "red")
    with Client("key", base_url=url) as client:
        assert len(client.embed.text("red")) == 1
        assert len(client.embed.image(Media.data(picture.read_bytes()))) == 1
        job = client.assets.upload(picture, user_metadata={"colour": "red"})
        asset = job.wait()
        assert (asset.user_metadata or {})["colour"] == "red"
        assert [found.id for found in client.assets.list(filename="red")] == [asset.id]
        client.assets.delete(asset.id)
        with pytest.raises(errors.NotFoundError):
            client.assets.retrieve(asset.id)


def test_nobody_there_is_a_transport_error() -> None:
    with Client("key", base_url="http://127.0.0.1:9/v1.3") as client:
        with pytest.raises(errors.TransportError):
            client.embed.text("x")
