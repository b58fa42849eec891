"""Which requests are answered: those of the page itself, from this machine, with the token."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hmac import compare_digest
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dodeca._base.addresses import is_loopback

_MAX_ORIGINS = 64
_ORIGIN = re.compile(r"https?://[a-z0-9.\-\[\]:]+")

MEDIA_POLICY = "default-src 'none'; sandbox"
"""The content security policy of media: an SVG or HTML file must not run scripts."""


class Guard:
    """Passes a request on if it is for this machine, from the page, and has the token.

    The first segment of the path is the token; the application behind sees the path without it. A
    page elsewhere may have its name resolved to 127.0.0.1, so the host has to be this machine. What
    a page of another origin sends is refused, even if that page knows the token.
    """

    def __init__(self, app: ASGIApp, token: str, policy: str) -> None:
        self._app = app
        self._token = token.encode()
        self._headers = {**_HEADERS, "content-security-policy": policy}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to a request."""
        if scope["type"] != "http":
            return
        token, slash, rest = scope["path"].removeprefix("/").partition("/")
        refusal = _refusal(Headers(scope=scope), is_page=not rest)
        app: ASGIApp
        if refusal is not None:
            app = refusal
        elif not compare_digest(token.encode("utf-8", "replace"), self._token):
            app = PlainTextResponse("Not found", 404)
        elif not slash:  # relative addresses in the page need the slash
            app = Response(status_code=307, headers={"location": f"/{token}/"})
        else:
            scope = {**scope, "path": f"/{rest}", "raw_path": None, "root_path": ""}
            app = self._app

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await app(scope, receive, send_with_headers)


_HEADERS = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",  # the address has the token
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def _refusal(headers: Headers, *, is_page: bool) -> Response | None:
    """The response to a request that is not of the page on this machine; None for all others."""
    host = headers.get("host", "")
    if not _is_this_machine(host):
        text = "This page is for this machine only: open it as 127.0.0.1 or localhost."
        return PlainTextResponse(text, 421)
    origin = headers.get("origin")
    if origin is not None and origin.lower() != f"http://{host.lower()}":
        return PlainTextResponse("Requests of other origins are refused.", 403)
    site = headers.get("sec-fetch-site", "none")
    # A link to the page may be anywhere, such as in a notebook.
    is_visit = is_page and headers.get("sec-fetch-dest") == "document"
    if site not in ("none", "same-origin") and not is_visit:
        return PlainTextResponse("Requests of other origins are refused.", 403)
    return None


def _is_this_machine(host: str) -> bool:
    name = re.sub(r":\d{1,5}$", "", host)
    return is_loopback(name.strip("[]"))


def content_policy(origins: Iterable[str], *, has_streams: bool) -> str:
    """The content security policy of the page.

    Everything comes from its own origin, but the media that the library refers to: those of
    `origins`, or of any where there are too many to name, or streams whose origin is not known yet.
    """
    named = sorted(set(origins))
    is_any = has_streams or len(named) > _MAX_ORIGINS
    remote = "".join(f" {each}" for each in (["https:", *_plain(named)] if is_any else named))
    streams = remote if has_streams else ""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:{remote}; "
        f"media-src 'self' blob:{remote}; connect-src 'self'{streams}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _plain(origins: list[str]) -> list[str]:
    """The origins that `https:` does not stand for."""
    return [each for each in origins if each.startswith("http:")][:_MAX_ORIGINS]


def origin_of(url: str) -> str | None:
    """The origin of a URL, as a policy names it; None for what is no address of a server."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port is not None else ""
        name = (parts.hostname or "").encode("idna").decode()
    except ValueError:
        return None
    host = f"[{name}]" if ":" in name else name
    origin = f"{parts.scheme}://{host}{port}"
    return origin if _ORIGIN.fullmatch(origin) else None
