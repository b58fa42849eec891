import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = {
    "__init__": "",
    "errors": "",
    "embeddings/__init__": "from dodeca.embeddings.embeddings import Embeddings",
    "embeddings/embeddings": "class Embeddings:\n    def plot(self): from dodeca import plots",
    "plots": "from dodeca.embeddings import Embeddings",
    "a": "from dodeca import errors\nfrom . import b",
    "b": "",
}


def run(folder: Path, **changed: str) -> tuple[int, str]:
    """Exit code and output of the script for a small package of that name."""
    for name, text in {**SOURCES, **changed}.items():
        path = folder / "dodeca" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    done = subprocess.run(
        [sys.executable, "-m", "scripts.import_circles"],
        cwd=ROOT,
        env={"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_the_one_circle_that_is_allowed(tmp_path: Path) -> None:
    assert run(tmp_path) == (0, "import circles: none\n")


@pytest.mark.parametrize(
    "back", ["from dodeca.a import x", "from .a import x", "def lazily():\n    import dodeca.a"]
)
def test_a_circle_is_printed(back: str, tmp_path: Path) -> None:
    code, text = run(tmp_path, b=back)
    assert code == 1
    assert "import circle of 2 modules, the shortest: dodeca.a -> dodeca.b -> dodeca.a" in text


def test_imports_for_types_only_do_not_count(tmp_path: Path) -> None:
    typed = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from dodeca.a import x"
    assert run(tmp_path, b=typed)[0] == 0


def test_plots_may_import_embeddings_alone(tmp_path: Path) -> None:
    code, text = run(tmp_path, plots="from dodeca import a", b="from dodeca import plots")
    assert code == 1
    assert "dodeca.a -> dodeca.b -> dodeca.plots -> dodeca.a" in text
