"""The notebook of the documentation shows what it does; tests/test_docs.py runs its code."""

import re
from pathlib import Path

import pytest

from tests import notebook
from tests.depth import DEEP


def test_it_is_kept_with_the_outputs_of_all_cells_and_the_places_of_none() -> None:
    cells = notebook.code_cells(notebook.read())
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    images = [name for output in outputs for name in output.get("data", {}) if "image" in name]
    pages = "".join(output.get("data", {}).get("text/html", "") for output in outputs)
    assert images == ["image/png"]
    assert pages.count('<img src="data:image/jpeg;base64,') == 5
    texts = "".join(text for cell in cells for text in notebook.texts(cell))
    assert set(re.findall(r"(/[\w/]+)/media/", texts + pages)) == {notebook.FOLDER}
    assert notebook.NOTEBOOK.stat().st_size < 250_000


@pytest.mark.skipif(not DEEP, reason="a kernel takes ten seconds of a core: make test-deep")
@pytest.mark.filterwarnings("ignore")
def test_a_kernel_shows_the_same(tmp_path: Path) -> None:
    kept, found = (
        notebook.code_cells(each) for each in (notebook.read(), notebook.execute(tmp_path))
    )
    for before, after in zip(kept, found, strict=True):
        assert notebook.texts(after) == notebook.texts(before)
