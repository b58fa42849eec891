"""FAISS: media in an index of inner products, found by text; rows and errors beside it."""

import faiss
import pandas as pd

from dodeca import DodecaError, Embeddings


def insert(embed, files, place):
    found, errors = {}, {}
    for path in files:
        try:
            found[path.name] = embed(path)
        except DodecaError as error:
            errors[path.name] = str(error)
    library = Embeddings.concat(found)
    clips = library[library.embedding_scope != "asset"]
    index = faiss.IndexFlatIP(clips.vectors.shape[1])
    index.add(clips.to_numpy(normalize=True))
    faiss.write_index(index, str(place / "clips.faiss"))
    clips.to_pandas().drop(columns="vector").to_parquet(place / "clips.parquet")
    pd.Series(errors, name="error", dtype=str).to_frame().to_parquet(place / "errors.parquet")


def find(client, text, place):
    index = faiss.read_index(str(place / "clips.faiss"))
    _, rows = index.search(client.embed.text(text).to_numpy(normalize=True), 3)
    return pd.read_parquet(place / "clips.parquet").iloc[rows[0]]
