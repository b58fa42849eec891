"""Spark: films embedded by all its workers into one Parquet dataset, found by text."""

from pyspark.sql import functions as F

SCHEMA = """id string, source string, start_sec double, end_sec double, embedding_option string,
    embedding_scope string, model_name string, vector array<float>, error_code string,
    error_reason string, source_id string"""  # the last one is ours, and stands beside the vectors


def insert(spark, embedder, films, place):
    rows = [(str(film), film.name) for film in films]
    table = spark.createDataFrame(rows, "path string, source_id string").repartition(len(rows))
    table.mapInPandas(embedder.in_pandas, SCHEMA).write.parquet(str(place), mode="overwrite")


def find(client, text, spark, place):
    query = F.lit(client.embed.text(text).to_numpy()[0].tolist())
    products = F.zip_with("vector", query, lambda one, other: one * other)
    score = F.aggregate(products, F.lit(0.0), lambda total, product: total + product)
    clips = spark.read.parquet(str(place)).where("embedding_scope = 'clip'")
    return clips.orderBy(score.desc()).select("source_id", "start_sec").take(3)
