"""The page in a browser over sixty real files: what people do with it, one journey each."""

import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import attrs
import av
import pytest
from playwright.sync_api import Browser, expect
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from dodeca import Client
from dodeca._base import asgi_server
from dodeca.browse import serving
from dodeca.library import HlsStream, Library, Source, open_dataset
from tests.chromium import launched
from tests.depth import DEEP
from tests.requirement import missing

from . import landscapes
from .conftest import remux
from .sixty import LINK, LINK_HOST, MISSING, Sixty, sixty
from .watched import DESKTOP, PHONE, Watched, opened, time_range

pytestmark = [
    pytest.mark.skipif(not DEEP, reason="sixty files: part of make test-deep"),
    pytest.mark.filterwarnings("ignore:a media URL of plain http"),
]

AXE = "axe-core@4.14.1"
QUERY = "a red sunset over the hills"
ENDINGS = {"CSV": ".csv", "SRT": ".srt", "WebVTT": ".vtt", "EDL": ".edl", "OTIO": ".otio"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sixty, str, Path]]:
    """The library, the address of its page, and the folder of its clips."""
    folder = tmp_path_factory.mktemp("journeys")
    clips, shared = folder / "clips", tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # a folder that all workers have
        shared = shared.parent
    with (
        sixty(folder, shared) as (library, client),
        serving(open_dataset(library.dataset, client), clips=clips) as url,
    ):
        yield library, url, clips


@pytest.fixture(scope="module")
def browser(made: tuple[Sixty, str, Path]) -> Iterator[Browser]:
    link = urlsplit(made[0].link_origin).netloc
    with launched(f"--host-resolver-rules=MAP {LINK_HOST}:80 {link}") as browser:
        yield browser


@pytest.fixture
def watched(browser: Browser, made: tuple[Sixty, str, Path]) -> Iterator[Watched]:
    permissions = ["clipboard-read", "clipboard-write"]
    with opened(browser, made[1], permissions=permissions) as watched:
        yield watched


def scores(watched: Watched) -> list[float]:
    return [float(text) for text in watched.page.locator(".card .score").all_inner_texts()]


def test_the_page_begins_with_all_sources(watched: Watched) -> None:
    expect(watched.count).to_have_text("60 sources")
    expect(watched.cards).to_have_count(60)
    gone = watched.page.locator(".card.missing")
    expect(gone).to_have_count(1)
    expect(gone).to_contain_text(MISSING)
    assert watched.page.locator("#more").is_hidden()


def test_filters_limit_the_sources_too(watched: Watched) -> None:
    page = watched.page
    page.locator(".pill", has_text="Metadata").click()
    page.get_by_role("combobox", name="camera").select_option(label="drone")
    expect(watched.count).to_contain_text(" of 60")
    page.get_by_role("combobox", name="take").select_option(label="3")
    expect(watched.count).to_have_text(re.compile(r"^\d sources of 60$"))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Clear filters").click()
    expect(watched.count).to_have_text("60 sources")


def test_a_query_finds_and_a_kept_one_costs_nothing(watched: Watched) -> None:
    def sent() -> int:
        return int(watched.page.locator("#queries").inner_text().split()[0])

    before = sent()
    watched.search("water below a blue sky")
    assert sent() == before + 1
    found = scores(watched)
    assert found == sorted(found, reverse=True)
    assert found[0] > 0.2
    expect(watched.page.locator("#scale-high")).to_have_text(f"{found[0]:.2f}")
    watched.search("grass that is green")
    watched.search("water below a blue sky")
    assert sent() == before + 2
    assert scores(watched) == found


def test_scrolling_shows_more_until_the_end(watched: Watched) -> None:
    watched.search(QUERY)
    total = int(watched.count.inner_text().split()[0].replace(",", ""))
    assert total > 100
    expect(watched.cards).not_to_have_count(total)
    for _ in range(total // 50 + 1):
        watched.cards.last.scroll_into_view_if_needed()
        watched.page.mouse.wheel(0, 4000)
        expect(watched.page.locator("#busy")).to_be_hidden()
    expect(watched.cards).to_have_count(total)
    segments = watched.cards.evaluate_all("cards => cards.map((card) => card.dataset.segment)")
    assert len(set(segments)) == total
    expect(watched.page.locator("#more")).to_be_hidden()


def test_a_click_plays_the_match_from_its_start_to_its_end(watched: Watched) -> None:
    watched.search(QUERY)
    names = watched.timed.locator(".name").all_inner_texts()
    times = watched.timed.locator(".time").all_inner_texts()
    later = next(
        number
        for number, (name, time) in enumerate(zip(names, times, strict=True))
        if name.endswith(".mp4") and time_range(time)[0] > 0
    )
    start, end = watched.open_match(later)
    assert start > 0
    expect(watched.page.locator("#player-title")).to_have_text(names[later])
    watched.wait_for(f"media.paused && time >= {end}")
    assert end <= watched.time < end + 0.5
    watched.page.keyboard.press("r")
    watched.wait_for(f"!media.paused && time < {end} - 1")
    track = watched.page.get_by_role("slider", name="Position in the source")
    box = track.bounding_box()
    assert box
    track.click(position={"x": box["width"] * 0.75, "y": 20})
    duration = float(track.get_attribute("aria-valuemax") or 0)
    watched.wait_for(f"!media.seeking && Math.abs(time - {duration * 0.75}) < 1.5")
    watched.page.locator("#player .scores").first.click(position={"x": 2, "y": 5})
    watched.wait_for("!media.seeking && time < 1.5")


def test_a_match_is_repeated_until_that_is_switched_off(watched: Watched) -> None:
    watched.search("blue")
    start, end = watched.open_match(0)
    watched.page.keyboard.press("l")
    loop = watched.page.get_by_role("button", name="Repeat the match")
    expect(loop).to_have_attribute("aria-pressed", "true")
    watched.page.evaluate(f"document.getElementById('media').currentTime = {end} - 0.2")
    watched.wait_for(f"!media.paused && time < {start} + 2")


def test_everything_works_from_the_keyboard(watched: Watched) -> None:
    page = watched.page
    page.keyboard.press("/")
    page.keyboard.type("green grass")
    page.keyboard.press("Enter")
    expect(watched.count).to_contain_text("green grass")
    expect(page.locator("[data-segment]").first).to_be_visible()
    page.locator("[data-segment] .open").first.focus()
    for key, place in [("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", -1)]:
        page.keyboard.press(key)
        expect(page.locator("[data-segment] .open").nth(place)).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    assert not page.locator("[data-segment] .open").first.evaluate(
        "e => e === document.activeElement"
    )
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    place = page.locator("#player .place")
    expect(place).to_contain_text("Match 1 of")
    page.keyboard.press("n")
    expect(place).to_contain_text("Match 2 of")
    expect(page.locator("[data-segment]").nth(1)).to_have_attribute("aria-current", "true")
    page.keyboard.press("p")
    expect(place).to_contain_text("Match 1 of")
    watched.wait_for("media.readyState >= 2 && !media.paused")
    page.locator("#player").focus()
    page.keyboard.press("Space")
    watched.wait_for("media.paused")
    page.keyboard.press("Home")
    before = watched.time
    page.keyboard.press("ArrowRight")
    watched.wait_for(f"!media.seeking && Math.abs(time - {before} - 1) < 0.1")
    page.keyboard.press("Shift+ArrowLeft")
    watched.wait_for(f"!media.seeking && Math.abs(time - Math.max({before} - 4, 0)) < 0.1")
    page.keyboard.press("x")
    expect(page.locator("#selection")).to_contain_text("1 selected")
    expect(page.locator("[data-segment] input").first).to_be_checked()
    page.keyboard.press("g")
    expect(page.locator(".group").first).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("#player")).to_be_hidden()


def test_filters_limit_the_matches(watched: Watched) -> None:
    page = watched.page
    watched.search(QUERY)
    everything = watched.count.inner_text()

    def pill(name: str) -> None:
        page.locator(".pill", has_text=name).click()

    pill("Sources")
    page.get_by_role("searchbox", name="Part of a name").fill("harbour-d")
    expect(page.locator(".choices li")).to_have_count(2)
    page.locator(".choices label").first.click()
    expect(watched.cards.last).to_contain_text("harbour-dawn.mp4")
    assert set(page.locator(".card .name").all_inner_texts()) == {"harbour-dawn.mp4"}
    page.keyboard.press("Escape")
    expect(page.locator(".pill.active")).to_contain_text("harbour-dawn.mp4")
    page.get_by_role("button", name="Clear filters").click()
    expect(watched.count).to_have_text(everything)

    pill("Modalities")
    page.locator(".weight label", has_text="visual").click()
    expect(watched.cards.first).to_contain_text("audio")
    details = page.locator(".card .detail").all_inner_texts()
    assert all("visual" not in text for text in details)
    page.locator(".weight label", has_text="visual").click()
    expect(watched.count).to_have_text(everything)
    page.get_by_role("slider", name="Weight of audio").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".pill.active")).to_contain_text("visual 1, audio 0.9")
    expect(watched.timed.first.locator(".detail")).to_contain_text(
        re.compile(r"audio -?0\.\d\d, visual")
    )
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Clear filters").click()
    expect(watched.count).to_have_text(everything)

    pill("Least score")
    slider = page.get_by_role("slider", name="Least score")
    high = float(slider.get_attribute("max") or 0)
    slider.evaluate(f"e => {{ e.value = {high * 0.6}; e.dispatchEvent(new Event('change')); }}")
    expect(page.locator(".pill.active")).to_be_visible()
    expect(watched.count).not_to_have_text(everything)
    assert min(scores(watched)) >= high * 0.6 - 0.01
    page.keyboard.press("Escape")

    pill("Metadata")
    page.get_by_role("combobox", name="camera").select_option(label="drone")
    expect(page.locator(".pill.active")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator("#busy")).to_be_hidden()
    watched.cards.first.locator(".open").click()
    expect(page.locator("#player .facts")).to_contain_text("drone")


def test_an_image_is_searched_by_drop_paste_and_file(watched: Watched, tmp_path: Path) -> None:
    page = watched.page
    file = landscapes.image(tmp_path / "purple.jpg", "purple", 9)
    transfer = page.evaluate_handle(
        """(bytes) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(bytes)], "purple.jpg", {type: "image/jpeg"}));
          return transfer;
        }""",
        list(file.read_bytes()),
    )
    page.dispatch_event("body", "dragover", {"dataTransfer": transfer})
    expect(page.locator("#drop")).to_be_visible()
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})
    expect(page.locator("#drop")).to_be_hidden()
    expect(watched.count).to_contain_text("for purple.jpg")
    found = scores(watched)
    assert found[0] > 0.5
    expect(page.locator("#example-image")).to_be_visible()
    page.get_by_role("button", name="Remove the example").click()
    expect(watched.count).to_have_text("60 sources")

    page.evaluate(
        "(clipboardData) => document.dispatchEvent(new ClipboardEvent('paste', {clipboardData}))",
        transfer,
    )
    expect(watched.count).to_contain_text("for purple.jpg")
    assert scores(watched) == found
    watched.search("green")
    expect(page.locator("#example")).to_be_hidden()
    page.set_input_files("#image-file", file)
    expect(watched.count).to_contain_text("for purple.jpg")
    assert scores(watched) == found


def test_what_is_no_image_is_refused_with_a_reason(watched: Watched, tmp_path: Path) -> None:
    file = tmp_path / "broken.jpg"
    file.write_bytes(b"no image")
    watched.page.set_input_files("#image-file", file)
    expect(watched.page.locator(".notice.error")).to_contain_text("no image")
    expect(watched.count).to_have_text("60 sources")
    watched.errors.clear()  # of the console, which names the status


def test_more_like_this_and_the_way_back(watched: Watched) -> None:
    page = watched.page
    watched.search(QUERY)
    expect(page).to_have_title(re.compile("red sunset"))
    name = watched.cards.nth(2).locator(".name").inner_text()
    watched.cards.nth(2).hover()
    watched.cards.nth(2).locator(".like").click()
    expect(watched.count).to_contain_text(f"for Like {name}")
    assert scores(watched)[0] > 0.8
    page.reload()
    expect(watched.count).to_contain_text(f"for Like {name}")
    page.go_back()
    expect(watched.count).to_contain_text(QUERY)
    expect(page.locator("#query")).to_have_value(QUERY)
    page.go_back()
    expect(watched.count).to_have_text("60 sources")


def test_the_matches_of_each_source_stand_below_its_timeline(watched: Watched) -> None:
    page = watched.page
    watched.search(QUERY)
    page.get_by_role("button", name="By source").click()
    titles = page.locator(".group h3").all_inner_texts()
    assert len(set(titles)) == len(titles) > 5
    group = page.locator(".group:has(.strip)").first
    expect(group.locator(".scores").first).to_be_visible()
    label = group.locator(".scores").first.get_attribute("aria-label") or ""
    assert re.fullmatch(r"visual: \d+ segments, scores from -?\d\.\d\d to \d\.\d\d", label)
    box = group.locator(".scores").first.bounding_box()
    assert box
    group.locator(".scores").first.click(position={"x": box["width"] * 0.5, "y": 5})
    expect(page.locator("#player-title")).to_have_text(group.locator("h3").inner_text())


def test_selected_matches_are_saved_linked_and_exported(
    watched: Watched, made: tuple[Sixty, str, Path]
) -> None:
    page = watched.page
    watched.search("blue")
    page.locator(".pill", has_text="Sources").click()
    page.get_by_role("searchbox", name="Part of a name").fill(".mp4")
    for number in range(4):
        page.locator(".choices label").nth(number).click()
    page.keyboard.press("Escape")
    expect(page.locator("#busy")).to_be_hidden()
    sources = set(watched.timed.locator(".name").all_inner_texts()[:2])
    spans = [time_range(text) for text in watched.timed.locator(".time").all_inner_texts()[:2]]
    for number in range(2):
        watched.cards.nth(number).hover()
        watched.cards.nth(number).locator(".pick").click()
    expect(page.locator("#selection")).to_contain_text("2 selected")

    page.get_by_role("button", name="Save clips").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".notice")).to_contain_text("2 clips saved")
    expect(page.locator(".notice")).to_contain_text(str(made[2]))
    files = sorted(made[2].iterdir())
    assert len(files) == 2
    lengths = []
    for file in files:
        with av.open(file) as container:
            lengths.append(sum(1 for _ in container.decode(video=0)) / landscapes.FPS)
    expected = sorted(end - start for start, end in spans)
    assert sorted(lengths) == pytest.approx(expected, abs=1 / landscapes.FPS)

    page.get_by_role("button", name="Copy links").click()
    expect(page.locator(".notice")).to_contain_text("2 links copied")
    lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    for line, (start, end) in zip(lines, spans, strict=True):
        name, _, link = line.partition("\t")
        assert link.startswith("file:///")
        assert link.endswith(f"#t={start:g},{end:g}")
        assert Path(urlsplit(link).path).exists()
        assert name.startswith(Path(urlsplit(link).path).name)

    for name in ENDINGS:
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as download:
            page.locator(".menu button", has_text=re.compile(f"^{name}")).click()
        assert Path(download.value.path()).read_bytes().strip(), name
        # Captions are of one source each: several come as an archive.
        ending = ".zip" if len(sources) > 1 and name in ("SRT", "WebVTT") else ENDINGS[name]
        assert download.value.suggested_filename.endswith(ending)
    page.get_by_role("button", name="Clear the selection").click()
    expect(page.locator("#selection")).to_be_hidden()
    expect(page.locator(".card.selected")).to_have_count(0)


def test_each_kind_of_source_is_played_as_it_can_be(
    watched: Watched, made: tuple[Sixty, str, Path]
) -> None:
    page = watched.page

    def play(name: str) -> None:
        page.locator(".card .open", has_text=name).first.click()
        expect(page.locator("#player-title")).to_have_text(name)

    play("field-recording-1.mp3")
    expect(page.locator("#player .wave")).to_be_visible()
    watched.wait_for("media.readyState >= 2 && media.duration > 11")
    box = page.locator("#player .wave").bounding_box()
    assert box
    page.locator("#player .wave").click(position={"x": box["width"] / 2, "y": 20})
    watched.wait_for("!media.seeking && Math.abs(time - 6) < 2")
    play("still-01.jpg")
    assert (
        page.locator("#player .frame img").evaluate("e => e.decode().then(() => e.naturalWidth)")
        == 640
    )
    play(MISSING)
    expect(page.locator("#player .explanation")).to_contain_text("no such file any more")
    expect(page.locator("#player .facts")).to_contain_text(MISSING)
    play("old-camera-1.avi")
    expect(page.locator("#player .note")).to_contain_text("converted")
    watched.wait_for("media.readyState >= 2 && media.videoWidth > 0")
    play("screen.mkv")
    watched.wait_for("media.readyState >= 2 && media.videoWidth > 0")
    assert f"http://{LINK_HOST}" not in watched.hosts()
    play("far-away.mp4")
    watched.wait_for("media.readyState >= 2 && media.videoWidth > 0")
    assert LINK in watched.requests
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(made[1]))
    assert watched.hosts() == {origin, f"http://{LINK_HOST}"}


def test_a_match_in_a_converted_file_is_played_at_its_time(watched: Watched) -> None:
    watched.search("deep blue water")
    page = watched.page
    page.locator(".pill", has_text="Sources").click()
    page.get_by_role("searchbox", name="Part of a name").fill("old-camera-1")
    page.locator(".choices label").first.click()
    page.keyboard.press("Escape")
    expect(page.locator("#busy")).to_be_hidden()
    card = watched.cards.first
    assert time_range(card.locator(".time").inner_text()) == (4, 8)
    card.locator(".open").click()
    watched.wait_for("media.readyState >= 2 && media.videoWidth > 0")
    slider = page.get_by_role("slider", name="Position in the source")
    assert 4 <= float(slider.get_attribute("aria-valuenow") or 0) <= 8.2
    page.locator("#player .track").click(position={"x": 3, "y": 15})
    watched.wait_for("media.readyState >= 2 && media.videoWidth > 0 && !media.seeking")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("0:0[0-3]"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280", "390"])
def test_nothing_is_cut_off_and_axe_finds_nothing_serious(
    browser: Browser, made: tuple[Sixty, str, Path], axe: str, size: Any, scheme: Any
) -> None:
    is_phone = size == PHONE
    options: dict[str, Any] = {"color_scheme": scheme, "has_touch": is_phone}
    with opened(browser, made[1], size, **options, is_mobile=is_phone) as watched:
        page = watched.page

        def check(state: str) -> None:
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= size[0], state
            found = page.evaluate(f"async () => {{ {axe}; return (await axe.run()).violations; }}")
            serious = {
                violation["id"]: [node["html"] for node in violation["nodes"]]
                for violation in found
                if violation["impact"] in ("serious", "critical")
            }
            assert serious == {}, state

        check("the sources")
        watched.search(QUERY)
        check("the matches")
        watched.cards.nth(1).locator(".pick").click(force=True)
        check("a selection")
        for number in range(page.locator(".pill").count()):
            page.locator(".pill").nth(number).click()
            check(f"panel {number}")
            page.keyboard.press("Escape")
        watched.open_match(0)
        expect(page.locator("#player .scores").first).to_be_visible()
        check("the player")
        if is_phone:
            assert page.locator("#results").evaluate("e => e.inert")
            page.get_by_role("button", name="Close the player").click()
        page.locator("#view-groups").click()
        expect(page.locator(".group .scores").first).to_be_visible()
        check("the sources with their matches")


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The program that finds what people with assistive technology cannot use."""
    npm = shutil.which("npm")
    if npm is None:
        missing("DODECA_AXE", "axe-core needs npm, which comes with Node")
    folder = tmp_path_factory.mktemp("axe")
    packed = subprocess.run(
        [npm, "pack", "--silent", AXE], cwd=folder, capture_output=True, text=True
    )
    if packed.returncode:
        missing("DODECA_AXE", f"npm has no axe-core: {packed.stderr[-2_000:]}")
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        program = archive.extractfile("package/axe.min.js")
        assert program is not None
        return program.read().decode()


class Streams:
    """A library whose videos are streams of the service, but for one that is a link."""

    def __init__(self, library: Library, origin: str) -> None:
        self._library = library
        self._origin = origin

    @property
    def sources(self) -> list[Source]:
        """The sources, at an id of the service; the first one at a link."""
        places = [f"{self._origin}/clip.mp4", *(f"{n:024}" for n in range(60))]
        given = self._library.sources
        return [attrs.evolve(s, location=at) for s, at in zip(given, places, strict=False)]

    def playable(self, source_id: str) -> HlsStream:
        """The stream of any source."""
        return HlsStream(f"{self._origin}/stream.m3u8")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)


def test_a_stream_of_the_service_is_played_from_the_start_of_the_match(
    browser: Browser, made: tuple[Sixty, str, Path], tmp_path: Path
) -> None:
    clip = landscapes.video(tmp_path / "clip.mp4", [("blue", 6, 1), ("green", 6, 2)])
    remux(clip, tmp_path / "stream.m3u8")
    routes = [Mount("/", StaticFiles(directory=tmp_path))]
    allow_page = [Middleware(CORSMiddleware, allow_origins=["*"])]
    app = Starlette(routes=routes, middleware=allow_page)
    with (
        Client.emulated() as client,
        asgi_server.serving(app, host="127.0.0.1", port=0) as origin,
        serving(cast(Library, Streams(open_dataset(made[0].dataset, client), origin))) as url,
        opened(browser, url) as watched,
    ):
        watched.search("blue")
        start, _ = watched.open_match(0)
        watched.wait_for(f"media.videoWidth > 0 && time >= {start}")
        assert f"{origin}/stream.m3u8" in watched.requests
        watched.page.locator("#player .track").click(position={"x": 300, "y": 10})
        watched.wait_for("!media.seeking && media.readyState >= 2")
        watched.page.get_by_role("button", name="Close the player").click()
        expect(watched.page.locator("#player")).to_be_hidden()
