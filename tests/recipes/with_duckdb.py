"""DuckDB: media as rows of a table, found by text in SQL."""

import pandas as pd

from dodeca import DodecaError

TABLES = """
CREATE TABLE IF NOT EXISTS clips (id UUID PRIMARY KEY, source_id TEXT, start_sec DOUBLE, end_sec
    DOUBLE, embedding_option TEXT, embedding_scope TEXT, model_name TEXT, vector FLOAT[512]);
CREATE TABLE IF NOT EXISTS errors (source_id TEXT PRIMARY KEY, error TEXT)"""
NEAREST = """SELECT source_id, start_sec FROM clips WHERE embedding_scope IS DISTINCT FROM 'asset'
    ORDER BY array_cosine_similarity(vector, ?::FLOAT[512]) DESC LIMIT 3"""


def insert(embed, files, database):
    database.execute(TABLES)
    for path in files:
        try:
            table, rows = "clips", pd.DataFrame(embed(path).records(path.name))
        except DodecaError as error:
            table, rows = "errors", pd.DataFrame([{"source_id": path.name, "error": str(error)}])
        database.register("rows", rows).execute(f"INSERT OR REPLACE INTO {table} BY NAME FROM rows")


def find(client, text, database):
    return database.execute(NEAREST, [client.embed.text(text).to_numpy()[0].tolist()]).fetchall()
