"""The page in a browser: clicks, keys, both widths and colour schemes; nothing leaves it."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from dodeca import report
from tests.depth import depth

from .videos import QUERIES, embedded, library, video

WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    report.write(path, *embedded())
    return path


class Watched:
    """A page, the requests it made, and the errors it logged."""

    def __init__(self, browser: Browser, target: Path, width: str, **options: Any) -> None:
        wide, high = WIDTHS[width]
        self.context = browser.new_context(viewport={"width": wide, "height": high}, **options)
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.context.route("**/*", self._note)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(target.as_uri())
        until(self.page, "player.readyState >= 2")

    def _note(self, route: Route) -> None:
        self.requests.append(route.request.url)
        route.continue_()

    def time(self) -> float:
        """The position of the player, once it has arrived."""
        until(self.page, "!player.seeking")
        return float(self.page.evaluate("player.currentTime"))


def until(page: Page, condition: str) -> None:
    """Wait; the page's policy forbids what the browser's driver would wait with."""
    deadline = time.monotonic() + 30
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, condition
        page.wait_for_timeout(20)


@pytest.fixture(params=["desktop", "phone"])
def watched(browser: Browser, target: Path, request: pytest.FixtureRequest) -> Iterator[Watched]:
    yield from watching(browser, target, request.param)


def watching(browser: Browser, target: Path, width: str) -> Iterator[Watched]:
    """A page that must log no error, and request nothing but itself."""
    opened = Watched(browser, target, width)
    yield opened
    outside = [u for u in opened.requests if u != target.as_uri() and not u.startswith("data:")]
    opened.context.close()
    assert outside == []
    assert opened.errors == []


def click(page: Page, selector: str, share: float, row: int = 0) -> None:
    box = page.locator(selector).nth(row).bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)


def test_a_click_on_a_timeline_seeks_to_that_time(watched: Watched) -> None:
    for row, share in enumerate((0.1, 0.5, 0.75, 0.9)):
        watched.page.locator(".scores").nth(row).scroll_into_view_if_needed()
        click(watched.page, ".scores", share, row)
        assert watched.time() == pytest.approx(20 * share, abs=0.1)
    playhead = watched.page.locator(".scores .playhead").first
    assert float(playhead.get_attribute("x1") or 0) == pytest.approx(9000, abs=50)


def test_a_click_on_the_thumbnails_seeks_and_dragging_follows(watched: Watched) -> None:
    page = watched.page
    page.locator(".track").scroll_into_view_if_needed()
    click(page, ".track", 0.3)
    assert watched.time() == pytest.approx(6, abs=0.1)
    box = page.locator(".track").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 10)
    page.mouse.up()
    assert watched.time() == pytest.approx(12, abs=0.1)
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + 10)
    assert watched.time() == pytest.approx(12, abs=0.1)


def test_the_best_matches_lead_to_their_times(watched: Watched) -> None:
    watched.page.locator(".matches.q1 button").first.click()
    assert watched.time() == 0
    watched.page.locator(".query.q2 h3 button").click()
    assert watched.page.locator(".matches.q1").is_hidden()
    watched.page.locator(".matches.q2 button").first.click()
    assert watched.time() == pytest.approx(9, abs=0.05)


def test_keys(watched: Watched) -> None:
    page = watched.page
    keys = [
        *(("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("Shift+ArrowRight", 6)),
        *(("Shift+ArrowLeft", 1), ("ArrowLeft", 0), ("ArrowLeft", 0), ("End", 20), ("Home", 0)),
        *(("2", 9), ("1", 0)),
    ]
    for key, expected in keys:
        page.keyboard.press(key)
        assert watched.time() == pytest.approx(expected, abs=0.06), key
    assert page.locator(".query.q1 h3 button").get_attribute("aria-pressed") == "true"
    page.keyboard.press("Space")
    until(page, "!player.paused && player.currentTime > 0.2")
    page.keyboard.press("Space")
    assert page.evaluate("player.paused")
    slider = page.get_by_role("slider", name="Position in seconds")
    page.keyboard.press("2")
    assert slider.get_attribute("aria-valuetext") == "0:09"


def test_a_digit_again_leads_to_the_next_match(watched: Watched) -> None:
    matches = watched.page.evaluate("data.queries[1].map(([, start]) => start)")
    for expected in [*matches, matches[0]]:
        watched.page.keyboard.press("2")
        assert watched.time() == pytest.approx(expected, abs=0.06)


def test_everything_can_be_reached_with_the_tab_key(watched: Watched) -> None:
    page = watched.page
    seen = set()
    for _ in range(20):
        page.keyboard.press("Tab")
        seen.add(
            page.evaluate("document.activeElement.className || document.activeElement.localName")
        )
        seen.add(page.evaluate("document.activeElement.textContent.trim()"))
    assert {"video", "track", f"1{QUERIES[0]}", f"2{QUERIES[1]}"} <= seen
    page.locator(".track").focus()
    page.keyboard.press("ArrowRight")
    assert watched.time() == pytest.approx(1, abs=0.06)


@pytest.mark.parametrize("count", depth(["target"], deep=["target", "several"]))
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_cut_off_and_text_can_be_read(
    browser: Browser, request: pytest.FixtureRequest, width: str, scheme: Any, count: str
) -> None:
    opened = Watched(browser, request.getfixturevalue(count), width, color_scheme=scheme)
    page = opened.page
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width][0]
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 10
    assert {text: ratio for text, ratio in contrasts if ratio < 4.5} == {}
    opened.context.close()


def test_the_policy_stops_what_would_load_from_outside(watched: Watched) -> None:
    page = watched.page
    page.evaluate("""() => {
      const image = new Image();
      image.src = "https://outside.invalid/x.png";
      document.body.append(image);
      return fetch("https://outside.invalid/").catch(() => null);
    }""")
    assert not any("outside.invalid" in url for url in watched.requests)
    assert any("Content Security Policy" in text for text in watched.errors)
    watched.errors.clear()


def test_a_page_whose_media_lie_beside_it_plays_them(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "EMBEDDED_BYTES", 1000)
    clip = tmp_path / "my video #1.mp4"
    clip.write_bytes(video().read_bytes())
    target = tmp_path / "pages" / "report.html"
    target.parent.mkdir()
    report.write(target, *embedded(), media=clip)
    opened = Watched(browser, target, "desktop")
    click(opened.page, ".scores", 0.5)
    assert opened.time() == pytest.approx(10, abs=0.1)
    assert set(opened.requests) == {target.as_uri(), clip.as_uri()}
    assert opened.errors == []
    opened.context.close()


# Several files


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("several") / "report.html"
    report.write(path, library(), embedded()[1])
    return path


@pytest.fixture(params=depth(["desktop"], deep=["desktop", "phone"]))
def opened(browser: Browser, several: Path, request: pytest.FixtureRequest) -> Iterator[Watched]:
    yield from watching(browser, several, request.param)


def visible(page: Page) -> list[str]:
    """The names of the files whose players can be seen."""
    return [
        player.get_attribute("aria-label") or ""
        for player in page.locator("video").all()
        if player.is_visible()
    ]


def test_a_click_on_a_timeline_plays_its_file(opened: Watched) -> None:
    page = opened.page
    assert visible(page) == ["colours.mp4"]
    for file, (name, duration) in enumerate([("colours.mp4", 20), ("garden.mp4", 8)]):
        track = page.locator(".track").nth(file)
        track.scroll_into_view_if_needed()
        click(page, ".track", 0.5, file)
        assert opened.time() == pytest.approx(duration / 2, abs=0.1)
        assert visible(page) == [name]
        assert page.locator("#playing").text_content() == name
        assert track.get_attribute("aria-valuetext") == f"0:{duration // 2:02}"
    assert page.evaluate("players[0].currentTime") == pytest.approx(10, abs=0.1)


def test_the_best_matches_are_those_of_all_files(opened: Watched) -> None:
    page = opened.page
    page.locator(".matches.q1 button").first.click()
    assert (visible(page), opened.time()) == (["colours.mp4"], 0)
    names = page.locator(".matches.q1 .file").all_text_contents()
    assert set(names) == {"colours.mp4", "garden.mp4"}
    page.locator(".matches.q1 button").nth(names.index("garden.mp4")).click()
    assert visible(page) == ["garden.mp4"]
    assert opened.time() == pytest.approx(4, abs=0.06)  # where it is red
    for name in names:
        page.keyboard.press("1")
        assert visible(page) == [name]


def test_a_file_is_chosen_by_its_heading_and_keys_move_in_it(opened: Watched) -> None:
    page = opened.page
    page.locator(".timeline > header button").nth(1).click()
    assert visible(page) == ["garden.mp4"]
    page.keyboard.press("ArrowRight")
    assert opened.time() == pytest.approx(1, abs=0.06)
    page.keyboard.press("End")
    assert opened.time() == pytest.approx(8, abs=0.06)
    page.locator(".track").nth(2).focus()
    assert visible(page) == ["tones.wav"]
    page.keyboard.press("ArrowRight")
    assert opened.time() == pytest.approx(1, abs=0.06)


# The text of leaf elements with its contrast against the first opaque background behind it.
CONTRASTS = """() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = channels(colour).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const background = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return (channels(colour)[3] ?? 1) === 0 ? background(element.parentElement) : colour;
  };
  return [...document.querySelectorAll("main *")]
    .filter((e) => !e.children.length && e.textContent.trim() && e.offsetParent)
    .map((e) => {
      const [a, b] = [light(getComputedStyle(e).color), light(background(e))];
      return [e.textContent.trim(), (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
    });
}"""
