"""A page in a browser, whose requests and errors are kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

DESKTOP, PHONE = (1280, 860), (390, 844)
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)


class Watched:
    """A page of a library, opened."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.url = url
        self.context = context
        self.requests: list[str] = []
        self.errors: list[str] = []
        context.set_default_timeout(PATIENCE_MS)
        context.on("request", lambda request: self.requests.append(request.url))
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._note)
        self.page.goto(url)
        expect(self.cards.first).to_be_visible()

    def _note(self, message: Any) -> None:
        # A thumbnail that cannot be made is a 404, and its card shows an icon.
        if message.type == "error" and "status of 404" not in message.text:
            self.errors.append(message.text)

    @property
    def cards(self) -> Locator:
        """The cards of sources or matches."""
        return self.page.locator(".card")

    @property
    def timed(self) -> Locator:
        """The cards of matches that have times: those of videos and audio."""
        return self.page.locator("[data-segment]:has(.time)")

    @property
    def count(self) -> Locator:
        """The heading that says how many there are."""
        return self.page.locator("#count")

    def search(self, text: str) -> None:
        """Search for a text, and wait for its matches."""
        self.page.fill("#query", text)
        self.page.press("#query", "Enter")
        expect(self.count).to_contain_text(f"“{text}”")
        expect(self.page.locator("#busy")).to_be_hidden()

    def open_match(self, index: int) -> tuple[float, float]:
        """Click one of those and wait until it plays; returns its start and end in seconds."""
        card = self.timed.nth(index)
        card.locator(".open").click()
        start, end = time_range(card.locator(".time").inner_text())
        self.wait_for(f"media.readyState >= 2 && !media.seeking && time >= {start} - 0.05")
        return start, end

    def wait_for(self, condition: str) -> None:
        """Wait for a condition on `media`, the element, and `time`, its position in seconds."""
        code = (
            "() => { const media = document.getElementById('media'); if (!media) return false;"
            f" const time = media.currentTime; return Boolean({condition}); }}"
        )
        self._poll(code)

    def wait_for_pictures(self) -> None:
        """Wait until all images within the window are there."""
        self._poll("""() => [...document.images].every((image) => {
          if (!image.getClientRects().length) return true;
          const { top, bottom } = image.getBoundingClientRect();
          return bottom < 0 || top > innerHeight || image.complete && image.naturalWidth > 0;
        })""")

    def _poll(self, code: str) -> None:
        # The policy of the page forbids what `wait_for_function` does.
        for _ in range(PATIENCE_MS // 50):
            if self.page.evaluate(code):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never true: {code}")

    @property
    def time(self) -> float:
        """The position of the media element."""
        position: float = self.page.evaluate("document.getElementById('media').currentTime")
        return position

    def hosts(self) -> set[str]:
        """The origins that were asked for anything."""
        parts = [urlsplit(url) for url in self.requests]
        return {f"{part.scheme}://{part.netloc}" for part in parts if part.scheme != "blob"}


@contextmanager
def opened(
    browser: Browser, url: str, size: tuple[int, int] = DESKTOP, **options: Any
) -> Iterator[Watched]:
    """Open a page of this size; at the end it must not have reported an error."""
    viewport: Any = dict(zip(("width", "height"), size, strict=True))
    context = browser.new_context(viewport=viewport, **options)
    try:
        watched = Watched(context, url)
        yield watched
        assert watched.errors == []
    finally:
        context.close()


def time_range(text: str) -> tuple[float, float]:
    """The start and end that a card shows, in seconds."""
    start, end = (_seconds(part) for part in text.split(" \N{EN DASH} "))
    return start, end


def _seconds(text: str) -> float:
    seconds = 0.0
    for part in text.split(":"):
        seconds = seconds * 60 + float(part)
    return seconds
