"""Fixtures for pytest: an emulator for each test, in this process or as a server.

The package registers them as a pytest plugin:

    def test_an_upload(dodeca_emulator):
        transport = EmulatorTransport(dodeca_emulator)
        client = dodeca.Client("any-key", transport=transport)
        ...
        dodeca_emulator.clock.advance(8 * 24 * 3600)

The emulator is loaded when a test first uses it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from dodeca._base import extras

if TYPE_CHECKING:
    from . import Emulator


@pytest.fixture
def dodeca_emulator_options() -> dict[str, Any]:
    """Options of the emulator of `dodeca_emulator`: none, unless a project overrides this fixture.

    They are the arguments of `dodeca.emulator.Emulator`, such as `media`, `pace` and `faults`.
    """
    return {}


@pytest.fixture
def dodeca_emulator(dodeca_emulator_options: dict[str, Any]) -> Iterator[Emulator]:
    """An empty emulator in this process; its clock stands still until `clock.advance(seconds)`."""
    try:
        from . import Emulator, VirtualClock
    except ImportError as exc:
        pytest.fail(extras.missing("this fixture", "emulator", exc), pytrace=False)
    with Emulator(**{"clock": VirtualClock(), **dodeca_emulator_options}) as emulator:
        yield emulator


@pytest.fixture
def dodeca_emulator_url(dodeca_emulator: Emulator) -> Iterator[str]:
    """The base URL of a server over `dodeca_emulator`, for any client of the API."""
    from .server import serving

    with serving(dodeca_emulator) as url:
        yield url
