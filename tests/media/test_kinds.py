"""Media of more than two hundred kinds: each is what its content is, for everybody alike."""

import base64
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from dodeca import Media
from dodeca._calls import limits
from dodeca.emulator import Emulator, EmulatorTransport
from dodeca.errors import InvalidMediaError
from dodeca.video.probe import BrokenMedia, probe
from dodeca.video.thumbnails import thumbnail
from tests.depth import DEEP
from tests.media.agreement import verdicts
from tests.media.kinds import ALL, KINDS, Kind, make, require_tools

each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
deep = pytest.mark.skipif(not DEEP, reason="make test-deep makes the files")
OWN_LIMIT = "huge.png"  # more pixels than the emulator decodes; the service documents no limit


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    require_tools()
    return tmp_path_factory.mktemp("kinds")


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with (
        Emulator() as emulator,
        httpx.Client(
            transport=EmulatorTransport(emulator),
            base_url="https://api.twelvelabs.io/v1.3",
            headers={"x-api-key": "anything"},
        ) as http,
    ):
        yield http


def test_the_list_has_more_than_two_hundred_kinds() -> None:
    assert len(KINDS) == len(ALL) > 200
    assert all(kind.accepted <= {"embed", "embed-task", "index"} for kind in ALL)


@deep
@each_kind
def test_the_content_says_what_it_is(kind: Kind, folder: Path) -> None:
    path = make(kind.file, folder)
    if kind.kind is None:
        with pytest.raises(BrokenMedia):
            probe(path)
        return
    found = probe(path)
    assert found.kind == kind.kind
    header = limits.measure(Media.of(path))
    assert header.kind in (kind.kind, None)
    assert (header.width, header.height) in ((found.width, found.height), (None, None))
    if header.duration_sec is not None and found.duration is not None:
        error = max(header.error_sec, 0.06)
        assert header.duration_sec == pytest.approx(found.duration, abs=error)


@deep
@each_kind
def test_no_error_but_those_of_the_package(kind: Kind, folder: Path, http: httpx.Client) -> None:
    path = make(kind.file, folder)
    with suppress(BrokenMedia):
        assert thumbnail(path)[:3] == b"\xff\xd8\xff"
    if path.stat().st_size == 0:
        with pytest.raises(InvalidMediaError, match="is empty"):
            Media.of(path)
        return
    limits.measure(Media.of(path))
    content = base64.b64encode(path.read_bytes()).decode()
    for name in ("image", "audio", "video"):
        body = {"input_type": name, "model_name": "marengo3.0"}
        source = {"media_source": {"base64_string": content}}
        assert http.post("/embed-v2", json={**body, name: source}).status_code in (200, 400)


@deep
@each_kind
def test_all_agree_on_what_is_accepted(kind: Kind, folder: Path, tmp_path: Path) -> None:
    """`dodeca check`, the dry run, the run and the emulator: the same verdict and reason."""
    found = verdicts([make(kind.file, folder)], tmp_path)
    if kind.file == OWN_LIMIT:
        assert {each.check.outcome for each in found} == {"accepted"}
        assert "decodes images of up to" in found[0].emulator.reason
        return
    accepted = {each.endpoint for each in found if each.emulator.outcome == "accepted"}
    assert accepted == kind.accepted
    refusals = {each.emulator.reason for each in found if each.emulator.outcome == "refused"}
    assert kind.reason is None or refusals == {kind.reason}
    if kind.reason is not None or kind.kind is not None:
        assert [each.disagreement for each in found if each.disagreement] == []
