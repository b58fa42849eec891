"""Chroma: media as a collection, found by text; errors in a file beside it."""

import json

import chromadb

from dodeca import DodecaError


def collection(place):
    settings = {"hnsw": {"space": "cosine"}}
    chroma = chromadb.PersistentClient(place)
    return chroma.get_or_create_collection("clips", embedding_function=None, configuration=settings)


def insert(embed, files, place):
    errors = {}
    for path in files:
        try:
            rows = embed(path).records(source_id=path.name)
            ids, vectors = [r.pop("id") for r in rows], [r.pop("vector") for r in rows]
            present = [{k: v for k, v in row.items() if v is not None} for row in rows]
            collection(place).upsert(ids=ids, embeddings=vectors, metadatas=present)
        except DodecaError as error:
            errors[path.name] = str(error)
    (place / "errors.json").write_text(json.dumps(errors))


def find(client, text, place):
    vector, is_part = client.embed.text(text).to_numpy(), {"embedding_scope": {"$ne": "asset"}}
    return collection(place).query(vector, n_results=3, where=is_part)["metadatas"][0]
