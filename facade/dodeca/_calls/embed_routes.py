"""Whether media are embedded in one call or as a task. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from dodeca._base.media_types import Kind
from dodeca._base.text import did_you_mean, quote
from dodeca._calls import limits
from dodeca._calls.embed_blocks import BlockOptions
from dodeca._calls.embedding_models import EmbeddingModel
from dodeca.errors import APIError, InvalidRequestError
from dodeca.media import Media

Via = Literal["auto", "sync", "task"]
_VIA: Sequence[str] = get_args(Via)

_WHOLE_OPTIONS = {"pdf": "visual", "text": "text"}


def is_one_call(
    kind: Kind,
    media: Media,
    options: BlockOptions,
    model: EmbeddingModel,
    via: str,
    info: limits.FileInfo | None = None,
) -> bool:
    """Whether media are embedded in one call; `info` is what is known of a local file.

    Models with typed blocks return the same rows either way. The others return one vector of the
    whole in one call, and only a task has parts, options and scopes.

    Raises:
        InvalidRequestError: `via` is another word, or what is asked for needs a task.
        InvalidMediaError: a local file is outside the limits.
    """
    if via not in _VIA:
        raise InvalidRequestError(
            f'via is "auto", "sync" or "task", got {quote(via)}{did_you_mean(via, _VIA)}'
        )
    if not model.is_typed and not _is_whole(kind, media, options, via):
        if via == "sync":
            raise InvalidRequestError(
                f"{model.name} embeds into one vector in one call; {', '.join(options.given)} "
                'needs via="task"'
            )
        via = "task"
    endpoint = limits.choose(media, kind, via, info, model_name=model.name)
    return endpoint is limits.Endpoint.EMBED


def is_too_large(exc: APIError) -> bool:
    """Whether an error says that only a task embeds these media."""
    return exc.code == limits.TOO_LONG or exc.status == 413


def _is_whole(kind: Kind, media: Media, options: BlockOptions, via: str) -> bool:
    """Whether one vector of the whole is what is asked for; a PDF file has one for each page."""
    if kind != "document":
        return not options.given
    form = limits.document_format(media)
    option, scope = options.embedding_option, options.embedding_scope
    if set(options.given) - {"embedding_option", "embedding_scope"}:
        return False
    if option is not None and list(option) != [_WHOLE_OPTIONS.get(form or "")]:
        return False
    if scope is not None:
        return list(scope) == ["asset"]
    return form == "text" or via == "sync"
