"""What `dodeca mcp` refuses before it serves; tests/mcp has the conversations."""

from pathlib import Path

import pytest

from dodeca.cli.exit_status import ExitStatus

from .conftest import Run


@pytest.mark.parametrize("words", [(), ("library", "--index", "0123")])
def test_either_a_library_or_an_index_is_served(dodeca: Run, words: tuple[str, ...]) -> None:
    done = dodeca("--emulated", "mcp", *words)
    assert done.status == ExitStatus.USAGE
    assert "either a library or, with --index, an index" in done.err


def test_clips_go_into_a_folder(dodeca: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in ("file", "missing/clips"):
        done = dodeca("--emulated", "mcp", tmp_path, "--clips", tmp_path / folder)
        assert done.status == ExitStatus.USAGE
        assert "is no folder" in done.err


@pytest.mark.parametrize("words", [("nowhere",), ("--index", "0" * 24)])
def test_what_is_not_there_is_an_error(dodeca: Run, words: tuple[str, ...]) -> None:
    done = dodeca("--emulated", "mcp", *words)
    assert (done.status, done.out) == (ExitStatus.ERROR, "")
    assert done.err.startswith("dodeca: ")
