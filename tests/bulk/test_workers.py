"""Workers in other processes connect by a factory that is pickled on the way."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dodeca import AsyncClient, Client
from dodeca._async.bulk_service import AsyncBulkService
from dodeca._sync.bulk_service import BulkService
from dodeca.errors import ConfigurationError
from tests.bulk.library import server

PROGRAM = """
import pickle, sys
from dodeca.bulk.inputs import EmbedOptions
service = pickle.load(sys.stdin.buffer)()
embeddings, headers = service.embed("text", "a dog", EmbedOptions())
print(len(embeddings), headers["content-type"])
"""


def embed_elsewhere(factory: Any) -> str:
    packed = pickle.dumps(factory)
    assert b"the-key" not in packed
    found = subprocess.run([sys.executable, "-c", PROGRAM], input=packed, capture_output=True)
    assert found.returncode == 0, found.stderr
    return found.stdout.decode()


@pytest.mark.anyio
async def test_a_service_is_made_again_in_another_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWELVELABS_API_KEY", "the-key")
    with server(tmp_path, "--api-key", "the-key") as url:
        with Client("the-key", base_url=url) as client:
            assert (
                embed_elsewhere(BulkService(client._transport).factory()) == "1 application/json\n"
            )
        async with AsyncClient("the-key", base_url=url) as other:
            assert (
                embed_elsewhere(await AsyncBulkService(other._transport).factory())
                == "1 application/json\n"
            )


def test_a_transport_of_ones_own_stays_in_its_process() -> None:
    with (
        Client.emulated() as client,
        pytest.raises(ConfigurationError, match="its own transport"),
    ):
        BulkService(client._transport).factory()
