"""The page in a browser, over a few files: what every run of the tests makes sure of."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from dodeca.browse import serving
from dodeca.library import Library
from tests.chromium import launched

from .conftest import HOSTILE
from .watched import PHONE, opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


def test_a_match_is_found_and_played_and_nothing_is_loaded_from_elsewhere(
    browser: Browser, library: Library
) -> None:
    with serving(library) as url, opened(browser, url) as watched:
        expect(watched.cards).to_have_count(len(library.sources))
        watched.search("blue")
        first = watched.page.locator("[data-segment]").first
        assert first.locator(".name").inner_text() in ("clip.mp4", "clip.mkv")
        expect(watched.page.locator("#queries")).to_contain_text("sent")
        names = watched.timed.locator(".name").all_inner_texts()
        start, end = watched.open_match(names.index("clip.mp4"))
        assert (start, end) == (4, 8)
        assert start - 0.05 <= watched.time < end
        watched.page.keyboard.press("ArrowLeft")
        assert watched.hosts() == {url.rpartition("/")[0].rpartition("/")[0]}


def test_a_hostile_name_is_text_and_nothing_more(browser: Browser, library: Library) -> None:
    if HOSTILE not in [source.name for source in library.sources]:
        pytest.skip("this system allows no such file names")
    with serving(library) as url, opened(browser, url) as watched:
        shown = watched.page.locator(".card .name").all_text_contents()
        assert HOSTILE in shown
        watched.page.locator(".card", has_text="alert(1)").locator(".open").click()
        assert watched.page.locator("#player-title").text_content() == HOSTILE
        watched.page.locator(".pill", has_text="Sources").click()
        expect(watched.page.locator(".choices")).to_contain_text("alert(1)")
        scripts = watched.page.locator("script").evaluate_all("all => all.map((e) => e.src)")
        assert scripts == [f"{url}static/app.js"]
        assert watched.page.locator("img[src=x]").count() == 0


def test_a_selection_with_an_image_is_cut_and_exported_without_it(
    browser: Browser, library: Library, tmp_path: Path
) -> None:
    with serving(library, clips=tmp_path / "clips") as url, opened(browser, url) as watched:
        page = watched.page
        watched.search("red")
        for name in ("red.jpg", "clip.mp4"):
            page.locator(".card", has_text=name).first.locator(".pick").click(force=True)
        expect(page.locator("#selection")).to_contain_text("2 selected")
        page.get_by_role("button", name="Save clips").click()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator(".notice")).to_contain_text("1 clip saved")
        expect(page.locator(".notice")).to_contain_text("1 match without a time range left out")
        assert len(list((tmp_path / "clips").iterdir())) == 1

        page.get_by_role("button", name="Export").click()  # which no message may cover
        with page.expect_download() as download:
            page.locator(".menu button", has_text="SRT").click()
        assert "-->" in Path(download.value.path()).read_text(encoding="utf-8")

        page.locator(".card", has_text="clip.mp4").first.locator(".pick").click(force=True)
        expect(page.locator("#selection")).to_contain_text("1 selected")
        page.get_by_role("button", name="Save clips").click()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator(".notice")).to_contain_text("Nothing selected has a time range")


def test_a_long_query_leaves_room_for_its_matches(browser: Browser, library: Library) -> None:
    with serving(library) as url, opened(browser, url) as watched:
        watched.search("blue" + " blue" * 399)
        box = watched.cards.first.bounding_box()
        assert box
        assert box["y"] < 400


def test_the_buttons_of_the_player_fit_a_phone(browser: Browser, library: Library) -> None:
    with serving(library) as url, opened(browser, url, PHONE) as watched:
        watched.search("blue")
        watched.open_match(0)
        button = watched.page.locator("#select")
        button.click()
        expect(button).to_have_text("Selected")
        assert button.evaluate("e => e.scrollWidth <= e.clientWidth")
