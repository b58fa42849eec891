"""Check, dry run, run and emulator agree on each file: the same verdict, for the same reason."""

from pathlib import Path

import pytest

from tests.depth import DEEP
from tests.media import files
from tests.media.agreement import Verdicts, verdicts


def agree(found: list[Verdicts]) -> None:
    assert [each.disagreement for each in found if each.disagreement] == []
    unknown = [f"{each.name} {each.endpoint}" for each in found if each.is_unknown]
    assert len(unknown) <= len(found) / 10, unknown


def test_on_a_few_files(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, make in files.few().items():
        make(folder / name)
    found = verdicts(folder.iterdir(), tmp_path)
    agree(found)
    assert {each.emulator.outcome for each in found if each.emulator} == {"accepted", "refused"}
    assert {each.emulator.reason for each in found if each.emulator} >= {
        *("too short", "too long", "frame too small", "aspect ratio"),
        *("format", "codec", "no video"),
    }


@pytest.mark.skipif(not DEEP, reason="make test-deep has all the files")
def test_on_all_files(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, make in files.files():
        make(folder / name)
    assert len(list(folder.iterdir())) >= 200
    found = verdicts(folder.iterdir(), tmp_path)
    agree(found)
    assert {each.emulator.reason for each in found if each.emulator} >= {
        "too large",
        "frame too large",
    }
