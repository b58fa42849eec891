# From facade/dodeca/_async/bulk_service.py by scripts/unasync.py; edit that one.
"""The requests of a bulk run, one per method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import attrs

from dodeca._base.concurrency import blocking
from dodeca._base.media_types import Kind
from dodeca._calls import embed_blocks, embed_requests, library_requests
from dodeca._calls.operation import RawResponse, request
from dodeca._http.api_key import load_api_key
from dodeca._http.settings import ClientSettings
from dodeca._sync.resources.assets import Assets, find_marked
from dodeca._sync.resources.embed_call import create_embeddings
from dodeca._sync.resources.embed_tasks import EmbedTasks
from dodeca._sync.transport import Transport
from dodeca.bulk.options import EmbedOptions
from dodeca.bulk.steps import Embedded, Submitted, Uploaded
from dodeca.errors import ConfigurationError, NotFoundError
from dodeca.media import Media
from dodeca_api.api.embed_v2_tasks import embed_v2_tasks_create

if TYPE_CHECKING:
    from dodeca.embeddings import Embeddings

_MARKER_KEY = "dodeca_input"


class BulkService:
    """The requests of a bulk run. A 429 is raised at once: the limiter of the run handles it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport.without_throttle_retries()
        self._assets = Assets(self._transport)
        self._tasks = EmbedTasks(self._transport)

    def factory(self) -> BulkServiceFactory:
        """A function that connects to the same service in another process.

        Raises:
            ConfigurationError: the client has its own transport, which works in this process only.
        """
        if self._transport.custom is not None:
            raise ConfigurationError("a client with its own transport cannot be used on Ray")
        return BulkServiceFactory(self._transport.settings)

    def embed(self, kind: str, source: Media | str, options: EmbedOptions) -> Embedded:
        """Embed a text, or media that fit into one synchronous request (`POST /embed-v2`)."""
        request_options = options.request()
        if isinstance(source, str):
            body = embed_requests.text(source, request_options)
        elif kind == "image":
            body = embed_requests.image(source, request_options)
        else:
            body = embed_blocks.one_call(cast(Kind, kind), source, options.block(), request_options)
        return create_embeddings(self._transport, body)

    def upload(self, media: Media, marker: str) -> Uploaded:
        """Create an asset with a marker in its user metadata (`POST /assets`)."""
        job = self._assets.upload(media, user_metadata={_MARKER_KEY: marker})
        return job.id, job.done, {}

    def find_asset(self, marker: str, since: float) -> str | None:
        """The id of the asset with a marker, if one was created after a Unix time."""
        found = find_marked(self._assets, _MARKER_KEY, marker, since)
        return None if found is None else found.id

    def asset_is_ready(self, asset_id: str) -> bool:
        """Whether an asset is ready to use; raises `JobFailed` if it failed."""
        job = self._assets.job(asset_id)
        return job.done and job.result() is not None

    def submit(self, kind: str, media: Media, options: EmbedOptions) -> Submitted:
        """Create an embedding task (`POST /embed-v2/tasks`)."""
        request_options = options.request()
        media_kind = cast(Kind, kind)
        block = embed_blocks.block(media_kind, media, options.block(), request_options)
        body = embed_requests.task(media_kind, block, request_options)
        call = request(embed_v2_tasks_create, body=body)

        def read(response: RawResponse) -> Submitted:
            return library_requests.read_created_task(response)[0], response.headers

        return self._transport.fetch(call, read)

    def task_result(self, task_id: str) -> Embeddings | None:
        """The vectors of a task, None while it runs; raises `JobFailed` if it failed."""
        job = self._tasks.retrieve(task_id)
        return job.result() if job.done else None

    def delete_asset(self, asset_id: str) -> None:
        """Delete an asset; no error if it does not exist."""
        try:
            self._assets.delete(asset_id)
        except NotFoundError:
            return


@attrs.frozen
class BulkServiceFactory:
    """Connects to the service in another process, with the API key of its environment."""

    settings: ClientSettings

    def __call__(self) -> Any:
        """An `BulkService` whose methods block."""
        transport = Transport(
            key=load_api_key(None).checked(), settings=self.settings, transport=None
        )
        return blocking(BulkService(transport))
