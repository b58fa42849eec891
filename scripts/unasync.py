"""Derive the synchronous code from the asynchronous one: `python -m scripts.unasync [--check]`.

Async code is written once; its synchronous twin is the same text with the words below replaced,
docstrings included. unasyncd and unasync leave docstrings alone, and ours hold examples.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TREES = {
    Path("facade/dodeca/_async"): Path("facade/dodeca/_sync"),
    Path("tests/_async"): Path("tests/_sync"),
}
WORDS = [
    (r"^pytestmark = pytest\.mark\.anyio\n", ""),
    (r"\bAwaitable\[((?:[^\[\]]|\[(?:[^\[\]]|\[[^\[\]]*\])*\])*)\]", r"\1"),
    (r"\basync (def|with|for)\b", r"\1"),
    (r"\(await ([\w.]+\((?:[^()\n]|\((?:[^()\n]|\([^()\n]*\))*\))*\))\)(?=[.\[])", r"\1"),
    (r"\bawait ", ""),
    (r"\b__a(enter|exit|iter|next)__", r"__\1__"),
    (r"\ba(close|sleep|read|iter|next)\b", r"\1"),
    (r"\basynccontextmanager\b", "contextmanager"),
    (r"\bAsync([A-Z])", r"\1"),
    (r"\bAbstractAsync", "Abstract"),
    (r"\b_async\b", "_sync"),
    (r"\basync_(concurrency|network|proxy_transport)\b", r"\1"),
    (r"\basync_within\b", "within"),
    (r"_async_", "_"),
]


def derive(text: str, source: Path, matched: set[str]) -> str:
    """The synchronous twin of a module's text; the patterns that match are added to `matched`."""
    for pattern, replacement in WORDS:
        text, count = re.subn(pattern, replacement, text, flags=re.MULTILINE)
        if count:
            matched.add(pattern)
    return f"# From {source.as_posix()} by scripts/unasync.py; edit that one.\n{text}"


def derive_all(target_root: Path) -> list[Path]:
    """Write every twin below `target_root`, formatted, and return their paths from there.

    Exits with an error when a pattern of `WORDS` matches in no source.
    """
    written = []
    matched: set[str] = set()
    for tree, twin in TREES.items():
        for source in sorted((ROOT / tree).glob("**/*.py")):
            target = twin / source.relative_to(ROOT / tree)
            path = target_root / target
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(derive(source.read_text(), source.relative_to(ROOT), matched))
            written.append(target)
    if dead := [pattern for pattern, _ in WORDS if pattern not in matched]:
        sys.exit(f"unasync: no source matches {', '.join(dead)}: remove what is not needed")
    _ruff(target_root, "check", "--fix-only", "--select=F401,I", written)
    _ruff(target_root, "format", written)
    return written


def differences() -> list[str]:
    """What the committed twins differ in from the derived ones."""
    with tempfile.TemporaryDirectory() as folder:
        derived = derive_all(Path(folder))
        wrong = [
            f"{path} is not what its source gives"
            for path in derived
            if not (ROOT / path).is_file()
            or (ROOT / path).read_text() != (Path(folder) / path).read_text()
        ]
    kept = {path for twin in TREES.values() for path in (ROOT / twin).glob("**/*.py")}
    strays = kept - {ROOT / path for path in derived}
    return wrong + [f"{path.relative_to(ROOT)} has no source" for path in sorted(strays)]


def main() -> int:
    """Derive, or with --check compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    if not parser.parse_args().check:
        derive_all(ROOT)
        return 0
    wrong = differences()
    print("\n".join(wrong) or "unasync: every twin is up to date")
    return 1 if wrong else 0


def _ruff(folder: Path, *args: str | list[Path]) -> None:
    words = [str(word) for arg in args for word in (arg if isinstance(arg, list) else [arg])]
    config = ["--config", str(ROOT / "pyproject.toml"), "--quiet", "--no-cache"]
    command = [sys.executable, "-m", "ruff", words[0], *config, *words[1:]]
    subprocess.run(command, cwd=folder, check=True)


if __name__ == "__main__":
    sys.exit(main())
