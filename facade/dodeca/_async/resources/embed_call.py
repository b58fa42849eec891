"""One call of `POST /embed-v2`, and the conversion of its response to `Embeddings`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from dodeca._async.transport import AsyncTransport
from dodeca._base.response_info import ResponseInfo, with_response
from dodeca._calls.operation import RawResponse, request
from dodeca._calls.segment_columns import SegmentColumns
from dodeca._calls.vector_reader import VectorSink, extract_vectors
from dodeca.embeddings import Embeddings
from dodeca.embeddings.labels import Labels
from dodeca.errors import InvalidResponseError
from dodeca.results import build_result, other_fields
from dodeca.results.embedding import EmbeddingDetails
from dodeca_api import models
from dodeca_api.api.embed_v2 import embed_v2_create

_COLUMNS = tuple(field.name for field in attrs.fields(SegmentColumns))
_ONE_VECTOR = ("text", "image", "text_image", "multi_input")


async def create_embeddings(
    transport: AsyncTransport, body: models.CreateEmbeddingsRequest, source: str | None = None
) -> tuple[Embeddings, Mapping[str, str]]:
    """Embed one input; return its embeddings, and the response headers with the rate limits.

    Raises:
        InvalidResponseError: a text or an image has not exactly one vector, or the vectors are
            malformed.
    """
    call = request(embed_v2_create, body=body)

    def read(response: RawResponse) -> tuple[Embeddings, Mapping[str, str]]:
        (columns,), rest = extract_vectors(response, ("data",))
        found = as_embeddings(
            columns,
            other_fields(rest, "data"),
            model_name=body.model_name,
            source=source,
            info=response.info,
        )
        if body.input_type in _ONE_VECTOR and len(found) != 1:
            raise InvalidResponseError(
                f"the response has {len(found)} vectors for one {body.input_type}"
            )
        return found, response.headers

    return await transport.fetch(call, read, sink=VectorSink)


def as_embeddings(
    columns: SegmentColumns,
    details: Mapping[str, Any],
    *,
    model_name: str | None,
    source: str | None,
    info: ResponseInfo,
) -> Embeddings:
    """Build `Embeddings` from the vectors of a response and the `details` that it has beside them.

    `source` is None if the caller does not know it; then it is the URL in the metadata, if any.
    """
    about = build_result(EmbeddingDetails, details, info)
    if source is None and about.metadata and isinstance(about.metadata.input_url, str):
        source = about.metadata.input_url
    embeddings = Embeddings(
        **{name: getattr(columns, name) for name in _COLUMNS},
        metadata=about.metadata,
        model_name=model_name,
        source=Labels.same(source, len(columns.vectors)),
        usage=about.usage,
        response_extra=about.extra,
    )
    return with_response(embeddings, info)
