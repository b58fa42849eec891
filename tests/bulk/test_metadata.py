"""The metadata columns of a dataset: their types, and the time that they are of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset
import pytest

from dodeca import Client
from dodeca.emulator import samples
from tests.bulk.library import rows


@pytest.fixture
def client() -> Iterator[Client]:
    with Client.emulated() as found:
        yield found


def column(out: Path) -> tuple[Any, dict[str, Any]]:
    """The type of the column `score`, and its values by source."""
    if out.suffix == ".lance":
        import lancedb

        table = lancedb.connect(out.parent).open_table(out.stem).to_arrow()
    else:
        table = pyarrow.dataset.dataset(out / "vectors", format="parquet").to_table()
    return table.schema.field("score").type, {
        row["source"]: row["score"] for row in table.to_pylist()
    }


@pytest.mark.parametrize("name", ["library", "library.lance"])
@pytest.mark.parametrize(
    ("first", "then", "type_"),
    [
        (1, 2.5, pa.float64()),
        (2.5, 1, pa.float64()),
        (float("nan"), 2.5, pa.float64()),
        (None, 3, pa.int64()),
        (None, True, pa.bool_()),
        (None, "x", pa.string()),
        (2.5, float("nan"), pa.float64()),
        (None, None, pa.string()),
    ],
)
def test_null_agrees_with_any_type_and_whole_numbers_with_decimals(
    client: Client, tmp_path: Path, name: str, first: Any, then: Any, type_: Any
) -> None:
    out = tmp_path / name
    if out.suffix == ".lance":
        pytest.importorskip("lancedb")
    for number, score in enumerate((first, then)):
        run = client.embed.run([{"text": f"text {number}", "score": score}], out=out)
        assert (run.done, run.exit_code) == (1, 0)
    values = [None if score is None or score != score else score for score in (first, then)]
    assert column(out) == (type_, {"text 0": values[0], "text 1": values[1]})
    assert client.embed.run([{"text": "text 0"}, {"text": "text 1"}], out=out).skipped == 2


def test_a_file_that_changed_has_the_metadata_of_its_new_rows(
    client: Client, tmp_path: Path
) -> None:
    image, out = samples.image(tmp_path / "a.png", "red", (200, 200)), tmp_path / "out"
    client.embed.run([{"path": image, "note": "of red"}], out=out)
    client.embed.run([{"path": image, "note": "ignored"}], out=out)
    assert rows(out)["note"].to_pylist() == ["of red"]
    samples.image(image, "blue", (210, 200))
    client.embed.run([{"path": image, "note": "of blue"}], out=out)
    assert rows(out)["note"].to_pylist() == ["of blue"]
