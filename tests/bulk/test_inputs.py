"""What is given to a bulk run: each input is taken, or refused with words that say which it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dodeca import Client
from dodeca.bulk.inputs import Options, items
from dodeca.emulator import samples
from dodeca.errors import InvalidRequestError


@pytest.fixture
def client() -> Iterator[Client]:
    with Client.emulated() as found:
        yield found


def sources(inputs: Any) -> list[str]:
    return [Path(item.source).name for item in items(inputs, Options())]


@pytest.mark.parametrize(
    ("row", "match"),
    [
        ({"text": "a", "number": 2**63}, "whole numbers in metadata have 64 bits, 'number'"),
        ({"text": "a", "number": -(2**63) - 1}, "'number' has more"),
        ({"text": "a", "note": "\ud800"}, "'note' is not valid Unicode"),
        ({"text": "a", "\ud800": 1}, "a name of metadata' is not valid Unicode"),
        ({"text": "\ud800"}, "'text' is not valid Unicode"),
        ({"url": "https://example.com/\ud800.png"}, "'url' is not valid Unicode"),
        ({"text": "a", 5: 1}, "names of metadata are strings, got 5"),
    ],
)
def test_what_cannot_be_written_is_refused(
    client: Client, tmp_path: Path, row: dict[Any, Any], match: str
) -> None:
    with pytest.raises(InvalidRequestError, match=match):
        client.embed.run([row], out=tmp_path / "out")
    fits = [{"text": "a", "number": 2**63 - 1}, {"text": "b", "number": -(2**63)}]
    assert client.embed.run(fits, out=tmp_path / "out").done == 2
