"""Webhooks: notifications of tasks that have ended, signed as the service signs them.

One thread checks the tasks, whether or not a client polls them, and sends the notifications. One
that is not acknowledged is sent again after a pause, up to three times in all.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from .clock import Clock, timestamp
from .database import new_id
from .errors import ErrorResponse

SIGNATURE = "TL-Signature"
_CHECK_SEC = 0.05
_TIMEOUT_SEC = 5.0
_PAUSES_SEC = (1.0, 5.0)  # after the first attempts

log: logging.Logger = logging.getLogger("dodeca.emulator")


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a task: `kind` is `index.task` or `analyze.task`; `task` has its status."""

    kind: str
    task: Mapping[str, Any]


FindEnding = Callable[[], Ending | None]
"""Returns the end of a task; None while it runs. An ErrorResponse means that it was deleted."""
Report = Callable[[list[dict[str, Any]]], object]
"""Stores the deliveries of a notification, as the documents show them with the task."""


@dataclass(slots=True)
class _Notification:
    """What is sent to each URL; `deliveries` are its attempts so far."""

    body: bytes
    report: Report
    deliveries: list[dict[str, Any]]
    due: float = 0.0
    """When to send it, in seconds of the monotonic clock."""


class Webhooks:
    """Notifies URLs of the tasks that it is given; without URLs it does nothing."""

    def __init__(self, secrets: Mapping[str, str], clock: Clock) -> None:
        for url, secret in secrets.items():
            _check(url, secret)
        self._secrets = {url: secret.encode() for url, secret in secrets.items()}
        self._clock = clock
        self._lock = threading.Lock()
        self._tasks: list[tuple[FindEnding, Report]] = []
        self._unsent: list[_Notification] = []
        self._is_running = False
        self._closed = threading.Event()

    def watch(self, find_ending: FindEnding, report: Report) -> None:
        """Notify the URLs when a task has ended."""
        if not self._secrets:
            return
        with self._lock:
            self._tasks.append((find_ending, report))
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._run, name="dodeca-webhooks", daemon=True).start()

    def close(self) -> None:
        """Send nothing more."""
        self._closed.set()

    def _run(self) -> None:
        """Check and send until nothing is left."""
        with httpx.Client(timeout=_TIMEOUT_SEC, trust_env=False) as http:
            while not self._closed.wait(_CHECK_SEC):
                with self._lock:
                    tasks = list(self._tasks)
                    if not tasks and not self._unsent:
                        self._is_running = False
                        return
                for task in tasks:
                    if self._check(*task):
                        with self._lock:
                            self._tasks.remove(task)
                due = [one for one in self._unsent if one.due <= time.monotonic()]
                for notification in due:
                    self._send(http, notification)

    def _check(self, find_ending: FindEnding, report: Report) -> bool:
        """Return whether a task has ended; if so, its notification is to be sent."""
        try:
            ending = find_ending()
        except ErrorResponse:  # it was deleted
            return True
        except Exception:
            if not self._closed.is_set():
                log.exception("a webhook could not be prepared")
            return True
        if ending is None:
            return False
        event = {
            "id": new_id(),
            "created_at": timestamp(self._clock.now()),
            "type": f"{ending.kind}.{ending.task['status']}",
            "data": ending.task,
        }
        new = [{"url": url, "delivered": False, "attempts": 0} for url in self._secrets]
        self._unsent.append(_Notification(orjson.dumps(event), report, new))
        return True

    def _send(self, http: httpx.Client, notification: _Notification) -> None:
        """Send a notification to the URLs that have not acknowledged it."""
        waiting = [each for each in notification.deliveries if not each["delivered"]]
        for delivery in waiting:
            secret = self._secrets[delivery["url"]]
            error = _post(http, delivery["url"], notification.body, secret)
            delivery["attempts"] += 1
            delivery["delivered"] = error is None
            if error is not None:
                delivery["last_error"] = error
        attempts = max(each["attempts"] for each in waiting)
        if all(each["delivered"] for each in waiting) or attempts > len(_PAUSES_SEC):
            self._unsent.remove(notification)
        else:
            notification.due = time.monotonic() + _PAUSES_SEC[attempts - 1]
        try:
            notification.report(notification.deliveries)
        except Exception:
            if not self._closed.is_set():
                log.exception("the deliveries of a webhook could not be stored")


def signature(body: bytes, secret: bytes, now: int) -> str:
    """Return the signature of a body that is sent at a time (Unix), for the header SIGNATURE."""
    signed = hmac.new(secret, b"%d.%b" % (now, body), hashlib.sha256).hexdigest()
    return f"t={now},v1={signed}"


def _post(http: httpx.Client, url: str, body: bytes, secret: bytes) -> str | None:
    """Send a notification; return why it was not acknowledged, or None."""
    # Receivers check the age of a signature by the real time, whatever the emulator's clock says.
    headers = {
        "Content-Type": "application/json",
        SIGNATURE: signature(body, secret, int(time.time())),
    }
    try:
        with http.stream("POST", url, content=body, headers=headers) as response:
            return None if response.is_success else f"HTTP {response.status_code}"
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"{type(error).__name__}: {error}"


def _check(url: str, secret: str) -> None:
    """Raises ValueError when a webhook cannot work."""
    try:
        parsed = httpx.URL(url)
        is_usable = parsed.scheme in ("http", "https") and bool(parsed.host)
    except (httpx.InvalidURL, TypeError) as error:
        raise ValueError(f"a webhook has an invalid URL: {error}") from None
    if not is_usable:
        raise ValueError(f"a webhook is an http(s) URL, got {url[:200]!r}")
    if not isinstance(secret, str) or not secret.strip():
        raise ValueError(f"the webhook {url[:200]!r} needs a secret")
