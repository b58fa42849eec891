"""Global options stand before the command or after it."""

from pathlib import Path

import pytest

from .conftest import Run


def test_global_options_after_the_command_are_those_before_it(
    dodeca: Run, media: Path, tmp_path: Path
) -> None:
    before = dodeca("--emulated", "--json", "embed", media / "red.jpg")
    assert before.records
    assert dodeca("embed", media / "red.jpg", "--emulated", "--json").out == before.out
    assert dodeca("--json", "embed", "--emulated", media / "red.jpg").out == before.out
    db = ("--emulator-db", tmp_path / "emulator.db")
    index = dodeca("index", "create", "films", "-q", *db).out.strip()
    assert dodeca("index", "list", "--json", *db).records[0]["id"] == index


def test_the_rules_of_global_options_hold_after_the_command(dodeca: Run, media: Path) -> None:
    words = ("--emulated", "index", "list", "--base-url", "https://x.example")
    done = dodeca(*words)
    assert (done.status, "exclude each other" in done.err) == (2, True)
    done = dodeca("embed", "--as", "text", "--emulated", "--json", "--", "--json")
    assert [record["source"] for record in done.records] == ["--json"]


@pytest.mark.parametrize("command", [["embed"], ["index", "create"], ["tasks", "list"]])
def test_help_of_a_command_lists_the_global_options(dodeca: Run, command: list[str]) -> None:
    shown = dodeca(*command, "--help").out
    assert "Global options" in shown
    assert "--emulator-db" in shown


def test_what_the_emulator_forgets_is_said(dodeca: Run, media: Path, tmp_path: Path) -> None:
    note = "--emulator-db FILE keeps"
    for words in (["index", "create", "films"], ["upload", media / "red.jpg"]):
        assert note in dodeca("--emulated", *words).err
        assert note not in dodeca("--emulated", "-q", *words).err
        assert note not in dodeca("--emulator-db", tmp_path / "x.db", *words).err
