# From facade/dodeca/_async/resources/embed.py by scripts/unasync.py; edit that one.
"""Embeddings: `POST /embed-v2`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dodeca._base.lazy import cached_property
from dodeca._base.media_types import Kind
from dodeca._calls import embed_blocks, embed_requests, embed_routes
from dodeca._calls.embed_blocks import (
    AudioOption,
    BlockOptions,
    DocumentOption,
    EmbeddingType,
    Scope,
    TimedText,
    VideoOption,
)
from dodeca._calls.embed_requests import RequestOptions
from dodeca._calls.embed_routes import Via
from dodeca._calls.polling import check_timeout
from dodeca._calls.progress import check_callback
from dodeca._sync.resources.embed_call import create_embeddings
from dodeca._sync.resources.embed_many import EmbedMany, image_request
from dodeca._sync.resources.embed_tasks import EmbedTasks
from dodeca.embeddings import Embeddings
from dodeca.errors import APIError
from dodeca.media import Media, MediaLike, source_name
from dodeca.segmentation import DocumentSegmentation, Segmentation
from dodeca_api import models


class Embed(EmbedMany):
    """Embeds text, images, audio, video and documents into one vector space.

    `model_name` of each method is by default the client's `embedding_model`. What each model takes
    is in the guide "The newest model"; vectors of different models cannot be compared.
    """

    @cached_property
    def tasks(self) -> EmbedTasks:
        """Embed media of up to 4 hours as tasks (`/embed-v2/tasks`).

        >>> client.embed.tasks.list(status="ready")
        <Pages of EmbeddingTask from page 1; iterate them>
        """
        return EmbedTasks(self._transport)

    def text(
        self,
        input_text: str,
        *,
        embedding_dimension: int | None = None,
        embedding_uncertainty: bool | None = None,
        auto_truncate: bool | None = None,
        model_name: str | None = None,
    ) -> Embeddings:
        """Embed a text as one row, 1 x 512 (`POST /embed-v2`).

        A text has at most 500 tokens, with marengo3.5 2,000; `auto_truncate` cuts a longer one.
        `embedding_dimension` is the length of the vector: 128, 256 or 512. `embedding_uncertainty`
        asks how unsure the model is of each of its numbers. These three need marengo3.5.

        >>> client.embed.text("a man walking a dog")
        <Embeddings 1 x 512>

        Raises:
            InvalidRequestError: the text is empty or too long, or the model lacks a parameter.
            APIError: the service returned an error status.
        """
        options = self._options(
            model_name,
            embedding_dimension=embedding_dimension,
            embedding_uncertainty=embedding_uncertainty,
            auto_truncate=auto_truncate,
        )
        return self._create(embed_requests.text(input_text, options))

    def image(
        self,
        media: MediaLike,
        *,
        embedding_dimension: int | None = None,
        embedding_uncertainty: bool | None = None,
        model_name: str | None = None,
    ) -> Embeddings:
        """Embed an image of at most 32 MB as one row, 1 x 512 (`POST /embed-v2`).

        With marengo3.0 it is a JPEG or PNG of at least 128x128 pixels. `embedding_dimension` and
        `embedding_uncertainty` are those of `text`. A local image is checked before it is sent.

        >>> client.embed.image("purple.jpg")
        <Embeddings 1 x 512>

        Raises:
            InvalidMediaError: there is no such file, or the image is outside the limits.
            APIError: the service returned an error status.
        """
        options = self._options(
            model_name,
            embedding_dimension=embedding_dimension,
            embedding_uncertainty=embedding_uncertainty,
        )
        return self._create(*image_request(media, options))

    def text_image(
        self,
        input_text: str,
        media: MediaLike,
        *,
        embedding_dimension: int | None = None,
        auto_truncate: bool | None = None,
        model_name: str | None = None,
    ) -> Embeddings:
        """Embed a text and an image together as one row, 1 x 512 (`POST /embed-v2`).

        The limits and parameters are those of `text` and `image`.

        >>> client.embed.text_image("the same at night", "purple.jpg")
        <Embeddings 1 x 512>

        Raises:
            InvalidRequestError: the text or the image is outside the limits.
            APIError: the service returned an error status.
        """
        source = Media.of(media)
        options = self._options(
            model_name, embedding_dimension=embedding_dimension, auto_truncate=auto_truncate
        )
        body = embed_requests.text_image(input_text, source, options)
        return self._create(body, source_name(source))

    def multi_input(
        self,
        input_text: str | None = None,
        media: Mapping[str, MediaLike] | Iterable[MediaLike] = (),
        *,
        embedding_dimension: int | None = None,
        embedding_uncertainty: bool | None = None,
        auto_truncate: bool | None = None,
        model_name: str | None = None,
    ) -> Embeddings:
        """Embed a text, up to 10 media, or both together as one row, 1 x 512 (`POST /embed-v2`).

        `media` is a list, or a mapping whose names the text may refer to: `<@coat>` is the media
        "coat". Images, and with marengo3.5 audio and video of at most 30 seconds and documents,
        each at most 32 MB; their order counts. The kind of each is told by its file name or
        content; for others give it, as in `Media.asset(id, kind="image")`. Media of different kinds
        need a text. A text or Markdown file counts as text, which goes only with an image, audio or
        video; a PDF file goes alone. The other parameters are those of `text`;
        `embedding_uncertainty` is for a text alone or media alone.

        >>> client.embed.multi_input(
        ...     "the same as <@coat>, but red", {"coat": "purple.jpg"}, model_name="marengo3.5"
        ... )
        <Embeddings 1 x 512>

        Raises:
            InvalidRequestError: the text refers to media that are not there, or another rule above
                is broken.
            InvalidMediaError: there is no such file, or it is outside the limits.
            APIError: the service returned an error status.
        """
        options = self._options(
            model_name,
            embedding_dimension=embedding_dimension,
            embedding_uncertainty=embedding_uncertainty,
            auto_truncate=auto_truncate,
        )
        body, source = embed_requests.multi_input(input_text, media, options)
        return self._create(body, source)

    def audio(
        self,
        media: MediaLike,
        *,
        start_sec: float | None = None,
        end_sec: float | None = None,
        segmentation: Segmentation | None = None,
        embedding_option: Sequence[AudioOption] | None = None,
        embedding_scope: Sequence[Scope] | None = None,
        embedding_type: Sequence[EmbeddingType] | None = None,
        time_based_metadata: Sequence[TimedText] | None = None,
        embedding_dimension: int | None = None,
        embedding_uncertainty: bool | None = None,
        model_name: str | None = None,
        via: Via = "auto",
        timeout: float = 3600.0,
        on_progress: Callable[[Any], object] | None = None,
        progress: bool = False,
    ) -> Embeddings:
        """Embed audio (`POST /embed-v2`, or a task); with marengo3.0 WAV, MP3 or FLAC.

        `segmentation` is `fixed(...)`, by default 6 seconds, and with marengo3.5 also
        `dynamic(...)`, by default 2 seconds. `embedding_option` is any of "audio" and
        "transcription", with marengo3.5 "audio", which includes speech. All other parameters, and
        what is sent in one call and what as a task, are those of `video`.

        >>> from dodeca import segmentation
        >>> client.embed.audio("tones.wav", segmentation=segmentation.fixed(6))
        <Embeddings 4 x 512, audio, asset+clip>

        Raises:
            InvalidRequestError: a parameter or the file is outside the limits.
            APIError: the service returned an error status.
            JobError: the task failed, or was not ready after `timeout` seconds.
        """
        block_options = BlockOptions(
            start_sec=start_sec,
            end_sec=end_sec,
            segmentation=segmentation,
            embedding_option=embedding_option,
            embedding_scope=embedding_scope,
            embedding_type=embedding_type,
            time_based_metadata=time_based_metadata,
        )
        options = self._options(
            model_name,
            embedding_dimension=embedding_dimension,
            embedding_uncertainty=embedding_uncertainty,
        )
        return self._embed_media(
            "audio", media, block_options, options, via, timeout, on_progress, progress
        )

    def video(
        self,
        media: MediaLike,
        *,
        start_sec: float | None = None,
        end_sec: float | None = None,
        segmentation: Segmentation | None = None,
        embedding_option: Sequence[VideoOption] | None = None,
        embedding_scope: Sequence[Scope] | None = None,
        embedding_type: Sequence[EmbeddingType] | None = None,
        time_based_metadata: Sequence[TimedText] | None = None,
        embedding_dimension: int | None = None,
        embedding_uncertainty: bool | None = None,
        model_name: str | None = None,
        via: Via = "auto",
        timeout: float = 3600.0,
        on_progress: Callable[[Any], object] | None = None,
        progress: bool = False,
    ) -> Embeddings:
        """Embed a video (`POST /embed-v2`, or a task); with marengo3.0 of 360x360 to 5184x2160.

        `start_sec` and `end_sec` select a part, in seconds. `segmentation` is `fixed(...)` or
        `dynamic(...)`, by default `dynamic` with 4 seconds, with marengo3.5 2. `embedding_option`
        is any of "visual", "audio" and "transcription" (default: all; marengo3.5 has no
        "transcription"), `embedding_scope` any of "clip", with marengo3.5 also "local" (a row for
        each segment) and "asset" (one row for the whole; default: both). `embedding_type` is any of
        "separate_embedding" (a row for each option, the default) and "fused_embedding" (one of all
        options). `time_based_metadata` are texts with their times in seconds, `{"start": 12.0,
        "end": 12.0, "text": "a goal"}`, for the fused rows of marengo3.5, which need them.
        `embedding_dimension` and `embedding_uncertainty` are those of `text`; uncertainty of
        segments needs `embedding_scope=["clip"]`.

        At most 36 MB and 10 minutes are sent in one call. For more, or if the service says that
        it is too long, this starts a task, after an upload if needed, and waits up to `timeout`
        seconds. With marengo3.5 one call takes a local file of at most 32 MB and 30 seconds and
        returns one row for the whole; any of the parameters for parts or options makes it a task.
        `via` ("sync", "task") forces one or the other. `on_progress` is called with a `Progress`
        after each uploaded chunk and with the job after each poll; `progress` shows both (extra
        `progress`).

        >>> from dodeca import segmentation
        >>> video = client.embed.video("colours.mp4", segmentation=segmentation.dynamic(4))
        >>> [segment.end_sec for segment in video.filter(option="visual", scope="clip")]
        [5.0, 9.0, 15.0, 20.0]

        Raises:
            InvalidRequestError: a parameter or the file is outside the limits.
            APIError: the service returned an error status.
            JobError: the task failed, or was not ready after `timeout` seconds.
        """
        block_options = BlockOptions(
            start_sec=start_sec,
            end_sec=end_sec,
            segmentation=segmentation,
            embedding_option=embedding_option,
            embedding_scope=embedding_scope,
            embedding_type=embedding_type,
            time_based_metadata=time_based_metadata,
        )
        options = self._options(
            model_name,
            embedding_dimension=embedding_dimension,
            embedding_uncertainty=embedding_uncertainty,
        )
        return self._embed_media(
            "video", media, block_options, options, via, timeout, on_progress, progress
        )

    def document(
        self,
        media: MediaLike,
        *,
        segmentation: DocumentSegmentation | None = None,
        embedding_option: Sequence[DocumentOption] | None = None,
        embedding_scope: Sequence[Scope] | None = None,
        embedding_dimension: int | None = None,
        embedding_uncertainty: bool | None = None,
        model_name: str | None = None,
        via: Via = "auto",
        timeout: float = 3600.0,
        on_progress: Callable[[Any], object] | None = None,
        progress: bool = False,
    ) -> Embeddings:
        """Embed a PDF, text or Markdown file of at most 512 MB (`POST /embed-v2`, or a task).

        Needs marengo3.5. A PDF file gives a row for each page (`embedding_scope=["local"]`, the
        default) or one for the whole (`["asset"]`), of how it looks (`embedding_option=["visual"]`,
        the default) or, for the whole, of its text (`["text"]`); `segmentation.quadrants()` adds a
        row for each quarter of a page. A text or Markdown file gives one row, or with
        `segmentation.sentences(...)` and `["local"]` one for each chunk. `extra` of each row has
        its pages, quadrant or chunk; rows are in no promised order.

        One call takes a whole local file of at most 32 MB, a PDF file with at most 16 pages for
        each MB; all else is a task, a PDF file with at most 64. `via`, `timeout`, `on_progress` and
        `progress` are those of `video`, `embedding_dimension` those of `text`;
        `embedding_uncertainty` is for chunks.

        >>> from dodeca import Media
        >>> notes = Media.data(b"# Walks. A dog runs.", filename="notes.md")
        >>> client.embed.document(notes, model_name="marengo3.5")
        <Embeddings 1 x 512>

        Raises:
            InvalidRequestError: the options do not go together, or the model takes no documents.
            InvalidMediaError: there is no such file, or it is too large.
            APIError: the service returned an error status.
            JobError: the task failed, or was not ready after `timeout` seconds.
        """
        block_options = BlockOptions(
            segmentation=segmentation,
            embedding_option=embedding_option,
            embedding_scope=embedding_scope,
        )
        options = self._options(
            model_name,
            embedding_dimension=embedding_dimension,
            embedding_uncertainty=embedding_uncertainty,
        )
        return self._embed_media(
            "document", media, block_options, options, via, timeout, on_progress, progress
        )

    def _embed_media(
        self,
        kind: Kind,
        media: MediaLike,
        block_options: BlockOptions,
        options: RequestOptions,
        via: Via,
        timeout: float,
        on_progress: Callable[[Any], object] | None,
        progress: bool,
    ) -> Embeddings:
        source = Media.of(media)
        check_timeout(timeout)
        check_callback(on_progress)
        if embed_routes.is_one_call(kind, source, block_options, options.model, via):
            body = embed_blocks.one_call(kind, source, block_options, options)
            try:
                return self._create(body, source_name(source))
            except APIError as exc:
                # Nothing was created; only the service knows the length of a URL or an asset.
                if via == "sync" or not embed_routes.is_too_large(exc):
                    raise
        job = self.tasks._start(
            kind, source, block_options, options, on_progress=on_progress, progress=progress
        )
        return job.wait(timeout=timeout, on_progress=on_progress, progress=progress)

    def _create(
        self, body: models.CreateEmbeddingsRequest, source: str | None = None
    ) -> Embeddings:
        embeddings, _ = create_embeddings(self._transport, body, source)
        return embeddings
