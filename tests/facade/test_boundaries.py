"""Values at the very edge of a rule, and what a rule says where nothing is given."""

from __future__ import annotations

import inspect
import random
import select
import socket
import time
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from dodeca import Client, Embeddings
from dodeca._base import html
from dodeca._base.json_depth import is_too_deep
from dodeca._calls.bodies import RequestBody
from dodeca._calls.library_requests import created_since, seconds_between
from dodeca._calls.polling import next_list_sec, next_poll_sec
from dodeca._http import messages
from dodeca._http.api_key import APIKey
from dodeca._http.decoding import BodyDecoder
from dodeca._http.network import TcpStream, is_readable
from dodeca.bulk.dataset import metadata_types
from dodeca.bulk.inputs import EmbedOptions, row_item
from dodeca.bulk.routing import needs_task
from dodeca.cli.commands.tasks import _resource
from dodeca.emulator import samples
from dodeca.errors import InvalidMediaError, InvalidResponseError
from dodeca.media import MIB
from tests.scripted import Pieces, Script
from tests.seams import upload_in_chunks_from


def test_the_first_poll_comes_after_half_a_second_and_a_list_after_two() -> None:
    assert (next_poll_sec(0.0), next_list_sec(0.0)) == (0.5, 2.0)
    assert (next_poll_sec(1e9), next_list_sec(1e9)) == (15.0, 10.0)
    assert next_poll_sec(0.0, 60.0) == 30.0


@pytest.mark.parametrize("wrap", [lambda value: [value], lambda value: {"key": value}])
def test_nesting_is_accepted_up_to_64_levels(wrap: Any) -> None:
    value: Any = 1
    for _ in range(64):
        value = wrap(value)
    assert not is_too_deep(value)
    assert is_too_deep(wrap(value))


@pytest.mark.parametrize(("size", "shown"), [(119, 119), (120, 120), (121, 120)])
def test_a_cell_of_a_notebook_is_cut_only_if_it_is_too_long(size: int, shown: int) -> None:
    cell = html.short("x" * size)
    assert len(cell) == shown
    assert cell.endswith("…") is (size > 120)


def test_a_notebook_shows_the_first_line_about_each_method() -> None:
    class Group(html.Methods):
        def embed(self) -> None:
            """Embed a text.

            In detail.
            """

    shown = Group()._repr_html_()
    assert "Embed a text." in shown
    assert "In detail" not in shown


def test_a_key_shows_its_last_four_characters_unless_it_is_short() -> None:
    assert repr(APIKey("tlk_" + "0" * 40 + "1234")) == "***1234"
    assert repr(APIKey("short")) == "***"


def test_where_there_is_no_poll_a_socket_is_asked_by_select(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(select, "poll", raising=False)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert not is_readable(ours)
        theirs.send(b"x")
        assert is_readable(ours)
    assert is_readable(ours), "a closed socket is at its end"


def test_a_short_local_file_is_one_request_and_a_url_a_task(tmp_path: Path) -> None:
    path = samples.audio(tmp_path / "tone.wav", [samples.Tone(5.0)])
    options = EmbedOptions()
    local = row_item({"path": str(path)}, options, "the row")
    remote = row_item({"url": "https://host/a.mp4"}, options, "the row")
    assert not needs_task(local, None, "auto")
    assert needs_task(remote, None, "auto")
    assert needs_task(local, None, "task")
    assert not needs_task(remote, None, "sync")


def test_each_kind_of_task_has_its_resource() -> None:
    with Client.emulated() as client:
        assert _resource(client, "embed") is client.embed.tasks
        assert _resource(client, "index") is client.tasks
        assert _resource(client, "analyze") is client.analyze.tasks


def test_a_file_of_exactly_the_largest_size_is_created_directly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = samples.audio(tmp_path / "tone.wav", [samples.Tone(5.0)])
    size = path.stat().st_size
    with Client.emulated() as client:
        upload_in_chunks_from(monkeypatch, size)
        client.assets.create(path)
        upload_in_chunks_from(monkeypatch, size - 1)
        with pytest.raises(InvalidMediaError, match=r"assets\.upload"):
            client.assets.create(path)


def test_nothing_shows_progress_unless_it_is_asked_to() -> None:
    with Client.emulated() as client:
        groups = [client, client.embed, client.embed.tasks, client.assets, client.tasks,
                  client.indexes, client.analyze]  # fmt: skip
        methods = [
            getattr(group, name)
            for group in groups
            for name in dir(type(group))
            if not name.startswith("_") and callable(getattr(type(group), name, None))
        ]
    defaults = {
        str(method): inspect.signature(method).parameters["progress"].default
        for method in methods
        if "progress" in inspect.signature(method).parameters
    }
    assert len(defaults) > 3
    assert set(defaults.values()) <= {False, None}


def packed(*blocks: bytes) -> list[bytes]:
    """The blocks as pieces of one gzip stream, each of which can be repeated."""
    packer = zlib.compressobj(9, wbits=31)
    return [packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH) for block in blocks]


def test_a_stream_unpacks_to_forty_times_what_arrived_and_any_other_body_to_64_mb() -> None:
    start, zeros = packed(random.Random(1).randbytes(2 * MIB), bytes(MIB))
    stream, kept = BodyDecoder("gzip", streamed=True), BodyDecoder("gzip")
    assert sum(map(len, stream.feed(start + zeros * 70))) == 72 * MIB
    with pytest.raises(InvalidResponseError, match=r"more than 8\d"):
        sum(map(len, stream.feed(zeros * 20)))
    assert sum(map(len, kept.feed(start + zeros * 62))) == 64 * MIB
    with pytest.raises(InvalidResponseError, match="more than 64"):
        sum(map(len, kept.feed(zeros)))


def test_a_text_may_be_longer_than_a_body_that_is_kept() -> None:
    piece = orjson.dumps({"event_type": "text_generation", "text": "x" * MIB}) + b"\n"
    end = orjson.dumps({"event_type": "stream_end", "metadata": {}})
    body = Pieces(*[piece] * 65, end)
    with (
        Client("key", transport=Script(httpx.Response(200, stream=body))) as client,
        client.analyze.stream("Say.", video_id="v") as events,
    ):
        assert len(events.text()) == 65 * MIB


def test_a_body_gets_a_second_more_for_each_128_kib() -> None:
    def allowance(size: int) -> float:
        body = RequestBody("", [bytes(size)])
        url = messages.parse_url("https://host.example/")
        return messages.HttpRequest("PUT", url, {}, body, 5.0).body_allowance

    assert [allowance(size) for size in (0, 128 * 1024, 64 * 1024)] == [0.0, 1.0, 0.5]


def test_a_resource_of_unknown_age_may_be_new_and_clocks_may_differ_by_a_minute() -> None:
    started = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC).timestamp()
    assert created_since(None, started)
    assert created_since(datetime(2026, 1, 1, 11, 59, 1, tzinfo=UTC), started)
    assert created_since(datetime(2026, 1, 1, 11, 59, 1), started), "without a zone it is UTC"
    assert not created_since(datetime(2026, 1, 1, 11, 59, 0, tzinfo=UTC), started)


def test_no_time_passes_between_dates_that_are_missing_equal_or_reversed() -> None:
    early, late = datetime(2026, 1, 1), datetime(2026, 1, 2)
    assert seconds_between(early, late) == 86_400.0
    assert seconds_between(late, early) is None
    assert seconds_between(early, early) is None
    assert seconds_between(None, late) is None
    assert seconds_between(early, "2026-01-02") is None


@pytest.mark.parametrize(
    ("rows", "types"),
    [
        ([{"a": None}], {"a": "null"}),
        ([{"a": None}, {"a": 1}], {"a": "int64"}),
        ([{"a": 1}, {"a": None}], {"a": "int64"}),
        ([{"b": 1}, {"b": 2.5, "a": True}], {"a": "bool", "b": "float64"}),
        ([{"a": 1}, {"a": "x"}], {"a": "string"}),
    ],
)
def test_a_metadata_column_has_the_type_of_all_its_values(
    rows: list[dict[str, Any]], types: dict[str, str]
) -> None:
    assert metadata_types(rows, None) == types
    assert list(metadata_types(rows, None)) == sorted(types)


def test_what_a_server_does_not_read_is_left_over() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        stream = TcpStream(ours)
        stream.deadline = time.monotonic() + 3600.0
        assert len(stream.write(b"x")) == 0
        assert 0 < len(stream.write(bytes(64 * MIB))) < 64 * MIB


def test_joined_rows_keep_their_ids() -> None:
    made, other = (Embeddings.from_items([{"embedding": vector}]) for vector in ([1.0], [0.5]))
    table = made.to_arrow().set_column(0, "id", [["own"]])
    joined = Embeddings.concat([Embeddings.from_arrow(table), other])
    assert [row["id"] for row in joined.records()] == ["own", other.records()[0]["id"]]
