"""Clients of one emulator."""

import anyio
import pytest

from dodeca import AsyncClient, Client
from dodeca.emulator import Emulator
from dodeca.errors import ConfigurationError


def test_clients_of_one_emulator_share_its_state() -> None:
    async def names(emulator: Emulator) -> list[str | None]:
        async with AsyncClient.emulated(emulator) as client:
            return [index.index_name async for index in client.indexes.list()]

    with Emulator() as emulator:
        with Client.emulated(emulator) as client:
            client.indexes.create("films", {"marengo3.0": ["visual"]})
        assert anyio.run(names, emulator) == ["films"]
        with Client.emulated(emulator) as client:  # no client has closed it
            assert [index.index_name for index in client.indexes.list()] == ["films"]


@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_options_of_an_emulator_that_exists_are_an_error(
    client: type[Client] | type[AsyncClient],
) -> None:
    with Emulator() as emulator, pytest.raises(ConfigurationError, match="exists: media"):
        client.emulated(emulator, media="folder")
