"""The notebook of the documentation runs, and shows what it did when its outputs were kept."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from dodeca import Client
from dodeca.emulator import samples
from tests import notebook
from tests.depth import DEEP


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return samples.write_all(tmp_path_factory.mktemp("samples"))


def test_its_code_runs_in_an_empty_folder_and_prints_what_it_shows(
    media: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def copies(folder: str) -> None:
        Path(folder).mkdir()
        for file in media:
            shutil.copy(file, folder)

    monkeypatch.setattr(samples, "write_all", copies)  # the same files, without encoding them anew
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for cell in notebook.code_cells(notebook.read()):
        exec(compile(cell.source, "a cell", "exec"), names)
        printed = [o["text"] for o in cell.outputs if o.output_type == "stream"]
        assert capsys.readouterr().out == "".join(printed)
    client = names["client"]
    assert isinstance(client, Client)
    client.close()


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
