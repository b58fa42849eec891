"""A browser for the tests of pages, where there is one: Debian's Chromium, headless."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.requirement import missing

CHROMIUM = Path(os.environ.get("DODECA_CHROMIUM", "/usr/bin/chromium"))
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@contextmanager
def launched(*args: str) -> Iterator[Browser]:
    """The browser, started with these arguments, too."""
    if not CHROMIUM.exists():
        reason = f"the page is tested in Chromium, and {CHROMIUM} does not exist"
        missing("DODECA_BROWSER", f"{reason}; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=[*QUIET, *args])
        yield browser
        browser.close()
