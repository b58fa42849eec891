"""Polars over Parquet: a folder of films as one file for each, found by text."""

import polars as pl

from dodeca import DodecaError


def insert(client, films, place):
    errors = []
    for film in films:
        try:
            rows = client.embed.video(film).records(source_id=film.name)
            vectors = {"vector": pl.Array(pl.Float32, len(rows[0]["vector"]))}
            frame = pl.DataFrame(rows, schema_overrides=vectors)
            frame.write_parquet(place / f"{film.name}.clips.parquet")
        except DodecaError as error:
            errors.append({"source_id": film.name, "error": str(error)})
    pl.DataFrame(errors).write_parquet(place / "errors.parquet")


def find(client, text, place):
    clips = pl.read_parquet(place / "*.clips.parquet").filter(embedding_scope="clip")
    scores = clips["vector"].to_numpy() @ client.embed.text(text).to_numpy()[0]
    return clips.with_columns(score=scores).top_k(3, by="score")
