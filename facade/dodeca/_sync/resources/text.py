# From facade/dodeca/_async/resources/text.py by scripts/unasync.py; edit that one.
"""Text about videos: `/generate`, `/summarize` and `/gist`, all retired by the service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dodeca._base.html import Methods
from dodeca._calls import params, texts
from dodeca._calls.analyze_requests import json_format
from dodeca._calls.operation import request
from dodeca._sync.stream import TextStream
from dodeca._sync.transport import Transport
from dodeca.results import Analysis, Gist, Summary
from dodeca_api import models
from dodeca_api.api.generate import generate_create
from dodeca_api.api.gist import gist_create
from dodeca_api.api.summarize import summarize_create
from dodeca_api.models.gist_type import GIST_TYPE_VALUES
from dodeca_api.models.summarize_type import SUMMARIZE_TYPE_VALUES
from dodeca_api.types import Unset


class Generate(Methods):
    """Generates text about a video of a Pegasus index."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def __call__(self, video_id: str, prompt: str, *, temperature: float | None = None) -> Analysis:
        """Generate text about a video (`POST /generate`, retired: use `client.analyze`).

        `temperature` is 0 to 1 (default 0.2).

        >>> client.generate(video.id, "What happens in it?").data[:17]
        '[dodeca emulator]'

        Raises:
            InvalidRequestError: a parameter is out of bounds.
            IncompleteTextError: the service reports an error; has the text so far.
            APIError: the service returned an error status.
        """
        body = _generate_body(video_id, prompt, temperature, stream=False)
        analysis = self._transport.result(Analysis, request(generate_create, body=body))
        return texts.complete_analysis(analysis)

    def stream(self, video_id: str, prompt: str, *, temperature: float | None = None) -> TextStream:
        """Stream the text as it is generated (`POST /generate` with `stream`).

        >>> with client.generate.stream(video.id, "What happens in it?") as events:
        ...     text = events.text()

        Raises:
            InvalidRequestError: a parameter is out of bounds.
        """
        body = _generate_body(video_id, prompt, temperature, stream=True)
        return TextStream(self._transport, request(generate_create, body=body))


class Summarize(Methods):
    """Generates summaries, chapters and highlights of a video of a Pegasus index."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def __call__(
        self,
        video_id: str,
        type: str,
        *,
        prompt: str | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        response_format: Mapping[str, Any] | None = None,
    ) -> Summary:
        """Summarize a video (`POST /summarize`, retired: use `client.analyze`).

        `type` is "summary", "chapter" or "highlight". `prompt` guides the text; `temperature` is
        0 to 1, `max_tokens` at most 4,096, `response_format`
        `{"type": "json_schema", "json_schema": {…}}`.

        >>> [c.start_sec for c in client.summarize(video.id, "chapter").chapters][0]
        0.0

        Raises:
            InvalidRequestError: a parameter is out of bounds.
            APIError: the service returned an error status.
        """
        type_ = params.choice("type", params.string("type", type), SUMMARIZE_TYPE_VALUES)
        assert not isinstance(type_, Unset)
        body = models.SummarizeRequest(
            video_id=params.string("video_id", video_id),
            type_=type_,
            prompt=params.optional("prompt", prompt),
            temperature=params.number("temperature", temperature, 0, documented=1),
            max_tokens=params.integer("max_tokens", max_tokens, 1, documented=4096),
            response_format=json_format(models.JsonResponseFormat, response_format),
        )
        return self._transport.result(Summary, request(summarize_create, body=body))


class Gists(Methods):
    """Generates a title, topics and hashtags for a video of a Pegasus index."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def __call__(self, video_id: str, types: Sequence[str]) -> Gist:
        """Generate a title, topics and hashtags (`POST /gist`, retired: use `client.analyze`).

        `types` is any of "title", "topic" and "hashtag".

        >>> gist = client.gist(video.id, ["title", "topic"])
        >>> gist.hashtags is None
        True

        Raises:
            InvalidRequestError: there is no type, or one is misspelt.
            APIError: the service returned an error status.
        """
        checked = params.choices("types", types, GIST_TYPE_VALUES)
        body = models.GistRequest(
            video_id=params.string("video_id", video_id),
            types=[] if isinstance(checked, Unset) else checked,
        )
        return self._transport.result(Gist, request(gist_create, body=body))


def _generate_body(
    video_id: str, prompt: str, temperature: float | None, *, stream: bool
) -> models.GenerateRequest:
    return models.GenerateRequest(
        video_id=params.string("video_id", video_id),
        prompt=params.string("prompt", prompt),
        temperature=params.number("temperature", temperature, 0, documented=1),
        stream=stream,
    )
