"""How sure the model is of each number of a vector: a second matrix, wherever embeddings go."""

import json
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import twelvelabs as vendor

from dodeca import Client, Embeddings
from dodeca.errors import ConfigurationError, InvalidResponseError
from tests.scripted import Script, reply

PAGES: list[dict[str, Any]] = [
    {"embedding": [1.0, 0.0], "embedding_uncertainty": [0.25, 0.5], "start_page_number": 1},
    {"embedding": [0.0, 1.0], "embedding_uncertainty": None, "start_page_number": 2},
    {"embedding": [0.5, 0.5], "embedding_uncertainty": [0.75, 1.0], "quadrant": "top_left"},
]
MATRIX = [[0.25, 0.5], [np.nan, np.nan], [0.75, 1.0]]
USAGE = {"input_tokens": {"text": 2000}, "truncated": True}


@pytest.fixture
def pages() -> Embeddings:
    return Embeddings.from_items(PAGES, model_name="marengo3.5")


def without(found: Embeddings) -> Embeddings:
    return attrs.evolve(found, uncertainty=None)


def uncertainty(found: Embeddings) -> Any:
    assert found.uncertainty is not None
    assert found.uncertainty.dtype == np.float32
    assert found.uncertainty.shape == found.vectors.shape
    assert not found.uncertainty.flags.writeable
    return found.uncertainty


def test_a_response_is_read_with_its_uncertainty_and_its_usage() -> None:
    task = {"_id": "t1", "status": "ready", "data": PAGES, "usage": USAGE}
    script = Script(reply(task), reply(task))
    with Client("key", transport=script) as client:
        found = client.embed.document("https://example.com/a.pdf", model_name="marengo3.5")
    np.testing.assert_array_equal(uncertainty(found), MATRIX)
    assert found.extra == (
        {"start_page_number": 1},
        {"start_page_number": 2},
        {"quadrant": "top_left"},
    )
    assert (found.dimension, found.truncated) == (2, True)
    assert found.usage is not None
    assert found.usage.input_tokens == {"text": 2000}


def test_without_uncertainty_and_usage_there_is_none() -> None:
    found = Embeddings.from_items([{"embedding": [1.0, 0.0], "embedding_uncertainty": None}])
    assert (found.uncertainty, found[0].uncertainty, found.truncated) == (None, None, None)
    assert "uncertainty" not in found.to_arrow().column_names
    assert "uncertainty" not in found.records()[0]


def test_rows_keep_theirs(pages: Embeddings) -> None:
    first, second, _ = pages
    assert first.uncertainty is not None
    assert first.uncertainty.tolist() == [0.25, 0.5]
    assert second.uncertainty is None
    np.testing.assert_array_equal(uncertainty(pages[1:]), MATRIX[1:])
    np.testing.assert_array_equal(uncertainty(pages[[2, 0]]), [MATRIX[2], MATRIX[0]])
    assert len(uncertainty(pages[:0])) == 0
    matches = pages.search([1.0, 0.0], k=1)
    assert matches[0].segment.uncertainty is not None


def test_parts_without_it_have_gaps(pages: Embeddings) -> None:
    both = Embeddings.concat({"a": pages, "b": without(pages)})
    np.testing.assert_array_equal(uncertainty(both), [*MATRIX, *[[np.nan] * 2] * 3])
    assert uncertainty(both.filter(source_id="b")).shape == (3, 2)
    assert Embeddings.concat([without(pages), without(pages)]).uncertainty is None
    assert Embeddings.concat([without(pages), pages[:0]]).uncertainty is None


def test_tables_have_a_column_of_lists(pages: Embeddings, tmp_path: Path) -> None:
    column = pages.to_arrow()["uncertainty"]
    assert column.type == pa.list_(pa.float32(), 2)
    assert column.to_pylist() == [[0.25, 0.5], None, [0.75, 1.0]]
    frame = pages.to_pandas()
    assert frame["uncertainty"][0].dtype == np.float32
    assert frame["uncertainty"][1] is None
    assert [row["uncertainty"] for row in pages.records()] == column.to_pylist()
    frame.to_parquet(tmp_path / "by_pandas.parquet")
    np.testing.assert_array_equal(
        uncertainty(Embeddings.load(tmp_path / "by_pandas.parquet")), MATRIX
    )


def test_a_folder_may_hold_files_with_and_without_it(pages: Embeddings, tmp_path: Path) -> None:
    without(pages).to_parquet(tmp_path / "1.parquet")
    pages.to_parquet(tmp_path / "2.parquet")
    np.testing.assert_array_equal(
        uncertainty(Embeddings.load(tmp_path)), [*[[np.nan] * 2] * 3, *MATRIX]
    )


def test_another_column_of_that_name_is_an_extra() -> None:
    table = pa.table({"vector": [[1.0], [2.0]], "uncertainty": [0.5, None]})
    found = Embeddings.from_arrow(table)
    assert found.uncertainty is None
    assert found.extra == ({"uncertainty": 0.5}, {})


def test_a_vendors_response_has_it_too() -> None:
    response = vendor.EmbeddingSuccessResponse(
        data=[vendor.EmbeddingData(**item) for item in PAGES],
        usage=vendor.EmbeddingUsage(**USAGE),
    )
    for found in (response, json.dumps(response.model_dump())):
        read = Embeddings.from_response(found, model_name="marengo3.5")
        np.testing.assert_array_equal(uncertainty(read), MATRIX)
        assert read.truncated is True
        assert read[2].extra == {"quadrant": "top_left"}


@pytest.mark.parametrize(
    "wrong", [[0.5], [], 0.5, 0, "ab", ["a", "b"], [[0.5, 0.5]], [1e39, 0], [float("nan"), 0], {}]
)
def test_what_is_no_uncertainty_is_an_invalid_response(wrong: Any) -> None:
    item = {"embedding": [1.0, 0.0], "embedding_uncertainty": wrong}
    with pytest.raises(InvalidResponseError, match="uncertainty"):
        Embeddings.from_items([item])
    with pytest.raises(InvalidResponseError, match="uncertainty"):
        Embeddings.from_items([PAGES[0], item])


def test_tables_before_there_was_a_format_are_read_and_newer_ones_are_named(
    pages: Embeddings, tmp_path: Path
) -> None:
    table = without(attrs.evolve(pages, response_extra={"a": 1})).to_arrow()
    about = json.loads(table.schema.metadata[b"dodeca"])
    assert about.pop("format") == 2

    def of(about: Any) -> pa.Table:
        return table.replace_schema_metadata({"dodeca": json.dumps(about)})

    older = Embeddings.from_arrow(of(about))
    assert (older.model_name, older.response_extra) == ("marengo3.5", {"a": 1})
    pq.write_table(of(about | {"format": 3}), tmp_path / "newer.parquet")
    for read in (
        lambda: Embeddings.load(tmp_path / "newer.parquet"),
        lambda: Embeddings.from_arrow(of(about | {"format": "new"})),
    ):
        with pytest.raises(ConfigurationError, match="of a newer dodeca; this version reads up to"):
            read()


def test_matches_are_a_data_frame(pages: Embeddings) -> None:
    library = Embeddings.concat({"report.pdf": pages})
    frame = library.search([1.0, 0.0], k=2).to_pandas()
    assert list(frame.columns) == [
        *("score", "source_id", "source", "start_sec", "end_sec", "embedding_option"),
        *("embedding_scope", "model_name", "extra"),
    ]
    assert frame["score"].tolist() == pytest.approx([1, np.sqrt(0.5)])
    assert frame["source_id"].tolist() == ["report.pdf"] * 2
    assert frame["model_name"].tolist() == ["marengo3.5"] * 2
    assert frame["extra"].tolist() == ['{"start_page_number":1}', '{"quadrant":"top_left"}']
    assert np.isnan(frame["start_sec"]).all()
    nothing = library.search([1.0, 0.0], min_score=2).to_pandas()
    assert list(nothing.columns) == list(frame.columns)
    assert (len(nothing), nothing["score"].dtype, nothing["start_sec"].dtype) == (0, float, float)


def test_the_modalities_of_matches_are_columns() -> None:
    def item(vector: list[float], option: str, start: int) -> dict[str, Any]:
        return {"embedding": vector, "embedding_option": option, "start_sec": start, "end_sec": 9}

    rows = [item([1, 0], "visual", 0), item([0, 1], "audio", 0), item([1, 1], "visual", 5)]
    frame = Embeddings.from_items(rows).search([1, 0], by="moment").to_pandas()
    assert list(frame.columns[:3]) == ["score", "score_visual", "score_audio"]
    assert frame["score_visual"].tolist() == pytest.approx([1, np.sqrt(0.5)])
    assert pd.isna(frame["score_audio"][1])
