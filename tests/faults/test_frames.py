"""No frame of ours holds the API key or a webhook's secret, whatever fails."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dodeca import AsyncClient, Client, Media, errors, webhooks
from tests.faults.both import CLIENTS, opened
from tests.faults.raw import Raw, http, upload_session
from tests.scripted import Script, reply
from tests.seams import upload_in_chunks_from

pytestmark = pytest.mark.anyio

Kind = type[Client] | type[AsyncClient]
CANARY = "canary_0123456789"
KEY = f"tlk_{CANARY}abcdef"
TASK = {"_id": "t1", "status": "processing"}


def frames(error: BaseException) -> list[str]:
    """The variables of all frames in dodeca, of an error and of its causes."""
    found: list[str] = [str(error)]
    seen: BaseException | None = error
    while seen is not None:
        for frame, _ in traceback.walk_tb(seen.__traceback__):
            if "dodeca" in Path(frame.f_code.co_filename).parts:
                name = frame.f_code.co_qualname
                found += [f"{name}: {key}={value!r}" for key, value in frame.f_locals.items()]
        seen = seen.__cause__ or seen.__context__
    return found


def assert_hidden(error: BaseException) -> None:
    shown = frames(error)
    assert len(shown) > 1, "no frame of dodeca was looked at"
    assert [text[:300] for text in shown if CANARY in text] == []


CONSTRUCTIONS: list[dict[str, Any]] = [
    {"base_url": "http://api.example"},
    {"base_url": 5},
    {"timeout": 0},
    {"reconcile_after_sec": -1},
    {"api_key": f"{CANARY} with a space"},
    {"api_key": f"{CANARY}é"},
    {"api_key": f"<{CANARY}>"},
    {"api_key": CANARY.encode()},
    {"api_key": None},
]


@CLIENTS
@pytest.mark.parametrize("options", CONSTRUCTIONS, ids=str)
@pytest.mark.parametrize("source", ["argument", "environment"])
def test_a_client_that_cannot_be_created(
    kind: Kind, options: dict[str, Any], source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {"api_key": KEY, **options}
    for name in ("TWELVELABS_API_KEY", "TWELVE_LABS_API_KEY", "TL_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    if source == "environment" and isinstance(options["api_key"], str):
        monkeypatch.setenv("TL_API_KEY", options.pop("api_key"))
    with pytest.raises(errors.ConfigurationError) as caught:
        kind(**options)
    assert_hidden(caught.value)


@CLIENTS
@pytest.mark.filterwarnings("error")
def test_a_warning_that_is_an_error(kind: Kind) -> None:
    with pytest.raises(UserWarning) as caught:
        kind(f" {KEY} ")
    assert_hidden(caught.value)


async def waited(job: Any) -> None:
    found = job.wait(timeout=1.0)
    if inspect.isawaitable(found):
        await found


@CLIENTS
async def test_calls_and_waits(kind: Kind) -> None:
    failed = reply({"code": "x", "message": f"key {KEY}"}, status=500)
    script = Script(reply(TASK, status=202), *[failed] * 60)
    async with opened(kind, "http://localhost/v1.3", key=KEY, transport=script) as call:
        job = await call("embed.tasks.video", "https://host.example/a.mp4")
        for name, *args in (
            ("embed.text", "red"),
            ("indexes.retrieve", "i1"),
            ("embed.tasks.retrieve", job.id),
            ("assets.create", Media.data(b"film", filename="a.mp4")),
            ("analyze", "What?"),
        ):
            with pytest.raises(errors.DodecaError) as caught:
                await call(name, *args)
            assert_hidden(caught.value)
        with pytest.raises(errors.DodecaError) as caught:
            await waited(job)
        assert_hidden(caught.value)


@CLIENTS
async def test_uploads_in_chunks(
    kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_in_chunks_from(monkeypatch, 100)
    film = tmp_path / "film.mp4"
    film.write_bytes(b"f" * 300)
    storage = Raw(lambda _: http(KEY.encode(), "403 No"))
    with storage.serving() as chunks, upload_session(f"{chunks}/1").serving() as url:
        async with opened(kind, url, key=KEY) as call:
            with pytest.raises(errors.DodecaError) as caught:
                await call("assets.upload", film)
    shown = frames(caught.value)
    assert KEY.encode() not in bytes(storage.received)
    assert [text[:300] for text in shown if CANARY in text and "***" not in text] == []


WEBHOOKS: list[Callable[[], object]] = [
    lambda: webhooks.verify("text", "t=1,v1=00", KEY),  # type: ignore[arg-type]
    lambda: webhooks.verify(b"{}", "t=1,v1=00", KEY),
    lambda: webhooks.verify(b"{}", None, [KEY]),
    lambda: webhooks.verify(b"{}", "t=1,v1=00", [KEY, ""]),
    lambda: webhooks.verify(b"{}", "t=1,v1=00", KEY.encode()),  # type: ignore[arg-type]
    lambda: webhooks.verify(b"{}", "t=1,v1=00", KEY, 0),
]


@pytest.mark.parametrize("verify", WEBHOOKS)
def test_webhooks(verify: Callable[[], object]) -> None:
    with pytest.raises(errors.DodecaError) as caught:
        verify()
    assert_hidden(caught.value)


def test_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from dodeca.cli import app

    for key, url in ((KEY, "http://api.example"), (f"{CANARY} x", "https://api.example")):
        monkeypatch.setenv("TWELVELABS_API_KEY", key)
        found = CliRunner().invoke(app.app, ["--base-url", url, "index", "list"])
        assert found.exit_code != 0
        assert CANARY not in found.output
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            assert_hidden(found.exception)
