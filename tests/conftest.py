import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from dodeca.emulator import samples
from tests.depth import depth
from tests.seams import wait_for_emulated_work

# Machines are shared and noisy: how long an example takes says nothing about the code, and neither
# does the luck of a draw.
settings.register_profile(
    "dodeca",
    deadline=None,
    max_examples=depth(20, deep=100),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("dodeca")

# Tests send these signals to their children, which inherit that they are ignored: under nohup, or
# in the background of a shell.
for _name in ("SIGINT", "SIGHUP"):
    _number = getattr(signal, _name, None)  # Windows has no SIGHUP
    if _number is not None and signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler)


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores, since some tests wait for processes and sockets."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what lasts as long as the process: all tests."""
    gc.freeze()


def pytest_sessionfinish() -> None:
    """What was passed over is garbage at the end."""
    gc.unfreeze()


@pytest.fixture(autouse=True, scope="session")
def patient_emulators() -> Iterator[None]:
    """A poll of an emulator waits for work until it is done, which takes longer under load."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        wait_for_emulated_work(monkeypatch, 60.0)
        yield


@pytest.fixture(scope="session")
def sample_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the emulator's samples, for all tests: nothing in it is to be changed."""
    folder = tmp_path_factory.mktemp("samples")
    samples.write_all(folder)
    return folder


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
