"""Ray that does not start: a typed error, and nothing is left behind."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from dodeca import Client
from dodeca.errors import ConfigurationError


def test_ray_that_does_not_start_is_a_configuration_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[bool] = []

    def init(**_: object) -> None:
        raise Exception("The current node timed out during startup")

    ray = SimpleNamespace(
        is_initialized=lambda: False, init=init, shutdown=lambda: ended.append(True)
    )
    monkeypatch.setitem(sys.modules, "ray", ray)
    with (
        Client("key", base_url="http://localhost:9") as client,
        pytest.raises(ConfigurationError, match=r'Ray did not start: .*or use engine="local"'),
    ):
        client.embed.run([{"text": "a"}], out=tmp_path / "out", engine="ray")
    assert ended == [True]
