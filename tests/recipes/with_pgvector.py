"""PostgreSQL with pgvector: media as rows of a table, found by text in SQL."""

from pgvector.psycopg import register_vector

from dodeca import DodecaError

TABLES = """CREATE EXTENSION IF NOT EXISTS vector; CREATE TABLE IF NOT EXISTS clips (id UUID
    PRIMARY KEY, source_id TEXT, start_sec FLOAT8, embedding_scope TEXT, vector VECTOR(512));
    CREATE TABLE IF NOT EXISTS errors (source_id TEXT PRIMARY KEY, error TEXT)"""
CLIP = """INSERT INTO clips VALUES (%(id)s, %(source_id)s, %(start_sec)s, %(embedding_scope)s,
    %(vector)s::vector) ON CONFLICT (id) DO UPDATE SET vector = EXCLUDED.vector"""
ERROR = """INSERT INTO errors VALUES (%s, %s)
    ON CONFLICT (source_id) DO UPDATE SET error = EXCLUDED.error"""
NEAREST = """SELECT source_id, start_sec FROM clips WHERE embedding_scope IS DISTINCT FROM 'asset'
    ORDER BY vector <=> %s LIMIT 3"""


def insert(embed, files, database):
    database.execute(TABLES)
    for path in files:
        try:
            rows = embed(path).records(source_id=path.name)
            database.cursor().executemany(CLIP, rows)
        except DodecaError as error:
            database.execute(ERROR, (path.name, str(error)))


def find(client, text, database):
    register_vector(database)
    return database.execute(NEAREST, [client.embed.text(text).to_numpy()[0]]).fetchall()
