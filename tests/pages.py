"""The pages of the documentation as programs: what they install, run and print."""

import re
import shlex
from pathlib import Path

import attrs

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PAGES = [README, *sorted(ROOT.glob("facade/docs/**/*.md"))]

_FENCE = re.compile(r"^```(python|text|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INSTALL = "pip install "
_EVERYTHING = [".[all]"]  # what the start page installs
_END = "\x1e"


@attrs.frozen
class Snippet:
    """One block of Python, and what the block of text right below it says that it prints."""

    code: str
    output: str | None = None


def snippets(page: Path) -> list[Snippet]:
    """The Python of a page: blocks marked `python`; `py` and `.python` are only shown."""
    text = page.read_text(encoding="utf-8")
    found: list[Snippet] = []
    end = 0  # of the last block of Python
    for block in _FENCE.finditer(text):
        language, code = block.groups()
        if language == "python":
            found.append(Snippet(code))
            end = block.end()
        elif language == "text" and found and not text[end : block.start()].strip():
            found[-1] = attrs.evolve(found[-1], output=code)
    return found


def requirements(page: Path) -> list[str]:
    """What the install line of a page names, or that of the start page; `.` is this project."""
    lines = _shell(page)
    named = [line.removeprefix(_INSTALL) for line in lines if line.startswith(_INSTALL)]
    return [word for line in named for word in shlex.split(line)] or _EVERYTHING


def commands(page: Path) -> list[str]:
    """The shell lines of a page but its install line: blocks marked `sh`; `shell` is only shown."""
    return [line for line in _shell(page) if not line.startswith(_INSTALL)]


def _shell(page: Path) -> list[str]:
    blocks = _FENCE.findall(page.read_text(encoding="utf-8"))
    return [line for language, code in blocks if language == "sh" for line in code.splitlines()]


def program(page: Path) -> str:
    """All Python of a page as one program, which marks on stdout where each block ends."""
    return "".join(f"{snippet.code}\nprint({_END!r}, end='')\n" for snippet in snippets(page))


def differences(page: Path, stdout: str) -> list[str]:
    """Where the program of a page printed something else than the page says."""
    printed = stdout.split(_END)[:-1]
    return [
        f"the page says:\n{snippet.output}\nbut it prints:\n{output}"
        for snippet, output in zip(snippets(page), printed, strict=True)
        if snippet.output is not None and snippet.output != output
    ]


PROGRAMS = [page for page in PAGES if snippets(page)]
