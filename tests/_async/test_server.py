"""The client over real sockets, to the emulator as a server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dodeca import AsyncClient, Media, errors
from dodeca.emulator import Emulator, samples
from dodeca.emulator.server import serving

pytestmark = pytest.mark.anyio


@pytest.fixture
def url() -> Iterator[str]:
    with Emulator() as emulator, serving(emulator) as url:
        yield url


async def test_every_kind_of_request_crosses_the_wire(url: str, tmp_path: Path) -> None:
    picture = samples.image(tmp_path / "red.png", "red")
    async with AsyncClient("key", base_url=url) as client:
        assert len(await client.embed.text("red")) == 1
        assert len(await client.embed.image(Media.data(picture.read_bytes()))) == 1
        job = await client.assets.upload(picture, user_metadata={"colour": "red"})
        asset = await job.wait()
        assert (asset.user_metadata or {})["colour"] == "red"
        assert [found.id async for found in client.assets.list(filename="red")] == [asset.id]
        await client.assets.delete(asset.id)
        with pytest.raises(errors.NotFoundError):
            await client.assets.retrieve(asset.id)


async def test_nobody_there_is_a_transport_error() -> None:
    async with AsyncClient("key", base_url="http://127.0.0.1:9/v1.3") as client:
        with pytest.raises(errors.TransportError):
            await client.embed.text("x")
