"""README and pages state of speed and memory only what `make bench` has shown.

A statement is a link to a section of the page of results. Each number with a unit in its text is
the limit of a goal in that section, and the last quiet run kept it: "takes [at most 5
ms](speed.md#9-emulator)". What else reads like such a statement fails.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.__main__ import LOADED, PAGE, QUIET
from tests.benchmarks.page import page
from tests.pages import PAGES, ROOT

SPEED = ROOT / "facade/docs/speed.md"
RESULTS: dict[str, Any] = json.loads(QUIET.read_text(encoding="utf-8"))

_SHOWN = re.compile(r"^```.*?^```$|^--8<-- .*?$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_SENTENCE = re.compile(r"(?<=[.:;])\s|\n\s*\n|\n(?=\s*[-|#])")
_LINK = re.compile(r"\[([^]]*)\]\(([^)\s]*)\)")
_NUMBER = r"(\d[\d.,]*)\s*"
_AMOUNT = re.compile(rf"{_NUMBER}(x|times|%|ms|µs|s|seconds?|kB|MB|GB)(?![\w/])")
_UNITS = {"times": "x", "second": "s", "seconds": "s"}
# Words that need a link beside them, and numbers that have to be inside it.
_WORDS = re.compile(
    r"\b(?:fast(?:er|est)|slow(?:er|est)|quick(?:er|est|ly)?|as fast|instant(?:ly)?)\b"
    r"|\bCPU time\b|\bpeak memory\b",
    re.IGNORECASE,
)
_NUMBERS = re.compile(
    rf"{_NUMBER}(?:µs|ms|MB/s|GB/s)(?!\w)|\d(?:x|\s*times)\s+(?:as|less|more|fewer|faster|the)\b"
)


def claims(path: Path) -> Iterator[tuple[str, str]]:
    """The text and the section of each link to the page of results."""
    for text, target in _LINK.findall(prose(path)):
        if section := section_of(path, target):
            yield text, section


def section_of(path: Path, target: str) -> str:
    """The section of the page of results that a link leads to, if it does."""
    file, _, section = target.partition("#")
    linked = (path.parent / file).resolve() if file else path
    return section if linked in (SPEED, PAGE) else ""


def prose(path: Path) -> str:
    """A page without its code."""
    return _SHOWN.sub("code", path.read_text(encoding="utf-8"))


def sections(path: Path) -> set[str]:
    """The ids of the headings of a page."""
    heads = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def unproved(path: Path, text: str) -> list[str]:
    """The sentences that state something of speed or memory and show no results."""
    found = []
    for sentence in _SENTENCE.split(text):
        links = [target for _, target in _LINK.findall(sentence) if section_of(path, target)]
        if _NUMBERS.search(_LINK.sub("", sentence)) or (_WORDS.search(sentence) and not links):
            found.append(" ".join(sentence.split()))
    return found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_states_nothing_of_speed_or_memory_without_its_results(path: Path) -> None:
    assert unproved(path, prose(path)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Decoding is faster than with httpx.",
        "A call takes 3 ms.",
        "A call takes 190 µs, see [the results](speed.md#4-small-calls).",
        "It needs 5 times less memory. See [the results](speed.md#1-decode).",
        "- a tenth of the CPU time\n- [5 times](speed.md#1-decode) less",
        "It is 12x as [good](embeddings.md#rows).",
    ],
)
def test_a_statement_without_its_results_is_found(text: str) -> None:
    assert unproved(SPEED, text)


CLAIMS = [(path, *claim) for path in PAGES for claim in claims(path)]


@pytest.mark.parametrize(
    ("path", "text", "section"), CLAIMS, ids=[f"{path.stem}-{text}" for path, text, _ in CLAIMS]
)
def test_a_statement_is_a_limit_that_the_last_run_kept(path: Path, text: str, section: str) -> None:
    number = section.partition("-")[0]
    row = int(number) if number.isdigit() else None
    assert section in sections(PAGE) | (sections(SPEED) if path == SPEED else set())
    kept = {
        (goal["target"], goal["unit"].strip())
        for result in RESULTS.values()
        for goal in result["goals"]
        if goal["row"] == row and goal["met"]
    }
    amounts = _AMOUNT.findall(text)
    assert {(float(n.replace(",", "")), _UNITS.get(unit, unit)) for n, unit in amounts} <= kept


def test_the_page_of_results_is_what_the_last_runs_gave() -> None:
    loaded = json.loads(LOADED.read_text(encoding="utf-8")) if LOADED.exists() else {}
    assert PAGE.read_text(encoding="utf-8") == page(RESULTS, loaded)
