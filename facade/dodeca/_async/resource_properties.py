"""The resources of a client, each imported and made when it is first used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dodeca._base.lazy import cached_property

if TYPE_CHECKING:
    from dodeca._async.resources.analyze import AsyncAnalyze
    from dodeca._async.resources.assets import AsyncAssets
    from dodeca._async.resources.embed import AsyncEmbed
    from dodeca._async.resources.embed_v1 import AsyncEmbedV1
    from dodeca._async.resources.imports import AsyncImports
    from dodeca._async.resources.indexes import AsyncIndexes
    from dodeca._async.resources.search import AsyncSearch
    from dodeca._async.resources.tasks import AsyncTasks
    from dodeca._async.resources.text import AsyncGenerate, AsyncGists, AsyncSummarize
    from dodeca._async.transport import AsyncTransport


class AsyncResourceProperties:
    """What a client has a property for: the groups of operations of the API."""

    _transport: AsyncTransport

    @cached_property
    def embed(self) -> AsyncEmbed:
        """Embed text, images, audio, video and documents (`/embed-v2`).

        >>> await client.embed.video("colours.mp4")
        <Embeddings 10 x 512, audio+visual, asset+clip>
        """
        from dodeca._async.resources import embed

        return embed.AsyncEmbed(self._transport)

    @cached_property
    def embed_v1(self) -> AsyncEmbedV1:
        """Create embeddings with the first embedding API (`/embed`).

        >>> (await client.embed_v1.create(text="red")).text
        <Embeddings 1 x 1024>
        """
        from dodeca._async.resources import embed_v1

        return embed_v1.AsyncEmbedV1(self._transport)

    @cached_property
    def assets(self) -> AsyncAssets:
        """Upload files once and use them by id (`/assets`).

        >>> (await client.assets.retrieve(asset.id)).status
        'ready'
        """
        from dodeca._async.resources import assets

        return assets.AsyncAssets(self._transport)

    @cached_property
    def indexes(self) -> AsyncIndexes:
        """Manage indexes, their videos and their assets (`/indexes`).

        >>> (await client.indexes.retrieve(index.id)).video_count
        1
        """
        from dodeca._async.resources import indexes

        return indexes.AsyncIndexes(self._transport)

    @cached_property
    def tasks(self) -> AsyncTasks:
        """Index videos from files and URLs (`/tasks`).

        >>> client.tasks.list(index_id=index.id)
        <Pages of Task from page 1; iterate them>
        """
        from dodeca._async.resources import tasks

        return tasks.AsyncTasks(self._transport)

    @cached_property
    def imports(self) -> AsyncImports:
        """Import videos from an integration (`/tasks/transfers/import`).

        >>> await client.imports.logs("films")
        []
        """
        from dodeca._async.resources import imports

        return imports.AsyncImports(self._transport)

    @cached_property
    def search(self) -> AsyncSearch:
        """Search an index: `client.search(index_id, ...)` (`/search`).

        >>> hits = await client.search(index.id, "something blue", search_options=["visual"])
        >>> hits.first_page.items[0].start
        5.0
        """
        from dodeca._async.resources import search

        return search.AsyncSearch(self._transport)

    @cached_property
    def analyze(self) -> AsyncAnalyze:
        """Analyze videos and images: `client.analyze(prompt, ...)` (`/analyze`).

        >>> text = (await client.analyze("What happens?", video="colours.mp4")).data
        >>> text.startswith("[dodeca emulator]")
        True
        """
        from dodeca._async.resources import analyze

        return analyze.AsyncAnalyze(self._transport)

    @cached_property
    def generate(self) -> AsyncGenerate:
        """Generate text about a video (`/generate`, retired).

        >>> (await client.generate(video.id, "What happens?")).data[:17]
        '[dodeca emulator]'
        """
        from dodeca._async.resources import text

        return text.AsyncGenerate(self._transport)

    @cached_property
    def summarize(self) -> AsyncSummarize:
        """Generate summaries, chapters and highlights (`/summarize`, retired).

        >>> (await client.summarize(video.id, "chapter")).chapters[0].start_sec
        0.0
        """
        from dodeca._async.resources import text

        return text.AsyncSummarize(self._transport)

    @cached_property
    def gist(self) -> AsyncGists:
        """Generate a title, topics and hashtags (`/gist`, retired).

        >>> len((await client.gist(video.id, ["title"])).title) > 0
        True
        """
        from dodeca._async.resources import text

        return text.AsyncGists(self._transport)
