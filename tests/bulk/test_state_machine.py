"""What happens to an input after each step and each error, without a service or a clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dodeca import Embeddings, errors
from dodeca._calls.limits import TOO_LONG
from dodeca.bulk import Run
from dodeca.bulk.dataset import pack
from dodeca.bulk.options import EmbedOptions
from dodeca.bulk.records import FileStamp, JournalRow
from dodeca.bulk.settings import RunSettings
from dodeca.bulk.state_machine import StateMachine, Work
from dodeca.bulk.steps import StepOutput

PACKED = pack(Embeddings.from_segments([{"embedding": [1.0, 2.0]}]), "m")
NOW = 1_000.0


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time stands still."""
    monkeypatch.setattr(time, "time", lambda: NOW)
    monkeypatch.setattr(time, "monotonic", lambda: NOW)


class Journal:
    """Keeps in memory what it is told."""

    def __init__(self) -> None:
        self.meta: dict[str, str] = {}
        self.updates: list[tuple[str, dict[str, Any]]] = []
        self.spooled: list[bytes] = []
        self.unspooled: list[int] = []
        self.abandoned: list[str | None] = []

    def update(self, what: str, seq: int, **values: Any) -> None:
        assert seq == 1
        self.updates.append((what, values))

    def read_meta(self, name: str) -> str | None:
        return self.meta.get(name)

    def write_meta(self, name: str, value: str) -> None:
        self.meta[name] = value

    def spool(self, seq: int, packed: bytes) -> None:
        self.spooled.append(packed)

    def unspool(self, what: str, seq: int) -> None:
        self.unspooled.append(seq)

    def abandon_asset(self, row: JournalRow) -> None:
        self.abandoned.append(row.asset_id)


class Machine:
    """A state machine with one input, and what it wants to do next."""

    def __init__(self, *, settings: dict[str, Any] | None = None, **row: Any) -> None:
        self.journal = Journal()
        self.run = Run(Path("vectors"), Path("errors"), total=1)
        self.states = StateMachine(
            self.journal,  # type: ignore[arg-type]
            RunSettings(**settings or {}),
            self.run,
        )
        values: dict[str, Any] = {
            "kind": "video", "origin": "url", "source": "https://host.example/a.mp4",
            "options": EmbedOptions(), "state": "new", "content": None, "changed": False,
            "intent_at": None, "asset_id": None, "task_id": None, "media_sec": None,
            **dict.fromkeys(("size", "mtime_ns", "ctime_ns", "inode")),
        }  # fmt: skip
        self.row = JournalRow(seq=1, key="k", **values | row)

    def start(self) -> str:
        self.states.start(self.row, None)
        return self.next()

    def work(self, step: str) -> Work:
        """The input, during a step."""
        self.states.in_progress += 1
        return Work(self.row, None, step)

    def handle(self, step: str, result: Any, work: Work | None = None) -> str:
        work = work or self.work(step)
        before = self.states.in_progress
        self.states.handle(work, result)
        next_step = self.next()
        assert self.states.in_progress == before - (not next_step)
        return next_step

    def next(self) -> str:
        """The step that is ready, with its limiter, or scheduled; empty if it has ended."""
        for limiter, ready in self.states.ready.items():
            if ready:
                return f"{ready.popleft().step} {limiter}".strip()
        if self.states.scheduled:
            _, seq, work = self.states.scheduled[0]
            assert seq == 1
            return f"{work.step} later"
        return ""

    @property
    def wait(self) -> float:
        """Seconds until what is scheduled."""
        return self.states.scheduled.pop()[0] - NOW


def output(**values: Any) -> StepOutput:
    return StepOutput(**values)


def status(number: int, code: str | None = None, **more: Any) -> errors.APIError:
    made = errors.RateLimitError if number == 429 else errors.APIError
    return made(number, code, "what happened", **more)


NO_ANSWER = errors.TransportError("refused")
UNKNOWN = errors.OutcomeUnknownError("id", "POST", "/path", "no response")


@pytest.mark.parametrize(
    ("row", "step"),
    [
        ({}, "submit embed"),
        ({"origin": "asset"}, "submit embed"),
        ({"kind": "image"}, "embed embed"),
        ({"kind": "text", "origin": "text"}, "embed embed"),
        ({"origin": "file"}, "read"),
        ({"origin": "data", "kind": "audio"}, "read"),
        ({"origin": "file", "kind": "image", "content": "x"}, "read"),
        ({"state": "uploading"}, "find"),
        ({"state": "stored"}, "asset"),
        ({"state": "running"}, "task"),
        ({"state": "done", "changed": True, "origin": "file"}, "read"),
        ({"state": "running", "changed": True, "origin": "file"}, "read"),
    ],
)
def test_the_first_step_of_an_input(row: dict[str, Any], step: str) -> None:
    machine = Machine(**row)
    assert machine.start() == step
    assert machine.states.in_progress == 1


@pytest.mark.parametrize("state", ["submitting", "unknown"])
@pytest.mark.parametrize(
    ("asset", "new_state", "step"), [(None, "new", "submit embed"), ("a", "stored", "asset")]
)
def test_an_unknown_task_is_submitted_again_only_if_asked_to(
    state: str, asset: str | None, new_state: str, step: str
) -> None:
    machine = Machine(state=state, asset_id=asset)
    assert machine.start() == ""
    assert machine.run.unknown == 1
    ((_, values),) = machine.journal.updates
    assert (values["state"], values["code"]) == ("unknown", "outcome_unknown")
    assert values["retryable"] == 0
    machine = Machine(state=state, asset_id=asset, settings={"on_unknown": "resubmit"})
    assert machine.start() == step
    assert (machine.run.orphaned_tasks, machine.journal.meta["orphans"]) == (1, "1")
    assert machine.journal.updates == [("an abandoned task", {"state": new_state, "code": None})]


STAMP = FileStamp(5, 7, 1, 2)


def test_a_file_that_was_only_touched_is_skipped() -> None:
    machine = Machine(origin="file", state="done", changed=True, content="same", asset_id="a")
    assert machine.handle("read", output(content="same", stamp=STAMP)) == ""
    assert machine.run.skipped == 1
    assert machine.journal.updates[0][0] == "an unchanged file"
    assert machine.journal.updates[0][1] == {
        "changed": 0, "size": 5, "mtime_ns": 7, "ctime_ns": 1, "inode": 2, "content": "same",
        "media_sec": None,
    }  # fmt: skip
    assert machine.journal.abandoned == []


def test_a_file_that_changed_starts_over() -> None:
    machine = Machine(
        origin="file", state="new", kind="image", changed=True, content="old", asset_id="a",
        task_id="t",
    )  # fmt: skip
    assert machine.handle("read", output(content="new", stamp=STAMP)) == "embed embed"
    assert machine.journal.abandoned == ["a"]
    assert machine.journal.unspooled == [1]
    update = machine.journal.updates[0]
    assert update[0] == "a file's content"
    assert (update[1]["state"], update[1]["asset_id"], update[1]["task_id"]) == ("new", None, None)
    assert (update[1]["code"], update[1]["changed"]) == (None, 0)
    machine = Machine(origin="file", state="running", changed=True, content="old", task_id="t")
    assert machine.handle("read", output(content="old", stamp=STAMP)) == "task"


@pytest.mark.parametrize(("is_ready", "step"), [(True, "submit embed"), (False, "asset")])
def test_after_an_upload(is_ready: bool, step: str) -> None:
    for name in ("upload", "find"):
        machine = Machine(origin="file")
        assert machine.handle(name, output(asset_id="a", ready=is_ready)) == step
        assert machine.journal.updates == [("an asset", {"state": "stored", "asset_id": "a"})]


def test_an_asset_that_is_not_found_is_looked_for_until_it_would_be_there() -> None:
    machine = Machine(state="uploading", intent_at=NOW + 1e9)
    assert machine.handle("find", output()) == "find later"
    assert machine.wait == 30.0, "never longer than the time of the settings"
    machine = Machine(state="uploading", intent_at=NOW - 20)
    assert machine.handle("find", output()) == "find later"
    assert machine.wait == 10.0
    for long_ago in (NOW - 30, None):
        machine = Machine(state="uploading", intent_at=long_ago)
        assert machine.handle("find", output()) == "submit embed"
        assert machine.journal.updates == [("no asset", {"state": "new"})]


def test_what_is_not_ready_is_polled_again() -> None:
    assert Machine().handle("asset", output(ready=True)) == "submit embed"
    for step in ("asset", "task"):
        machine = Machine()
        work = machine.work(step)
        work.polling_since = NOW - 100.0
        assert machine.handle(step, output(), work) == f"{step} later"
        assert machine.wait == 2.25


def test_after_a_submit() -> None:
    machine = Machine()
    assert machine.handle("submit", output(task_id="t")) == "task"
    assert machine.journal.updates == [("a task", {"state": "running", "task_id": "t"})]


def test_vectors_end_an_input() -> None:
    machine = Machine()
    work = machine.work("task")
    work.is_counted = True
    found = output(packed=PACKED, rows=1, media_sec=90.0, stamp=STAMP, content="x")
    assert machine.handle("task", found, work) == ""
    assert (machine.run.done, machine.run.minutes) == (1, 1.5)
    assert machine.journal.spooled == [PACKED]
    assert machine.journal.meta == {"length": "2"}
    assert machine.states.spooled_bytes == len(PACKED)
    assert machine.journal.updates == [
        ("a row set", {
            "state": "done", "changed": 0, "rows": 1, "code": None, "media_sec": 90.0,
            "content": "x", "size": 5, "mtime_ns": 7, "ctime_ns": 1, "inode": 2,
        })
    ]  # fmt: skip


@pytest.mark.parametrize(("is_counted", "known"), [(False, None), (True, 60.0)])
def test_minutes_are_counted_once(is_counted: bool, known: float | None) -> None:
    machine = Machine(media_sec=known)
    work = machine.work("embed")
    work.is_counted = is_counted
    machine.handle("embed", output(packed=PACKED, rows=1, media_sec=90.0), work)
    assert machine.run.minutes == 0.0


@pytest.mark.parametrize(
    ("found", "length"),
    [(output(packed=PACKED, rows=0), None), (output(packed=PACKED, rows=1), "3")],
)
def test_vectors_that_are_none_or_too_short_are_tried_again(
    found: StepOutput, length: str | None
) -> None:
    machine = Machine()
    if length:
        machine.journal.meta["length"] = length
    assert machine.handle("embed", found) == "embed later"
    assert machine.wait == 1.0
    assert machine.journal.spooled == []


@pytest.mark.parametrize(
    ("row", "keep", "step"),
    [
        ({"origin": "file", "asset_id": "a"}, True, ""),
        ({"origin": "file", "asset_id": "a"}, False, "delete"),
        ({"origin": "asset", "asset_id": "a"}, False, ""),
        ({"origin": "file"}, False, ""),
    ],
)
def test_assets_of_the_run_are_deleted_if_none_is_kept(
    row: dict[str, Any], keep: bool, step: str
) -> None:
    settings = {"keep_assets": keep}
    done = Machine(settings=settings, **row)
    assert done.handle("task", output(packed=PACKED, rows=1)) == step
    failed = Machine(settings=settings, **row)
    assert failed.handle("task", status(400, "bad")) == step
    assert failed.run.failed == 1
    machine = Machine(**row)
    assert machine.handle("delete", output()) == ""
    assert machine.journal.updates == [("a deleted asset", {"asset_id": None})]


def test_what_may_pass_is_tried_three_times() -> None:
    machine = Machine()
    work = machine.work("submit")
    for wait in (1.0, 2.0):
        assert machine.handle("submit", NO_ANSWER, work) == "submit later"
        assert machine.wait == wait
    assert machine.handle("submit", NO_ANSWER, work) == ""
    assert (machine.run.failed, machine.run.stopped) == (1, None)
    withdrawn = ("nothing created", {"state": "new"})
    failure = {"code": "no_answer", "status": None, "reason": "refused", "retryable": 1}
    assert machine.journal.updates == [*[withdrawn] * 3, ("a failure", failure)]


def test_while_a_run_ends_nothing_is_tried_again() -> None:
    machine = Machine()
    machine.run.stopped = "quota"
    assert machine.states.is_stopping
    assert machine.handle("embed", NO_ANSWER) == ""
    assert machine.run.failed == 1
    machine = Machine()
    machine.states.fatal = ValueError()
    assert machine.states.is_stopping
    assert not Machine().states.is_stopping


def test_a_service_that_answers_nothing_ends_the_run_after_fifty() -> None:
    machine = Machine()
    for number in range(50):
        assert machine.run.stopped is None, number
        machine.handle("embed", NO_ANSWER)
        machine.states.scheduled.clear()
        machine.states.in_progress = 0
    assert machine.run.stopped == "unreachable"
    machine = Machine()
    for number in range(120):
        machine.handle("embed", NO_ANSWER if number % 49 else output(packed=PACKED, rows=1))
        machine.states.scheduled.clear()
        machine.states.in_progress = 0
    assert machine.run.stopped is None
    for _ in range(60):
        machine.handle("embed", status(500))
        machine.states.scheduled.clear()
        machine.states.in_progress = 0
    assert machine.run.stopped is None, "an error is an answer, too"


@pytest.mark.parametrize(
    "error",
    [errors.ConfigurationError("x"), errors.AuthenticationError(401, None, "x"), ValueError()],
)
def test_what_concerns_all_inputs_ends_the_run(error: Exception) -> None:
    machine = Machine(asset_id="a")
    assert machine.handle("submit", error) == ""
    assert machine.states.fatal is error
    withdrawn = [("nothing created", {"state": "stored"})]
    assert machine.journal.updates == (withdrawn if isinstance(error, errors.DodecaError) else [])
    machine.handle("embed", RuntimeError("later"))
    assert machine.states.fatal is error, "the first one counts"


def test_a_create_without_an_answer_is_looked_for() -> None:
    assert Machine().handle("upload", UNKNOWN) == "find"
    machine = Machine()
    assert machine.handle("submit", UNKNOWN) == ""
    assert machine.run.unknown == 1


def test_what_is_gone_goes_back_a_step_once() -> None:
    gone = errors.NotFoundError(404, None, "gone")
    machine = Machine(state="running", asset_id="a", task_id="t", origin="asset")
    work = machine.work("task")
    assert machine.handle("task", gone, work) == "asset"
    assert machine.journal.updates == [("a lost task", {"state": "stored", "task_id": None})]
    work.step = "asset"
    assert machine.handle("asset", gone, work) == "submit embed"
    lost = {"state": "new", "task_id": None, "asset_id": None}
    assert machine.journal.updates[1:] == [("a lost asset", lost)]
    work.step = "task"
    assert machine.handle("task", gone, work) == ""
    assert machine.run.failed == 1
    machine = Machine(state="running", task_id="t")
    assert machine.handle("task", gone) == "submit embed"
    assert machine.handle("embed", gone) == ""


@pytest.mark.parametrize(
    ("origin", "via", "step"),
    [("file", "auto", "upload assets"), ("data", "auto", "upload assets"),
     ("url", "auto", "submit embed"), ("url", "sync", "")],
)  # fmt: skip
def test_what_turns_out_too_long_becomes_a_task(origin: str, via: str, step: str) -> None:
    machine = Machine(origin=origin, settings={"via": via})
    assert machine.handle("embed", status(400, TOO_LONG)) == step
    assert machine.handle("task", status(400, TOO_LONG)) == ""


@pytest.mark.parametrize(
    ("step", "next_step"),
    [("embed", "embed embed"), ("submit", "submit embed"), ("upload", "upload assets"),
     ("task", "task later")],
)  # fmt: skip
def test_a_rate_limit_is_waited_for(step: str, next_step: str) -> None:
    machine = Machine()
    assert machine.handle(step, status(429, retry_after=900.0)) == next_step
    if step == "task":
        assert machine.wait == 900.0
    assert machine.run.stopped is None


def test_a_quota_of_requests_ends_the_run() -> None:
    renewed = datetime(2026, 1, 2, tzinfo=UTC)
    machine = Machine(asset_id="a")
    error = status(429, "limit", retry_after=901.0, resume_at=renewed)
    assert machine.handle("submit", error) == ""
    assert (machine.run.stopped, machine.run.resume_at) == ("quota", renewed)
    assert machine.run.failed == 0
    assert machine.states.quota is not None
    assert machine.states.quota.code == "limit"
    names = [what for what, _ in machine.journal.updates]
    assert names == ["nothing created", "a failure"]
    machine.handle("embed", status(429, retry_after=901.0, resume_at=renewed - timedelta(1)))
    assert machine.run.resume_at == renewed, "the latest counts"


@pytest.mark.parametrize(
    ("requests", "stopped", "left"),
    [("5", None, 59.94), (None, None, 59.94), ("0", "quota", np.inf)],
)
def test_a_quota_of_media_leaves_the_shorter_ones(
    requests: str | None, stopped: str | None, left: float
) -> None:
    limits = {"x-ratelimit-duration-remaining": "3"}
    if requests is not None:
        limits["x-ratelimit-request-remaining"] = requests
    machine = Machine(media_sec=60.0)
    machine.handle("embed", status(429, retry_after=1e6, limits=limits))
    assert machine.run.stopped == stopped
    assert machine.states.media_sec_left == pytest.approx(left)
    machine.row.media_sec = 90.0
    machine.handle("embed", status(429, retry_after=1e6, limits=limits))
    assert machine.states.media_sec_left == pytest.approx(left), "the shortest counts"


def test_what_does_not_fit_is_left_to_the_next_run() -> None:
    machine = Machine()
    machine.states.defer(machine.work("embed"))
    assert machine.journal.updates == []
    machine.handle("embed", status(429, "limit", retry_after=1e6))
    machine.journal.updates.clear()
    machine.states.defer(machine.work("embed"))
    ((what, values),) = machine.journal.updates
    assert (what, values["code"], values["status"], values["retryable"]) == (
        "a failure",
        "limit",
        429,
        1,
    )


def test_what_is_invalid_fails_at_once() -> None:
    machine = Machine()
    assert machine.handle("submit", errors.InvalidMediaError("it is broken")) == ""
    failure = {
        "code": "media_invalid", "status": None, "reason": "it is broken", "retryable": 0,
        "state": "failed",
    }  # fmt: skip
    assert machine.journal.updates == [("a failure", failure)]
    assert machine.run.failed == 1
