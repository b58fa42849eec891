"""Qdrant in local mode: media as points, found by text; errors are points without a vector."""

from uuid import NAMESPACE_URL, uuid5

from qdrant_client.models import FieldCondition, Filter, MatchValue, PointStruct, VectorParams

from dodeca import DodecaError

WHOLE = FieldCondition(key="embedding_scope", match=MatchValue(value="asset"))


def insert(embed, files, qdrant):
    for name, size in {"clips": VectorParams(size=512, distance="Cosine"), "errors": {}}.items():
        if not qdrant.collection_exists(name):
            qdrant.create_collection(name, vectors_config=size)
    for path in files:
        try:
            name, rows = "clips", embed(path).records(source_id=path.name)
        except DodecaError as error:
            about = {"id": str(uuid5(NAMESPACE_URL, path.name)), "source_id": path.name}
            name, rows = "errors", [about | {"vector": {}, "error": str(error)}]
        qdrant.upsert(name, [PointStruct(payload=row, **pair(row)) for row in rows])


def pair(row):
    return {"id": row.pop("id"), "vector": row.pop("vector")}


def find(client, text, qdrant):
    query, parts = client.embed.text(text).to_numpy()[0], Filter(must_not=[WHOLE])
    return qdrant.query_points("clips", query, query_filter=parts, limit=3).points
