"""FAISS: films in an index of inner products, found by text; rows and errors beside it."""

import faiss
import pandas as pd

from dodeca import DodecaError, Embeddings


def insert(client, films, place):
    found, errors = {}, {}
    for film in films:
        try:
            found[film.name] = client.embed.video(film).filter(scope="clip")
        except DodecaError as error:
            errors[film.name] = str(error)
    clips = Embeddings.concat(found)
    index = faiss.IndexFlatIP(clips.vectors.shape[1])
    index.add(clips.to_numpy(normalize=True))
    faiss.write_index(index, str(place / "clips.faiss"))
    clips.to_pandas().drop(columns="vector").to_parquet(place / "clips.parquet")
    pd.Series(errors, name="error").to_frame().to_parquet(place / "errors.parquet")


def find(client, text, place):
    index = faiss.read_index(str(place / "clips.faiss"))
    _, rows = index.search(client.embed.text(text).to_numpy(normalize=True), 3)
    return pd.read_parquet(place / "clips.parquet").iloc[rows[0]]
