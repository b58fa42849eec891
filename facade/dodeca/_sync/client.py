# From facade/dodeca/_async/client.py by scripts/unasync.py; edit that one.
"""The client: where everything starts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from dodeca._base import html
from dodeca._http import messages
from dodeca._http.api_key import load_api_key
from dodeca._http.settings import BASE_URL, ClientSettings, check_base_url, check_seconds
from dodeca._sync.job import Job, wait_all
from dodeca._sync.transport import Transport
from dodeca.errors import ConfigurationError

if TYPE_CHECKING:
    from dodeca._sync.resources.analyze import Analyze
    from dodeca._sync.resources.assets import Assets
    from dodeca._sync.resources.embed import Embed
    from dodeca._sync.resources.embed_v1 import EmbedV1
    from dodeca._sync.resources.imports import Imports
    from dodeca._sync.resources.indexes import Indexes
    from dodeca._sync.resources.search import Search
    from dodeca._sync.resources.tasks import Tasks
    from dodeca._sync.resources.text import Generate, Gists, Summarize
    from dodeca.emulator import Emulator

T = TypeVar("T")


class Client:
    """A client of the TwelveLabs Video Understanding API v1.3.

    One client holds one set of connections; make one and share it. Use it in an `with`
    block, or call `close()` at the end.

    Args:
        api_key: the key; without it TWELVELABS_API_KEY, TWELVE_LABS_API_KEY or TL_API_KEY is read.
        base_url: where the API lives.
        timeout: deadline of one call in seconds, retries and waits included; a body that is sent
            may take longer, as on a line of 1 Mbit/s. Jobs have their own.
        reconcile_after_sec: how long the service may take to carry out a request. After a create
            without a response, the client waits this long, looks up whether the resource was made,
            and sends the create again only if it was not.
        retry_unknown: retry creates whose outcome is unknown and that cannot be looked up (tasks,
            imports). The resource may then be created twice.
        allow_insecure: allow a `base_url` of plain http that is not on this machine.
        trust_env: use the proxies that the environment names.
        transport: an httpx transport to send through, for tests and the emulator.

    >>> client = Client.emulated()  # no key, no network
    >>> client.embed.text("a red car")
    <Embeddings 1 x 512>

    Raises:
        ConfigurationError: no usable key, or a base URL that is not http(s).
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str = BASE_URL,
        timeout: float = 300.0,
        reconcile_after_sec: float = 10.0,
        retry_unknown: bool = False,
        allow_insecure: bool = False,
        trust_env: bool = True,
        transport: messages.Transport | None = None,
    ) -> None:
        self._owned: Emulator | None = None
        self._transport = Transport(
            key=load_api_key(api_key),
            settings=ClientSettings(
                base_url=check_base_url(base_url, allow_insecure),
                timeout=check_seconds("timeout", timeout),
                reconcile_after_sec=check_seconds("reconcile_after_sec", reconcile_after_sec),
                retry_unknown=retry_unknown,
                trust_env=trust_env,
            ),
            transport=transport,
        )

    @classmethod
    def emulated(cls, **options: Any) -> Client:
        """A client of the local emulator, in this process: no key, no network.

        `options` are those of `dodeca.emulator.Emulator`: `media` is a folder whose files stand
        for URLs of the same name, `db` a file that keeps the emulator's state.

        >>> client = Client.emulated()
        >>> client.embed.text("a red car")
        <Embeddings 1 x 512>

        Raises:
            ConfigurationError: the extra `emulator` is not installed, or cannot use the options.
        """
        import sqlite3

        try:
            from dodeca.emulator import Emulator, EmulatorTransport
        except ImportError as exc:
            raise ConfigurationError(
                f"the emulator needs the extra of that name: pip install 'dodeca[emulator]' ({exc})"
            ) from exc
        try:
            emulator = Emulator(**options)
        except sqlite3.Error as exc:
            what = f"db={options.get('db')!r} cannot keep the emulator's state"
            raise ConfigurationError(f"{what}: {exc}") from exc
        except (OSError, TypeError, ValueError) as exc:
            raise ConfigurationError(f"no emulator has these options: {exc}") from exc
        client = cls("emulated", transport=EmulatorTransport(emulator))
        client._owned = emulator
        return client

    @cached_property
    def embed(self) -> Embed:
        """Embeddings of text, images, audio and video (`/embed-v2`).

        >>> client.embed.video("colours.mp4")
        <Embeddings 10 x 512, audio+visual, asset+clip>
        """
        from dodeca._sync.resources import embed

        return embed.Embed(self._transport)

    @cached_property
    def embed_v1(self) -> EmbedV1:
        """Embeddings of the first API (`/embed`).

        >>> client.embed_v1.create(text="red").text
        <Embeddings 1 x 1024>
        """
        from dodeca._sync.resources import embed_v1

        return embed_v1.EmbedV1(self._transport)

    @cached_property
    def assets(self) -> Assets:
        """Files uploaded once and used by id (`/assets`).

        >>> client.assets.retrieve(asset.id).status
        'ready'
        """
        from dodeca._sync.resources import assets

        return assets.Assets(self._transport)

    @cached_property
    def indexes(self) -> Indexes:
        """Indexes, their videos and their assets (`/indexes`).

        >>> client.indexes.retrieve(index.id).video_count
        1
        """
        from dodeca._sync.resources import indexes

        return indexes.Indexes(self._transport)

    @cached_property
    def tasks(self) -> Tasks:
        """Indexing videos from files and URLs (`/tasks`).

        >>> client.tasks.list(index_id=index.id)
        <Pages of Task from page 1; iterate them>
        """
        from dodeca._sync.resources import tasks

        return tasks.Tasks(self._transport)

    @cached_property
    def imports(self) -> Imports:
        """Imports from integrations (`/tasks/transfers/import`).

        >>> client.imports.logs("films")
        []
        """
        from dodeca._sync.resources import imports

        return imports.Imports(self._transport)

    @cached_property
    def search(self) -> Search:
        """Search an index: `client.search(index_id, ...)` (`/search`).

        >>> hits = client.search(index.id, "something blue", search_options=["visual"])
        >>> hits.first_page.items[0].start
        5.0
        """
        from dodeca._sync.resources import search

        return search.Search(self._transport)

    @cached_property
    def analyze(self) -> Analyze:
        """Text about videos: `client.analyze(prompt, ...)` (`/analyze`).

        >>> text = client.analyze("What happens?", video_id=video.id).data
        >>> text.startswith("[dodeca emulator]")
        True
        """
        from dodeca._sync.resources import analyze

        return analyze.Analyze(self._transport)

    @cached_property
    def generate(self) -> Generate:
        """Open-ended text about a video (`/generate`, retired).

        >>> client.generate(video.id, "What happens?").data[:17]
        '[dodeca emulator]'
        """
        from dodeca._sync.resources import text

        return text.Generate(self._transport)

    @cached_property
    def summarize(self) -> Summarize:
        """Summaries, chapters and highlights (`/summarize`, retired).

        >>> client.summarize(video.id, "chapter").chapters[0].start_sec
        0.0
        """
        from dodeca._sync.resources import text

        return text.Summarize(self._transport)

    @cached_property
    def gist(self) -> Gists:
        """Title, topics and hashtags (`/gist`, retired).

        >>> len(client.gist(video.id, ["title"]).title) > 0
        True
        """
        from dodeca._sync.resources import text

        return text.Gists(self._transport)

    def wait_all(
        self, jobs: Iterable[Job[T]], *, timeout: float = 3600.0, progress: bool = False
    ) -> Iterator[Job[T]]:
        """Many jobs, each given as soon as it is done, whether ready or failed.

        The lists of the service tell which ones still run, so that a thousand jobs cost some
        twenty requests every few seconds instead of a thousand. `job.result()` gives the result
        of each or raises its failure. `timeout` is in seconds, for all of them together;
        `progress` shows how many are done (extra `progress`).

        >>> jobs = [client.embed.tasks.video("colours.mp4") for _ in range(2)]
        >>> [job.status for job in client.wait_all(jobs)]
        ['ready', 'ready']

        Raises:
            WaitTimeout: the deadline came first; names the first job that was still running.
            APIError: the service answered a poll with an error status.
        """
        return wait_all(jobs, timeout=timeout, progress=progress)

    def close(self) -> None:
        """Close the connections, and the emulator that was made for this client.

        >>> other = Client.emulated()
        >>> other.close()
        """
        self._transport.close()
        if self._owned is not None:
            self._owned.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        where = self._transport.base_url if self._owned is None else "the emulator"
        return f"<{type(self).__name__} of {where}>"

    def _repr_html_(self) -> str:
        return html.paragraph(repr(self)[1:-1])
