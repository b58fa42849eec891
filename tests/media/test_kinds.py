"""Media of more than a hundred kinds: each is what its content is, for everybody alike."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from dodeca import Client, Media
from dodeca.cli import preflight
from dodeca.errors import DodecaError, InvalidMediaError
from dodeca.media import duration_sec
from dodeca.video.probe import BrokenMedia, probe
from dodeca.video.thumbnails import thumbnail
from tests.depth import DEEP

from .kinds import ALL, KINDS, Kind, make, require_tools

each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
deep = pytest.mark.skipif(not DEEP, reason="make test-deep makes the files")
OWN_LIMIT = {"huge.png"}  # more pixels than the emulator decodes; the service documents no limit


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    require_tools()
    return tmp_path_factory.mktemp("kinds")


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Client.emulated() as client:
        yield client


@pytest.fixture(scope="module")
def index_id(client: Client) -> str:
    return client.indexes.create("kinds", {"marengo3.0": ["visual", "audio"]}).id


def test_the_list_has_more_than_a_hundred_kinds() -> None:
    assert len(KINDS) == len(ALL) > 100
    assert all(kind.accepted <= {*map(str, preflight.Endpoint)} for kind in ALL)


@deep
@each_kind
def test_the_content_says_what_it_is(kind: Kind, folder: Path) -> None:
    path = make(kind.file, folder)
    if kind.kind is None:
        with pytest.raises(BrokenMedia):
            probe(path)
    else:
        assert probe(path).kind == kind.kind


@deep
@each_kind
def test_no_error_but_those_of_the_package(kind: Kind, folder: Path, client: Client) -> None:
    path = make(kind.file, folder)
    with suppress(BrokenMedia):
        assert thumbnail(path)[:3] == b"\xff\xd8\xff"
    if path.stat().st_size == 0:
        with pytest.raises(InvalidMediaError, match="is empty"):
            Media.of(path)
        return
    media = Media.of(path)
    with path.open("rb") as stream:
        assert Media.of(stream).size == media.size
    duration = duration_sec(media)
    assert duration is None or duration >= 0
    for call in (client.embed.image, client.embed.audio, client.embed.video):
        with suppress(DodecaError):
            call(media)


@deep
@each_kind
def test_check_and_the_emulator_agree(
    kind: Kind, folder: Path, client: Client, index_id: str
) -> None:
    path = make(kind.file, folder)
    try:
        checks = preflight.check_file(preflight.inspect(path))
    except InvalidMediaError:
        assert kind.kind is None
        return
    assert {check.endpoint.value for check in checks if check.is_accepted} == kind.accepted
    refusals = [problem for check in checks for problem in check.problems]
    assert all(re.search(kind.reason or "", problem) for problem in refusals), refusals
    accepted = {name for name, call in calls(client, index_id, kind, path) if succeeds(call)}
    assert accepted == (set() if kind.file in OWN_LIMIT else kind.accepted)


def calls(client: Client, index_id: str, kind: Kind, path: Path) -> Iterator[tuple[str, Any]]:
    embed, tasks = client.embed, client.embed.tasks
    if kind.kind == "image":
        yield "embed", lambda: embed.image(path)
        return
    audio = kind.kind == "audio"
    yield "embed", lambda: (embed.audio if audio else embed.video)(path, via="sync")
    yield "embed-task", lambda: (tasks.audio if audio else tasks.video)(path)
    yield "index", lambda: client.tasks.create(index_id, path)


def succeeds(call: Any) -> bool:
    try:
        call()
    except DodecaError:
        return False
    return True
