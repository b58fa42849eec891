"""One call of `POST /embed-v2`, and the conversion of its response to `Embeddings`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from dodeca._async.transport import AsyncTransport
from dodeca._calls.operation import RawResponse, request
from dodeca._calls.vector_reader import SegmentColumns, VectorSink, extract_vectors
from dodeca.embeddings import Embeddings
from dodeca.results import EmbeddingMetadata, build_result
from dodeca_api import models
from dodeca_api.api.embed_v2 import embed_v2_create


async def create_embeddings(
    transport: AsyncTransport, body: models.CreateEmbeddingsRequest
) -> tuple[Embeddings, Mapping[str, str]]:
    """Embed one input; return its embeddings, and the response headers with the rate limits."""
    call = request(embed_v2_create, body=body)

    def read(response: RawResponse) -> tuple[Embeddings, Mapping[str, str]]:
        (columns,), rest = extract_vectors(response, ("data",))
        metadata = call.parse(rest).metadata
        return as_embeddings(columns, metadata, body.model_name), response.headers

    return await transport.fetch(call, read, sink=VectorSink)


def as_embeddings(
    columns: SegmentColumns, metadata: Any, model_name: str | None = None
) -> Embeddings:
    """Build `Embeddings` from the vectors and the metadata of a response."""
    return Embeddings(
        **attrs.asdict(columns, recurse=False),
        metadata=build_result(EmbeddingMetadata, metadata) if metadata else None,
        model_name=model_name,
    )
