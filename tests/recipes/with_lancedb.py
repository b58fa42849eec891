"""LanceDB: media as rows of a table, found by text."""

import lancedb
import pyarrow as pa

from dodeca import DodecaError, Embeddings

ERRORS = pa.schema({"id": pa.string(), "error": pa.string()})


def insert(embed, files, place):
    found, errors = {}, {}
    for path in files:
        try:
            found[path.name] = embed(path)
        except DodecaError as error:
            errors[path.name] = str(error)
    failed = pa.table({"id": list(errors), "error": list(errors.values())}, schema=ERRORS)
    for name, table in {"clips": Embeddings.concat(found).to_arrow(), "errors": failed}.items():
        kept = lancedb.connect(place).create_table(
            name, schema=table.schema.remove_metadata(), exist_ok=True
        )
        upsert = kept.merge_insert("id").when_matched_update_all().when_not_matched_insert_all()
        upsert.execute(table)


def find(client, text, place):
    query = client.embed.text(text).to_numpy()[0]
    clips = lancedb.connect(place).open_table("clips").search(query).distance_type("cosine")
    return clips.where("embedding_scope IS NULL OR embedding_scope <> 'asset'").limit(3).to_list()
