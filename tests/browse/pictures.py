"""Pictures of the page for the documentation: `python -m tests.browse.pictures`."""

from collections.abc import Callable
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, expect

from dodeca.browse import serving
from dodeca.library import open_dataset
from tests.chromium import launched

from .sixty import sixty
from .watched import DESKTOP, PHONE, Watched, opened

FOLDER = Path(__file__).parents[2] / "facade/docs/pictures"
QUERY = "a red sunset over the hills"


def main() -> None:
    """Make the library, open its page in each size and colour scheme, and write the pictures."""
    with (
        TemporaryDirectory(prefix="footage-") as folder,
        sixty(Path(folder), Path(folder)) as (made, client),
        serving(open_dataset(made.dataset, client), clips=Path(folder) / "clips") as url,
        launched("--autoplay-policy=no-user-gesture-required") as browser,
    ):
        write(browser, url)


def write(browser: Browser, url: str) -> None:
    """Write all pictures of the page at this address."""
    for scheme, size in product(("light", "dark"), (DESKTOP, PHONE)):
        options: dict[str, Any] = {"color_scheme": scheme, "is_mobile": size == PHONE}
        with opened(browser, url, size, **options) as watched:
            for name, show in STATES.items():
                show(watched)
                watched.wait_for_pictures()
                picture = FOLDER / f"browse-{name}-{size[0]}-{scheme}.png"
                if name in SHOWN.get((size, scheme), ()):
                    watched.page.screenshot(path=picture)


def _search(watched: Watched) -> None:
    watched.search(QUERY)


def _play(watched: Watched) -> None:
    start, _ = watched.open_match(2)
    watched.wait_for(f"time >= {start} + 1")
    watched.page.evaluate("document.getElementById('media').pause()")
    expect(watched.page.locator("#player .scores").first).to_be_visible()


def _group(watched: Watched) -> None:
    for _ in range(2):
        watched.page.keyboard.press("x")
        watched.page.keyboard.press("n")
    watched.page.keyboard.press("Escape")
    watched.page.locator("#view-groups").click()
    watched.page.evaluate("scrollTo(0, 0)")
    expect(watched.page.locator(".scores").first).to_be_visible()


STATES: dict[str, Callable[[Watched], None]] = {
    "sources": lambda watched: None,
    "matches": _search,
    "player": _play,
    "groups": _group,
}
SHOWN = {
    (DESKTOP, "light"): ("sources", "matches", "player", "groups"),
    (DESKTOP, "dark"): ("player",),
    (PHONE, "light"): ("matches",),
    (PHONE, "dark"): ("player",),
}

if __name__ == "__main__":
    main()
