"""Polars over Parquet: a folder of media as one file for each, found by text."""

import polars as pl

from dodeca import DodecaError, Embeddings


def insert(embed, files, place):
    errors = {}
    for path in files:
        try:
            rows = Embeddings.concat({path.name: embed(path)}).to_arrow()
            pl.from_arrow(rows).write_parquet(place / f"{path.name}.clips.parquet")
        except DodecaError as error:
            errors[path.name] = str(error)
    table = {"source_id": list(errors), "error": list(errors.values())}
    pl.DataFrame(table, schema=dict.fromkeys(table, pl.String)).write_parquet(
        place / "errors.parquet"
    )


def find(client, text, place):
    is_part = pl.col("embedding_scope").ne_missing("asset")
    clips = pl.read_parquet(place / "*.clips.parquet").filter(is_part)
    scores = clips["vector"].to_numpy() @ client.embed.text(text).to_numpy()[0]
    return clips.with_columns(score=scores).top_k(3, by="score")
