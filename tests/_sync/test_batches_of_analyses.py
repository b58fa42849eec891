# From tests/_async/test_batches_of_analyses.py by scripts/unasync.py; edit that one.
"""Batches of analyses end to end: waiting, results, retries, and what was lost on the way."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from pydantic import BaseModel

from dodeca import Client, Media
from dodeca.emulator import ByCount, Emulator, samples
from dodeca.errors import (
    BadRequestError,
    InvalidResponseError,
    JobFailed,
    NotFoundError,
    OutcomeUnknownError,
    RateLimitError,
    ResponseFormatError,
    UnknownValueWarning,
    WaitTimeout,
)
from dodeca.results import AnalyzeBatch
from tests.scripted import Reply, Script, reply
from tests.seams import FakeClock, on_clock, warn_again

SAY = {"prompt": "What happens in it?"}
BATCH = {"batch_id": "b1", "status": "completed", "total_items": 1}
ONE: list[Any] = [{"video": Media.asset("a1"), "custom_id": "one", **SAY}]
FULL = {"error": {"code": "too_many_requests", "message": "five batches"}}


class Overview(BaseModel):
    title: str


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    samples.write_all(folder)
    return folder


@pytest.fixture
def client(folder: Path) -> Iterator[Client]:
    with on_clock(Client.emulated(media=folder)) as client:
        yield client


def upload(client: Client, path: Path) -> Media:
    """A file as an asset that is ready."""
    return Media.asset((client.assets.upload(path).wait()).id)


def item(status: str, name: str = "one", **more: Any) -> dict[str, Any]:
    return {"task_id": f"t-{name}", "custom_id": name, "status": status, **more}


def result(text: str, finish_reason: str = "stop") -> dict[str, Any]:
    return {"generation_id": "g", "data": text, "finish_reason": finish_reason, "usage": {}}


def lines(*items: Any) -> httpx.Response:
    return httpx.Response(200, content=b"\n".join(map(orjson.dumps, items)) + b"\n\n")


def page(*batches: dict[str, Any], total: int | None = None) -> Reply:
    info = {"page": 1, "total_page": 1, "total_results": len(batches) if total is None else total}
    return reply({"data": list(batches), "page_info": info})


def scripted(*replies: Reply, **options: Any) -> tuple[Client, Script]:
    script = Script(*replies)
    return on_clock(Client("tlk_test", transport=script, **options)), script


# -- results ---------------------------------------------------------------------------------


def test_each_item_has_its_result_or_its_error(client: Client, folder: Path) -> None:
    video, sound = [upload(client, folder / name) for name in ("colours.mp4", "tones.wav")]
    requests: list[Any] = [
        {"video": video, "custom_id": "good"},
        {"video": sound, "custom_id": "bad"},
        video,
    ]
    job = client.analyze.batches.create(requests, defaults=SAY)
    batch = job.wait()
    assert (batch.status, batch.ready_items, batch.failed_items) == ("completed", 2, 1)
    assert isinstance(job.created, AnalyzeBatch)
    assert [item.custom_id for item in job.created.items or []][:2] == ["good", "bad"]
    results = client.analyze.batches.results(batch.id)
    good, bad, unnamed = results
    assert len(results) == 3
    assert "good" in results._repr_html_()
    assert str(good.result().data).startswith("[dodeca emulator]")
    assert unnamed.result().finish_reason == "stop"
    with pytest.raises(JobFailed, match=r"\[asset_unavailable\]") as caught:
        bad.result()
    assert (caught.value.id, caught.value.status) == (bad.id, "failed")
    assert caught.value.code == "asset_unavailable"
    task = client.analyze.tasks.retrieve(good.id).latest
    assert task is not None
    assert task.batch_id == batch.id


def test_what_has_no_result_is_tried_again_in_one_line(client: Client, folder: Path) -> None:
    video, sound = [upload(client, folder / name) for name in ("colours.mp4", "tones.wav")]
    requests: list[Any] = [sound, {"video": sound, "custom_id": "named"}, video]
    job = client.analyze.batches.create(requests, defaults=SAY)
    results = client.analyze.batches.results(job.wait().id)
    assert results.remaining(requests) == requests[:2]
    again = client.analyze.batches.create(results.remaining(requests), defaults=SAY)
    assert again.wait().failed_items == 2


@pytest.mark.parametrize("name", [5, ["one"], {"one": 1}, None, "other"])
def test_an_id_that_is_no_request_s_hides_no_result(name: Any) -> None:
    answered = {**item("ready", "one"), "custom_id": name, "data": result("A dog.")}
    listed = {**BATCH, "status": "completed", "created_at": "2026-01-01T00:00:00Z"}
    client, script = scripted(lines(answered), page(listed), lines(answered))
    with client:
        results = client.analyze.batches.results("b1")
        assert results[0].result().data == "A dog."
        assert results.remaining(ONE) == ONE
        assert client.analyze.batches.find(ONE) is None
    assert script.left == 0


def test_an_item_that_is_ready_without_a_result_remains() -> None:
    client, _ = scripted(lines(item("ready"), item("ready", "two", data=result("A dog."))))
    with client:
        results = client.analyze.batches.results("b1")
    two = {**ONE[0], "custom_id": "two"}
    assert results.remaining([*ONE, two]) == ONE


def test_a_canceled_batch_is_a_result(client: Client, folder: Path) -> None:
    video = upload(client, folder / "colours.mp4")
    job = client.analyze.batches.create([video, video], defaults=SAY)
    for _ in range(2):  # the second time it is canceled already
        job = client.analyze.batches.cancel(job.id)
        batch = job.wait()
        assert (batch.status, batch.canceled_items) == ("canceled", 2)
    results = client.analyze.batches.results(job.id)
    with pytest.raises(JobFailed, match="canceled"):
        results[0].result()
    done = client.analyze.batches.create([video], defaults=SAY)
    done.wait()
    with pytest.raises(BadRequestError) as caught:
        client.analyze.batches.cancel(done.id)
    assert caught.value.code == "batch_completed"
    client.analyze.batches.delete(done.id)
    with pytest.raises(NotFoundError):
        client.analyze.batches.retrieve(done.id)


def test_all_batches_are_waited_for_together(client: Client, folder: Path) -> None:
    video = upload(client, folder / "colours.mp4")
    jobs = [client.analyze.batches.create([video], defaults=SAY) for _ in range(3)]
    done = [job.result().ready_items for job in client.wait_all(jobs)]
    assert done == [1, 1, 1]


def test_texts_are_parsed_and_one_that_is_wrong_fails_alone() -> None:
    items = [
        item("ready", "a", data=result('{"title": "Dog"}')),
        item("ready", "b", data=result("no JSON")),
        item("ready", "c", data=result('{"title": "D', "length")),
        item("processing", "d"),
    ]
    client, script = scripted(lines(*items), lines(*items))
    with client:
        good, wrong, cut, running = client.analyze.batches.results("b1", response_format=Overview)
        plain = client.analyze.batches.results("b1")
    assert good.result().parsed == Overview(title="Dog")
    with pytest.raises(ResponseFormatError):
        wrong.result()
    assert wrong.data is not None
    assert wrong.data.data == "no JSON"
    with pytest.raises(Exception, match="maximum length"):
        cut.result()
    with pytest.raises(WaitTimeout):
        running.result()
    assert plain[1].result().data == "no JSON"
    assert "failure" not in wrong.to_dict()
    assert script.left == 0


def test_lines_of_another_kind_are_kept() -> None:
    client, _ = scripted(lines(item("ready"), ["novel"], {"status": "no id"}))
    with client:
        results = client.analyze.batches.results("b1")
    assert (len(results), list(results.malformed)) == (1, [["novel"], {"status": "no id"}])
    assert results.response is not None
    assert results[0].response is results.response


def test_a_line_that_is_no_json_is_asked_for_again() -> None:
    torn = httpx.Response(200, content=orjson.dumps(item("ready")) + b'\n{"task_id": "t')
    client, script = scripted(torn, lines(item("ready"), item("ready", "two")))
    with client:
        assert len(client.analyze.batches.results("b1")) == 2
    assert script.left == 0
    client, _ = scripted(torn, torn)
    with client:
        with pytest.raises(InvalidResponseError, match="a line of the results"):
            client.analyze.batches.results("b1")


def test_a_key_in_results_is_redacted() -> None:
    key = "tlk_0123456789"
    script = Script(lines(item("ready", data=result(f"the key is {key}"))))
    with Client(key, transport=script) as client:
        (found,) = client.analyze.batches.results("b1")
    assert found.result().data == "the key is ***"


def test_fields_that_this_version_does_not_know_are_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    warn_again(monkeypatch)
    client, script = scripted(reply(BATCH, status=201))
    with client:
        with pytest.warns(UnknownValueWarning, match="novelty"):
            client.analyze.batches.create([{**ONE[0], "novelty": [1]}])
    assert script.bodies[0]["requests"][0]["novelty"] == [1]


# -- what was lost -----------------------------------------------------------------------------


def test_a_batch_whose_response_was_lost_is_found_by_its_custom_ids() -> None:
    other, mine = BATCH | {"batch_id": "b2"}, BATCH | {"batch_id": "b3"}
    client, script = scripted(
        httpx.ReadError("reset"),
        page(BATCH | {"total_items": 2}, other, mine),
        lines(item("queued", "another")),
        lines(item("queued", "one")),
    )
    with client:
        job = client.analyze.batches.create(ONE)
    assert job.id == "b3"
    assert script.lines == [
        "POST /v1.3/analyze/batches",
        "GET /v1.3/analyze/batches?page=1&page_limit=50",
        "GET /v1.3/analyze/batches/b2/results",
        "GET /v1.3/analyze/batches/b3/results",
    ]


def test_a_batch_that_was_not_created_is_created() -> None:
    old = BATCH | {"created_at": "2020-01-01T00:00:00Z"}
    client, script = scripted(httpx.Response(503), page(old), reply(BATCH, status=201))
    with client:
        assert client.analyze.batches.create(ONE).id == "b1"
    assert script.bodies[0] == script.bodies[1]  # with the same ids
    assert len(script.lines) == 3


def test_without_a_lookup_the_outcome_is_unknown() -> None:
    client, _ = scripted(httpx.ReadError("reset"), httpx.Response(404))
    with client:
        with pytest.raises(OutcomeUnknownError):
            client.analyze.batches.create(ONE)


def test_requests_without_ids_have_some_that_differ() -> None:
    client, script = scripted(*(reply(BATCH, status=201) for _ in range(2)))
    with client:
        for _ in range(2):
            client.analyze.batches.create([Media.asset("a1")] * 3, defaults=SAY)
    names = [item["custom_id"] for body in script.bodies for item in body["requests"]]
    assert len(set(names)) == 6
    assert all(len(name) <= 64 for name in names)


def test_a_batch_is_found_by_any_process(client: Client, folder: Path) -> None:
    video = upload(client, folder / "colours.mp4")
    requests: list[Any] = [{"video": video, "custom_id": name} for name in "abc"]
    assert client.analyze.batches.find(requests) is None
    client.analyze.batches.create(requests, defaults=SAY)
    newest = client.analyze.batches.create(requests, defaults=SAY)
    client.analyze.batches.create(requests[:2], defaults=SAY)
    found = client.analyze.batches.find(reversed(requests))
    assert found is not None
    assert found.id == newest.id
    assert found.wait().ready_items == 3


# -- five batches at a time ----------------------------------------------------------------------


def test_a_slot_is_waited_for_and_taken_when_a_batch_has_ended(folder: Path) -> None:
    """A 429 because of five batches is no rate limit: the list of batches says when to go on."""
    with Emulator(media=folder, pace=ByCount(3)) as emulator:
        with on_clock(Client.emulated(emulator)) as client:
            video = upload(client, folder / "colours.mp4")
            for _ in range(5):
                client.analyze.batches.create([video], defaults=SAY)
            emulator.access_log.last.clear()
            job = client.analyze.batches.create([video], defaults=SAY)
            sent = [access.method for access in emulator.access_log.last]
            assert job.wait().ready_items == 1
    # With the third look at the list, which its emulator counts as a poll, the five have ended.
    assert sent == ["POST", "GET", "GET", "GET", "POST"]


def test_a_slot_is_not_waited_for_longer_than_asked() -> None:
    clock = FakeClock()
    client, script = scripted(reply(FULL, status=429), *[page(total=5)] * 4)
    with on_clock(client, clock):
        with pytest.raises(RateLimitError):
            client.analyze.batches.create(ONE, slot_timeout=7)
    assert script.left == 0
    assert 4 < clock.now <= 7


def test_a_slot_that_another_process_takes_is_waited_for_again() -> None:
    full = reply(FULL, status=429)
    client, script = scripted(
        *(full, page(total=5), page(total=4), full, page(total=5), page(total=4)),
        reply(BATCH, status=201),
    )
    with client:
        assert client.analyze.batches.create(ONE).id == "b1"
    assert script.left == 0


def test_a_rate_limit_is_backed_off_from() -> None:
    clock = FakeClock()
    slow = reply({"error": {"code": "x", "message": "slow down"}}, status=429)
    client, script = scripted(slow, page(total=2), slow, slow, reply(BATCH, status=201))
    with on_clock(client, clock):
        assert client.analyze.batches.create(ONE).id == "b1"
    assert script.left == 0
    client, script = scripted(slow, page(total=2), slow, slow, slow)
    with client:
        with pytest.raises(RateLimitError):
            client.analyze.batches.create(ONE)
    assert script.left == 0
