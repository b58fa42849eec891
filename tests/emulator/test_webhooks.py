"""Notifications of tasks that have ended arrive, signed as the client verifies them."""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from dodeca import webhooks
from dodeca.emulator import ByCount, Emulator, RealTime, VirtualClock
from dodeca.emulator import webhooks as sending
from tests.faults.raw import Raw, http

from .conftest import client
from .library import index, task, video
from .test_analyze_batches import about, start, upload

SECRET = "a secret for tests"


class Receiver(Raw):
    """Verifies each notification, and acknowledges it unless `status` says something else."""

    def __init__(self, *statuses: str) -> None:
        super().__init__(self._receive)
        self.events: queue.Queue[webhooks.WebhookEvent] = queue.Queue()
        self._statuses = list(statuses)

    def _receive(self, request: bytes) -> bytes:
        head, _, body = request.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")[1:]
        headers = dict(line.split(": ", 1) for line in lines)
        self.events.put(webhooks.verify(body, headers, SECRET))
        return http(b"{}", self._statuses.pop(0) if self._statuses else "200 OK")

    def next(self) -> webhooks.WebhookEvent:
        return self.events.get(timeout=60)


@contextmanager
def notified(
    media: Path, *statuses: str, **options: Any
) -> Iterator[tuple[Receiver, Emulator, httpx.Client]]:
    receiver = Receiver(*statuses)
    with receiver.serving() as url:
        hooks = {f"{url}/hook": SECRET}
        with (
            Emulator(media=media, clock=VirtualClock(), webhooks=hooks, **options) as emulator,
            client(emulator) as caller,
        ):
            yield receiver, emulator, caller


def analysis(caller: httpx.Client, **more: Any) -> str:
    source = {"type": "url", "url": "https://example.org/silent.mp4"}
    body = {"video": source, "prompt": "What happens?", **more}
    return str(caller.post("/analyze/tasks", json=body).json()["task_id"])


def test_a_finished_indexing_task_is_notified_without_a_poll(media: Path) -> None:
    with notified(media) as (receiver, _, caller):
        created = task(caller, index(caller), "silent.mp4")
        event = receiver.next()
    assert event.type == "index.task.ready"
    assert event.data["id"] == created["_id"]
    assert event.data["status"] == "ready"
    assert event.data["created_at"] == "2025-01-01T00:00:00.000Z"
    assert event.created_at is not None
    assert (bool(event.id), event.extra) == (True, {})
    assert receiver.events.empty()


def test_a_task_whose_index_is_deleted_has_failed(media: Path) -> None:
    with notified(media, pace=RealTime(1.0)) as (receiver, _, caller):
        films = index(caller)
        created = task(caller, films, "silent.mp4")
        assert caller.delete(f"/indexes/{films}").status_code == 204
        event = receiver.next()
    assert (event.type, event.data["id"]) == ("index.task.failed", created["_id"])


def test_a_notification_follows_the_pace(media: Path) -> None:
    with notified(media, pace=RealTime(1.0)) as (receiver, emulator, caller):
        created = task(caller, index(caller), "silent.mp4")  # five seconds
        shown = caller.get(f"/tasks/{created['_id']}").json()
        assert shown["estimated_time"] == "2025-01-01T00:00:05.000Z"
        assert receiver.events.empty()
        emulator.clock.advance(5)  # type: ignore[attr-defined]
        assert receiver.next().created_at.isoformat() == "2025-01-01T00:00:05+00:00"  # type: ignore[union-attr]


def test_checking_does_not_count_as_a_poll(media: Path) -> None:
    with notified(media, pace=ByCount(2)) as (receiver, _, caller):
        created = task(caller, index(caller), "silent.mp4")
        other = task(caller, index(caller, "others"), "silent.mp4")
        for _ in range(2):
            caller.get(f"/tasks/{created['_id']}")
        assert receiver.next().data["id"] == created["_id"]
        assert caller.get(f"/tasks/{other['_id']}").json()["status"] != "ready"


def test_an_analysis_task_is_notified_with_its_source_and_lists_the_delivery(media: Path) -> None:
    with notified(media) as (receiver, _, caller):
        made = analysis(caller, custom_id="mine")
        event = receiver.next()
        assert (event.type, event.data["id"]) == ("analyze.task.ready", made)
        assert event.data["custom_id"] == "mine"
        assert event.data["video_source"]["url"] == "https://example.org/silent.mp4"
        (delivery,) = deliveries(
            caller, f"/analyze/tasks/{made}", lambda found: found[0]["delivered"]
        )
        assert delivery == {"url": delivery["url"], "delivered": True, "attempts": 1}
        assert delivery["url"].endswith("/hook")


def test_a_canceled_task_is_notified(media: Path) -> None:
    with notified(media, pace=ByCount(9)) as (receiver, _, caller):
        made = analysis(caller)
        caller.post(f"/analyze/tasks/{made}/cancel")
        event = receiver.next()
    assert (event.type, event.data["id"]) == ("analyze.task.canceled", made)
    assert event.data["error"]["code"] == "user_canceled"


def test_a_batch_is_notified_once_at_its_end_and_its_tasks_are_not(media: Path) -> None:
    with notified(media, pace=ByCount(2)) as (receiver, _, caller):
        asset = upload(caller, media, "silent.mp4")
        batch = start(caller, about(asset), about(asset))
        assert receiver.events.empty()
        for _ in range(2):
            caller.get(f"/analyze/batches/{batch}")
        event = receiver.next()
        assert (event.type, event.data["id"]) == ("analyze.batch.completed", batch)
        assert event.data["status"] == "completed"
        path = f"/analyze/batches/{batch}"
        (delivery,) = deliveries(caller, path, lambda found: found[0]["delivered"])
        assert (delivery["delivered"], delivery["attempts"]) == (True, 1)
        assert receiver.events.empty()


def deliveries(
    caller: httpx.Client, path: str, is_enough: Callable[[list[dict[str, Any]]], bool]
) -> list[dict[str, Any]]:
    """The deliveries that an analysis task or a batch shows, once they are stored."""
    for _ in range(600):
        found: list[dict[str, Any]] = caller.get(path).json().get("webhooks")
        if found and is_enough(found):
            return found
        threading.Event().wait(0.1)
    raise AssertionError(f"not stored: {found}")


def test_what_is_not_acknowledged_is_sent_again_as_the_same_event(
    media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_PAUSES_SEC", (0.0, 0.0))
    with notified(media, "500 Oops", "302 Found") as (receiver, _, caller):
        made = analysis(caller)
        events = [receiver.next() for _ in range(3)]
        (delivery,) = deliveries(
            caller, f"/analyze/tasks/{made}", lambda found: found[0]["attempts"] == 3
        )
    assert len({event.id for event in events}) == 1
    assert (delivery["delivered"], delivery["last_error"]) == (True, "HTTP 302")


def test_after_three_attempts_nothing_more_is_sent(
    media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_PAUSES_SEC", (0.0, 0.0))
    with notified(media, *["500 Oops"] * 3) as (receiver, _, caller):
        first = analysis(caller)
        (delivery,) = deliveries(
            caller, f"/analyze/tasks/{first}", lambda found: found[0]["attempts"] == 3
        )
        assert not delivery["delivered"]
        failed = [receiver.next().id for _ in range(3)]
        analysis(caller)
        assert receiver.next().id not in failed


def test_a_receiver_that_is_not_there_stops_nothing(media: Path) -> None:
    hooks = {"http://127.0.0.1:9/hook": SECRET}
    with Emulator(media=media, webhooks=hooks) as emulator, client(emulator) as caller:
        assert video(caller, index(caller), "silent.mp4")


@pytest.mark.parametrize(
    ("hooks", "said"),
    [
        ({"ftp://localhost/hook": "secret"}, "http"),
        ({"not a url": "secret"}, "http"),
        ({"http://localhost/hook": " "}, "needs a secret"),
    ],
)
def test_a_webhook_that_cannot_work_is_refused(hooks: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Emulator(webhooks=hooks)


def test_the_header_is_the_one_that_the_client_reads() -> None:
    assert sending.SIGNATURE == webhooks.HEADER
