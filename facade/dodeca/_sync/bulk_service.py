# From facade/dodeca/_async/bulk_service.py by scripts/unasync.py; edit that one.
"""What a bulk run asks of the service, one call for each method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dodeca._calls import embed_requests, library_requests
from dodeca._calls.operation import RawResponse, request
from dodeca._http.settings import ClientSettings
from dodeca._sync.resources.assets import Assets
from dodeca._sync.resources.embed_call import create_embeddings
from dodeca._sync.resources.embed_tasks import EmbedTasks
from dodeca._sync.transport import Transport
from dodeca.bulk.inputs import Options
from dodeca.bulk.steps import Embedded, Submitted, Uploaded
from dodeca.errors import ConfigurationError, InvalidRequestError, NotFoundError
from dodeca.media import Media, check_sync_clip
from dodeca.segmentation import Fixed
from dodeca_api import models
from dodeca_api.api.embed_v2_tasks import embed_v2_tasks_create

if TYPE_CHECKING:
    from dodeca.embeddings import Embeddings

_MARK = "dodeca_input"
_PAGE = 50


class Service:
    """The calls of a bulk run. A 429 is raised at once, since the run's limiter deals with it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport.without_throttle_retries()
        self._assets = Assets(self._transport)
        self._tasks = EmbedTasks(self._transport)

    def connection(self) -> ClientSettings:
        """How to reach the same service from elsewhere.

        Raises:
            ConfigurationError: the client has a transport of its own, which only works here.
        """
        if self._transport.custom is not None:
            raise ConfigurationError("only a client without a transport of its own can leave here")
        return self._transport.settings

    def embed(self, kind: str, source: Media | str, options: Options) -> Embedded:
        """The vectors of a text, or of media that go into one call."""
        if isinstance(source, str):
            body = embed_requests.text(source, options.model_name)
        elif kind == "image":
            body = embed_requests.image(source, options.model_name)
        else:
            check_sync_clip(source)
            body = embed_requests.embed_clip(_block(kind, source, options), options.model_name)
        return create_embeddings(self._transport, body)

    def upload(self, media: Media, marker: str) -> Uploaded:
        """A new asset that carries a marker."""
        job = self._assets.upload(media, user_metadata={_MARK: marker})
        return job.id, job.done, {}

    def find(self, marker: str, since: float) -> str | None:
        """The id of the asset with a marker, if there is one from after a Unix time."""
        for asset in self._assets.list(page_limit=_PAGE):
            if (asset.user_metadata or {}).get(_MARK) == marker:
                return asset.id
            if not library_requests.is_new(asset.created_at, since):
                return None  # the newest come first
        return None

    def asset_is_ready(self, asset_id: str) -> bool:
        """Whether an asset can be used; raises `JobFailed` where it never will."""
        job = self._assets.job(asset_id)
        return job.done and job.result() is not None

    def submit(self, kind: str, media: Media, options: Options) -> Submitted:
        """A new embedding task."""
        body = embed_requests.embed_clip_task(
            _block(kind, media, options),
            options.model_name,
            embedding_dimension=None,
            embedding_uncertainty=None,
        )
        call = request(embed_v2_tasks_create, body=body)

        def read(response: RawResponse) -> Submitted:
            return call.parse(response).field_id, response.headers

        return self._transport.fetch(call, read)

    def result(self, task_id: str) -> Embeddings | None:
        """What a task gave, None while it runs; raises `JobFailed` where it gives nothing."""
        job = self._tasks.retrieve(task_id)
        return job.result() if job.done else None

    def delete(self, asset_id: str) -> None:
        """Delete an asset, or find it gone."""
        try:
            self._assets.delete(asset_id)
        except NotFoundError:
            return


def _block(
    kind: str, media: Media, options: Options
) -> models.AudioInputRequest | models.VideoInputRequest:
    if kind == "video":
        return embed_requests.video(
            media,
            model_name=options.model_name,
            start_sec=options.start_sec,
            end_sec=options.end_sec,
            segmentation=options.segmentation,
            embedding_option=options.embedding_option,
            embedding_scope=options.embedding_scope,
        )
    if not isinstance(options.segmentation, Fixed | None):
        raise InvalidRequestError(f"audio is segmented by fixed, got {options.segmentation!r}")
    return embed_requests.audio(
        media,
        model_name=options.model_name,
        start_sec=options.start_sec,
        end_sec=options.end_sec,
        segmentation=options.segmentation,
        embedding_option=options.embedding_option,
        embedding_scope=options.embedding_scope,
    )
