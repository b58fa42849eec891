# From facade/dodeca/_async/resource_properties.py by scripts/unasync.py; edit that one.
"""The resources of a client, each imported and made when it is first used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dodeca._base.lazy import cached_property

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
    from dodeca._sync.transport import Transport


class ResourceProperties:
    """What a client has a property for: the groups of operations of the API."""

    _transport: Transport

    @cached_property
    def embed(self) -> Embed:
        """Embed text, images, audio, video and documents (`/embed-v2`).

        >>> client.embed.video("colours.mp4")
        <Embeddings 10 x 512, audio+visual, asset+clip>
        """
        from dodeca._sync.resources import embed

        return embed.Embed(self._transport)

    @cached_property
    def embed_v1(self) -> EmbedV1:
        """Create embeddings with the first embedding API (`/embed`).

        >>> client.embed_v1.create(text="red").text
        <Embeddings 1 x 1024>
        """
        from dodeca._sync.resources import embed_v1

        return embed_v1.EmbedV1(self._transport)

    @cached_property
    def assets(self) -> Assets:
        """Upload files once and use them by id (`/assets`).

        >>> client.assets.retrieve(asset.id).status
        'ready'
        """
        from dodeca._sync.resources import assets

        return assets.Assets(self._transport)

    @cached_property
    def indexes(self) -> Indexes:
        """Manage indexes, their videos and their assets (`/indexes`).

        >>> client.indexes.retrieve(index.id).video_count
        1
        """
        from dodeca._sync.resources import indexes

        return indexes.Indexes(self._transport)

    @cached_property
    def tasks(self) -> Tasks:
        """Index videos from files and URLs (`/tasks`).

        >>> client.tasks.list(index_id=index.id)
        <Pages of Task from page 1; iterate them>
        """
        from dodeca._sync.resources import tasks

        return tasks.Tasks(self._transport)

    @cached_property
    def imports(self) -> Imports:
        """Import videos from an integration (`/tasks/transfers/import`).

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
        """Analyze videos and images: `client.analyze(prompt, ...)` (`/analyze`).

        >>> text = client.analyze("What happens?", video="colours.mp4").data
        >>> text.startswith("[dodeca emulator]")
        True
        """
        from dodeca._sync.resources import analyze

        return analyze.Analyze(self._transport)

    @cached_property
    def generate(self) -> Generate:
        """Generate text about a video (`/generate`, retired).

        >>> client.generate(video.id, "What happens?").data[:17]
        '[dodeca emulator]'
        """
        from dodeca._sync.resources import text

        return text.Generate(self._transport)

    @cached_property
    def summarize(self) -> Summarize:
        """Generate summaries, chapters and highlights (`/summarize`, retired).

        >>> client.summarize(video.id, "chapter").chapters[0].start_sec
        0.0
        """
        from dodeca._sync.resources import text

        return text.Summarize(self._transport)

    @cached_property
    def gist(self) -> Gists:
        """Generate a title, topics and hashtags (`/gist`, retired).

        >>> len(client.gist(video.id, ["title"]).title) > 0
        True
        """
        from dodeca._sync.resources import text

        return text.Gists(self._transport)
