"""What `dodeca check`, a dry run, a run and the emulator say of the same files.

`verdicts(paths, scratch)` asks all four for each endpoint; `Verdicts.disagreement` names what
differs. The emulator keeps its own table of limits: it stands for the service.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest

from dodeca import Client, Media
from dodeca._base.media_types import kind_of, mime_type_of
from dodeca._calls import limits
from dodeca.bulk import Run
from dodeca.cli import app
from dodeca.emulator import Emulator, EmulatorTransport
from dodeca.errors import InvalidMediaError

_BASE64_BYTES = 64 << 20  # larger files are not sent to the emulator in a request
_RUN_BYTES = 1 << 30  # larger files are not hashed, as a run does first
_INDEX = {
    "index_name": "agreement",
    "models": [{"model_name": "marengo3.0", "model_options": ["visual", "audio"]}],
}

# The reasons of the client, and those of the emulator by code and message, in common words.
_OURS = {
    r"at most [\d.]+ [KMG]?i?B, ": "too large",
    r"at least \d+x\d+ pixels": "frame too small",
    r"at most \d+x\d+ pixels": "frame too large",
    r"the aspect ratio must be": "aspect ratio",
    r"at least [\d.]+ (s|min)": "too short",
    r"at most [\d.]+ (s|min|hours?|minutes)": "too long",
    r"(images|audio) must be ": "format",
    r"WAV must be uncompressed": "codec",
    r"there is no video in it": "no video",
}
_THEIRS = {
    r"video_filesize_too_large|.*larger than": "too large",
    r"video_resolution_too_low|.*At least \d+x\d+ pixels": "frame too small",
    r"video_resolution_too_high": "frame too large",
    r"video_resolution_invalid_aspect_ratio": "aspect ratio",
    r"video_duration_too_short": "too short",
    r"video_duration_too_long": "too long",
    r".*The formats of ": "format",
    r".*should be uncompressed": "codec",
    r"video_file_broken": "no video",
    r".*cannot be read": "unreadable",
}


@attrs.frozen
class Said:
    """A verdict: accepted, refused or unknown; and the first reason in common words."""

    outcome: str
    reason: str = ""
    text: str = attrs.field(default="", eq=False)


@attrs.frozen
class Verdicts:
    """What the four say of a file at an endpoint; None where one has nothing to do with it."""

    name: str
    endpoint: str
    check: Said
    dry_run: Said | None
    run: Said | None
    emulator: Said | None

    @property
    def is_unknown(self) -> bool:
        """Whether the header does not tell enough for a verdict."""
        return self.check.outcome == "unknown"

    @property
    def disagreement(self) -> str | None:
        """What differs; an unknown verdict disagrees with nothing, but a dry run must accept it."""
        expected = self.emulator
        said = {"check": self.check, "dry run": self.dry_run, "run": self.run}
        if expected is None:
            expected = self.check
        if self.is_unknown:
            said |= {"check": None}
            if self.dry_run is not None and self.dry_run.outcome == "accepted":
                said |= {"dry run": None}
        wrong = {who: what for who, what in said.items() if what not in (None, expected)}
        if wrong:
            return f"{self.name} at {self.endpoint}: emulator {expected}, {wrong}"
        texts = {said.text for said in (self.check, self.dry_run) if said and said.text}
        return f"{self.name} at {self.endpoint}: {texts}" if len(texts) > 1 else None


def verdicts(paths: Iterable[Path], scratch: Path) -> list[Verdicts]:
    """What all four say of files in one folder; `scratch` is a folder that may be written to."""
    files = sorted(paths)
    (folder,) = {path.parent for path in files}
    checked = _checked(files)
    clips = [path for path in files if _kind(path) != "image"]
    with Emulator(media=folder) as emulator, Client.emulated(emulator) as client:
        http = httpx.Client(
            transport=EmulatorTransport(emulator),
            base_url="https://api.twelvelabs.io/v1.3",
            headers={"x-api-key": "anything"},
        )
        index = http.post("/indexes", json=_INDEX).json()["_id"]
        found = _of_runs(client, "embed", files, scratch, checked, http)
        found += _of_runs(client, "embed-task", clips, scratch, checked, http)
        for path in files:
            if _kind(path) == "video":
                said = _asked(http, "index", path, index)
                found.append(Verdicts(path.name, "index", checked[path]["index"], None, None, said))
    return found


def _of_runs(
    client: Client,
    endpoint: str,
    files: list[Path],
    scratch: Path,
    checked: dict[Path, dict[str, Said]],
    http: httpx.Client,
) -> list[Verdicts]:
    via: Any = "sync" if endpoint == "embed" else "task"
    out = scratch / endpoint
    dry = client.embed.run(files, out=out, via=via, dry_run=True).estimate
    assert dry is not None
    planned = {Path(each.source).name: _refused(_OURS, each.reason) for each in dry.rejected}
    small = [path for path in files if path.stat().st_size <= _RUN_BYTES]
    run = client.embed.run(small, out=out, via=via, embedding_scope=["asset"])
    ended = _ended(run)
    found = []
    for path in files:
        did = ended.get(path.name, Said("accepted")) if path in small else None
        was_sent = did is not None and not did.text.startswith("here: ")
        said = did if did and was_sent else _asked(http, endpoint, path)
        plan = planned.get(path.name, Said("accepted"))
        found.append(Verdicts(path.name, endpoint, checked[path][endpoint], plan, did, said))
    return found


def _ended(run: Run) -> dict[str, Said]:
    """Why files were not embedded; a refusal before anything was sent begins with "here: "."""
    found = {}
    for failure in run.failures:
        if failure.code == "media_invalid":
            said = _refused(_OURS, failure.reason)
            found[Path(failure.source).name] = attrs.evolve(said, text=f"here: {said.text}")
        else:
            said = _refused(_THEIRS, f"{failure.code} {failure.reason}")
            found[Path(failure.source).name] = said
    return found


def _checked(files: list[Path]) -> dict[Path, dict[str, Said]]:
    """The verdicts of `dodeca check`, by file and endpoint."""
    out = io.TextIOWrapper(io.BytesIO())
    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as stack:
        patch.setattr(sys, "argv", ["dodeca", "--json", "check", *map(str, files)])
        stack.enter_context(contextlib.redirect_stdout(out))
        stack.enter_context(contextlib.redirect_stderr(io.TextIOWrapper(io.BytesIO())))
        app.execute()
    out.seek(0)
    records = [json.loads(line) for line in out]
    outcomes = {True: "accepted", False: "refused", None: "unknown"}
    return {
        Path(record["file"]): {
            endpoint: Said(
                outcomes[way["accepted"]],
                _common(_OURS, way["reasons"][0]) if way["reasons"] else "",
                "; ".join(way["reasons"]),
            )
            for endpoint, way in record["ways"].items()
        }
        for record in records
    }


def _asked(http: httpx.Client, endpoint: str, path: Path, index: str = "") -> Said | None:
    """What the emulator answers to a request with the file."""
    kind = _kind(path)
    url = f"https://example.org/{path.name}"
    if endpoint == "index":
        fields = {"index_id": (None, index), "video_url": (None, url)}
        response = http.post("/tasks", files=fields)
    elif endpoint == "embed" and path.stat().st_size > _BASE64_BYTES:
        return None
    else:
        source: dict[str, str] = {"url": url}
        if endpoint == "embed":
            source = {"base64_string": base64.b64encode(path.read_bytes()).decode()}
        body = {"input_type": kind, "model_name": "marengo3.0", kind: {"media_source": source}}
        response = http.post("/embed-v2" if endpoint == "embed" else "/embed-v2/tasks", json=body)
    if response.is_success:
        return Said("accepted")
    error = response.json()
    error = error.get("error", error)
    return _refused(_THEIRS, f"{error['code']} {error['message']}")


def _refused(patterns: dict[str, str], text: str) -> Said:
    """A refusal; what an error says before its reasons is left out."""
    reasons = re.sub(r"^.* is outside the limits of POST [\w/-]+: ", "", text, flags=re.DOTALL)
    return Said("refused", _common(patterns, reasons), reasons if patterns is _OURS else "")


def _common(patterns: dict[str, str], reason: str) -> str:
    for pattern, name in patterns.items():
        if re.match(pattern, reason):
            return name
    return reason


def _kind(path: Path) -> str:
    try:
        return limits.input_type(Media.file(path))
    except InvalidMediaError:  # it is empty
        return kind_of(mime_type_of(path.name)) or "video"
