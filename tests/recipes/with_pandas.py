"""pandas over Parquet: a folder of media as one file, found by text."""

import numpy as np
import pandas as pd

from dodeca import DodecaError, Embeddings


def insert(embed, files, place):
    found, errors = {}, {}
    for path in files:
        try:
            found[path.name] = embed(path)
        except DodecaError as error:
            errors[path.name] = str(error)
    Embeddings.concat(found).to_parquet(place / "clips.parquet")
    pd.Series(errors, name="error", dtype=str).to_frame().to_parquet(place / "errors.parquet")


def find(client, text, place):
    clips = pd.read_parquet(place / "clips.parquet").query("embedding_scope != 'asset'")
    scores = np.stack(clips["vector"]) @ client.embed.text(text).to_numpy()[0]
    return clips.assign(score=scores).nlargest(3, "score")
