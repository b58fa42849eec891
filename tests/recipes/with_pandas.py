"""pandas over Parquet: a folder of films as one file, found by text."""

import numpy as np
import pandas as pd

from dodeca import DodecaError, Embeddings


def insert(client, films, place):
    found, errors = {}, {}
    for film in films:
        try:
            found[film.name] = client.embed.video(film)
        except DodecaError as error:
            errors[film.name] = str(error)
    Embeddings.concat(found).to_parquet(place / "clips.parquet")
    pd.Series(errors, name="error").to_frame().to_parquet(place / "errors.parquet")


def find(client, text, place):
    clips = pd.read_parquet(place / "clips.parquet").query("embedding_scope == 'clip'")
    scores = np.stack(clips["vector"]) @ client.embed.text(text).to_numpy()[0]
    return clips.assign(score=scores).nlargest(3, "score")
