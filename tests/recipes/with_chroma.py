"""Chroma: films as a collection, found by text; errors in a file beside it."""

import json

import chromadb

from dodeca import DodecaError


def collection(place):
    settings = {"hnsw": {"space": "cosine"}}
    chroma = chromadb.PersistentClient(place)
    return chroma.get_or_create_collection("clips", embedding_function=None, configuration=settings)


def insert(client, films, place):
    errors = {}
    for film in films:
        try:
            rows = client.embed.video(film).records(source_id=film.name)
            ids, vectors = [r.pop("id") for r in rows], [r.pop("vector") for r in rows]
            collection(place).upsert(ids=ids, embeddings=vectors, metadatas=rows)
        except DodecaError as error:
            errors[film.name] = str(error)
    (place / "errors.json").write_text(json.dumps(errors))


def find(client, text, place):
    vector = client.embed.text(text).to_numpy()
    found = collection(place).query(vector, n_results=3, where={"embedding_scope": "clip"})
    return found["metadatas"][0]
