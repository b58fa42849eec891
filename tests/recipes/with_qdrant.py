"""Qdrant in local mode: films as points, found by text; errors are points without a vector."""

from uuid import NAMESPACE_URL, uuid5

from qdrant_client.models import FieldCondition, Filter, MatchValue, PointStruct, VectorParams

from dodeca import DodecaError

CLIP = Filter(must=[FieldCondition(key="embedding_scope", match=MatchValue(value="clip"))])


def insert(client, films, qdrant):
    for name, size in {"clips": VectorParams(size=512, distance="Cosine"), "errors": {}}.items():
        if not qdrant.collection_exists(name):
            qdrant.create_collection(name, vectors_config=size)
    for film in films:
        try:
            name, rows = "clips", client.embed.video(film).records(source_id=film.name)
        except DodecaError as error:
            about = {"id": str(uuid5(NAMESPACE_URL, film.name)), "source_id": film.name}
            name, rows = "errors", [about | {"vector": {}, "error": str(error)}]
        qdrant.upsert(name, [PointStruct(payload=row, **pair(row)) for row in rows])


def pair(row):
    return {"id": row.pop("id"), "vector": row.pop("vector")}


def find(client, text, qdrant):
    query = client.embed.text(text).to_numpy()[0]
    return qdrant.query_points("clips", query, query_filter=CLIP, limit=3).points
