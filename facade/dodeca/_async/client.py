"""The client: where everything starts."""

from __future__ import annotations

from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from dodeca import _http, _secret
from dodeca._async.embed import AsyncEmbed
from dodeca._async.transport import AsyncTransport
from dodeca.errors import ConfigurationError

if TYPE_CHECKING:
    from dodeca.emulator import Emulator

BASE_URL = "https://api.twelvelabs.io/v1.3"


class AsyncClient:
    """A client of the TwelveLabs Video Understanding API v1.3.

    One client holds one connection pool; make one and share it. Use it in an `async with` block,
    or call `aclose()` at the end.

    Args:
        api_key: the key; without it TWELVELABS_API_KEY, TWELVE_LABS_API_KEY or TL_API_KEY is read.
        base_url: where the API lives.
        timeout: deadline of one call in seconds, retries and waits included. Jobs have their own.
        transport: an httpx transport to send through, for tests and the emulator.

    Raises:
        ConfigurationError: no usable key, or a base URL that is not http(s).
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str = BASE_URL,
        timeout: float = 300.0,
        transport: _http.AsyncTransport | None = None,
    ) -> None:
        self._owned: Emulator | None = None
        self._transport = AsyncTransport(
            key=_secret.api_key(api_key),
            base_url=_checked(base_url),
            timeout=timeout,
            transport=transport,
        )

    @classmethod
    def emulated(cls, **options: Any) -> AsyncClient:
        """A client of the local emulator, in this process: no key, no network.

        `options` are those of `dodeca.emulator.Emulator`: `media` is a folder whose files stand
        for URLs of the same name, `db` a file that keeps the emulator's state.

        Raises:
            ConfigurationError: the extra `emulator` is not installed.
        """
        try:
            from dodeca.emulator import Emulator, EmulatorTransport
        except ImportError as exc:
            raise ConfigurationError(
                f"the emulator needs the extra of that name: pip install 'dodeca[emulator]' ({exc})"
            ) from exc
        emulator = Emulator(**options)
        client = cls("emulated", transport=EmulatorTransport(emulator))
        client._owned = emulator
        return client

    @cached_property
    def embed(self) -> AsyncEmbed:
        """Embeddings of text, images, audio and video (`/embed-v2`)."""
        return AsyncEmbed(self._transport)

    async def aclose(self) -> None:
        """Close the connections, and the emulator that was made for this client."""
        await self._transport.aclose()
        if self._owned is not None:
            self._owned.close()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._transport.base_url}>"


def _checked(base_url: str) -> str:
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigurationError(f"base_url starts with https://, got {base_url!r}")
    if parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise ConfigurationError(
            f"base_url is plain http, which would show the API key to the network: {base_url!r}"
        )
    return base_url.rstrip("/")
