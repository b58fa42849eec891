"""The notebook of the documentation: `python -m tests.notebook` runs it and keeps its outputs."""

import json
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from tests.pages import ROOT

NOTEBOOK = ROOT / "facade" / "docs" / "guide" / "three-minutes.ipynb"
FOLDER = "/home/you"
_TIMEOUT_SEC = 300


def read() -> Any:
    """The notebook with the outputs that the documentation shows."""
    return nbformat.read(NOTEBOOK, as_version=4)


def execute(folder: Path) -> Any:
    """The notebook after running all its cells in a folder, in a kernel of its own.

    Its outputs name another folder: they are the same on every machine.
    """
    notebook = read()
    NotebookClient(
        notebook,
        timeout=_TIMEOUT_SEC,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
    ).execute()
    shown = nbformat.writes(notebook).replace(json.dumps(str(folder))[1:-1], FOLDER)
    return nbformat.reads(shown, as_version=4)


def texts(cell: Any) -> list[str]:
    """What a cell printed and showed, as text."""
    return [
        output["text"] if output["output_type"] == "stream" else output["data"]["text/plain"]
        for output in cell.get("outputs", ())
    ]


def code_cells(notebook: Any) -> list[Any]:
    """The cells that are run."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        found = execute(Path(place))
    found.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    nbformat.write(found, NOTEBOOK)
