"""LanceDB: films as rows of a table, found by text."""

import lancedb

from dodeca import DodecaError


def insert(client, films, place):
    rows, errors = [], []
    for film in films:
        try:
            rows += client.embed.video(film).records(source_id=film.name)
        except DodecaError as error:
            errors.append({"id": film.name, "error": str(error)})
    for name, found in {"clips": rows, "errors": errors}.items():
        table = lancedb.connect(place).create_table(name, found, exist_ok=True)
        upsert = table.merge_insert("id").when_matched_update_all().when_not_matched_insert_all()
        upsert.execute(found)


def find(client, text, place):
    query = client.embed.text(text).to_numpy()[0]
    clips = lancedb.connect(place).open_table("clips").search(query).distance_type("cosine")
    return clips.where("embedding_scope = 'clip'").limit(3).to_list()
