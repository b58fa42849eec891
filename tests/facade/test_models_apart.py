"""Vectors of one model are never compared with those of another, and a dataset holds one model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dodeca import Client, Embeddings, report
from dodeca.cli.app import app
from dodeca.emulator import Emulator, samples
from dodeca.errors import InvalidRequestError
from dodeca.langchain import DodecaEmbeddings

OLD, NEW = "marengo3.0", "marengo3.5"


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("media") / "colours.mp4"
    return samples.video(path, [samples.Scene("red", 4.0), samples.Scene("blue", 4.0)])


@pytest.fixture
def clients() -> Iterator[dict[str, Client]]:
    """A client of each model, of one emulator."""
    with Emulator() as emulator:
        made = {name: Client.emulated(emulator, embedding_model=name) for name in (OLD, NEW)}
        yield made
        for client in made.values():
            client.close()


def sent(client: Client) -> int:
    transport: Any = client._transport.custom
    return len(transport.emulator.access_log.last)


def test_a_library_is_not_searched_with_another_model(
    clients: dict[str, Client], video: Path
) -> None:
    library = clients[OLD].embed.video(video)
    query = clients[NEW].embed.text("red")
    with pytest.raises(InvalidRequestError, match=r"marengo3\.0.*marengo3\.5"):
        library.search(query)
    with pytest.raises(InvalidRequestError, match=r"marengo3\.0.*marengo3\.5"):
        library.similarity(query)
    with pytest.raises(InvalidRequestError, match="model"):
        report.render(library, {"red": query}, media=video)


def test_a_text_is_embedded_with_the_model_of_the_library(
    clients: dict[str, Client], video: Path
) -> None:
    library = clients[OLD].embed.video(video, embedding_option=["visual"])
    expected = library.search(clients[OLD].embed.text("red"), k=3)
    found = library.search("red", k=3, client=clients[NEW])
    assert [match.score for match in found] == [match.score for match in expected]


def test_langchain_embeds_with_the_model_and_the_dimension_of_the_library(
    clients: dict[str, Client],
) -> None:
    small = clients[NEW].embed.text("red", embedding_dimension=128)
    of_library = DodecaEmbeddings(clients[OLD], library=small)
    assert of_library.embed_query("red") == small.vectors[0].tolist()
    old = clients[OLD].embed.text("red")
    assert DodecaEmbeddings(clients[NEW], library=old).embed_query("red") == old.vectors[0].tolist()
    for wrong in ({"model_name": OLD}, {"embedding_dimension": 256}):
        with pytest.raises(InvalidRequestError, match="of the library is"):
            DodecaEmbeddings(clients[NEW], library=small, **wrong)


@pytest.mark.parametrize(
    ("model", "dimension"),
    [(OLD, None), (NEW, 128), (NEW, 256)],
)
def test_a_dataset_holds_one_model_and_one_dimension(
    clients: dict[str, Client], tmp_path: Path, model: str, dimension: int | None
) -> None:
    client, out = clients[NEW], tmp_path / "out"
    inputs = [{"text": "red"}, {"text": "blue"}]
    assert client.embed.run(inputs, out=out).done == 2
    before = sent(client), sorted(out.rglob("*.parquet"))
    with pytest.raises(InvalidRequestError, match=r"here marengo3\.5 and 512.*asks for"):
        client.embed.run(
            [{"text": "green"}], out=out, model_name=model, embedding_dimension=dimension
        )
    assert (sent(client), sorted(out.rglob("*.parquet"))) == before
    again = client.embed.run([*inputs, {"text": "green"}], out=out, embedding_dimension=512)
    assert (again.failed, again.exit_code) == (0, 0)


def test_inputs_of_two_models_are_no_dataset(clients: dict[str, Client], tmp_path: Path) -> None:
    client = clients[OLD]
    inputs = [{"text": "red"}, {"text": "blue", "model_name": NEW}]
    with pytest.raises(InvalidRequestError, match="one model and one dimension"):
        client.embed.run(inputs, out=tmp_path / "out")
    assert sent(client) == 0


def test_a_run_has_segments_of_the_newest_model(
    clients: dict[str, Client], tmp_path: Path, video: Path
) -> None:
    out = tmp_path / "out"
    run = clients[NEW].embed.run(
        [video, {"text": "red"}], out=out, embedding_scope=["clip"], embedding_dimension=256
    )
    assert (run.done, run.failed) == (2, 0)
    rows = Embeddings.load(out / "vectors")
    assert (rows.model_name, rows.dimension) == (NEW, 256)
    (best,) = rows.filter(option="visual").search("red", k=1, client=clients[OLD])
    assert best.segment.start_sec == 0.0


def test_the_command_line_follows_the_file(video: Path, tmp_path: Path) -> None:
    db, file = tmp_path / "emulator.db", tmp_path / "vectors.parquet"
    start = ["--emulator-db", str(db)]

    def run(*words: str | Path) -> Any:
        return CliRunner().invoke(app, [*start, *map(str, words)])

    made = run("embed", video, "--model", NEW, "--scope", "clip", "--dimension", "128", "-o", file)
    assert made.exit_code == 0, made.output
    rows = Embeddings.load(file)
    assert (rows.model_name, rows.dimension) == (NEW, 128)
    assert run("search", "red", file, "-k", "1").exit_code == 0
    refused = run("search", "red", file, "--model", OLD)
    assert refused.exit_code != 0
    assert "which marengo3.0 cannot search" in refused.output
