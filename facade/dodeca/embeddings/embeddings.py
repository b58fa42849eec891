"""Embeddings: the vectors of a text, image, audio or video, as columns.

A long video has thousands of segments of 512 floats. They are held as one float32 matrix and a few
columns; a `Segment` is created on access.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

from dodeca._base.response_info import with_response
from dodeca._base.text import quote
from dodeca.embeddings import columns, cosine, export, parquet, ranking, responses, search, tables
from dodeca.embeddings.matches import Matches
from dodeca.embeddings.sequence import SegmentSequence
from dodeca.errors import InvalidRequestError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import pandas as pd  # type: ignore[import-untyped]
    import pyarrow as pa  # type: ignore[import-untyped]
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from dodeca.media import MediaLike
    from dodeca.results import EmbeddingMetadata


class Embeddings(SegmentSequence):
    """The vectors of one or more media items: a sequence of `Segment`s, held as columns.

    `vectors` is float32 of shape (n, d), d = `dimension`: 512 unless another was asked for.
    `uncertainty` is None, or as large as the vectors: a number for each of theirs, higher where the
    model is less sure, NaN in rows without one. `embedding_option`, `embedding_scope` and `models`
    are columns of labels. `start_sec` and `end_sec` are float64 of shape (n,), NaN for media
    without time. `source_id` names the media of each row, after `concat`; `source` is their
    absolute path, URL or asset id. `ids` are the ids of rows that were read from a table, else
    None: `records` and the tables derive them. An integer index or iteration gives a `Segment`; a
    slice, a mask or an array of indices gives `Embeddings`.

    `metadata`, `usage` and `response_extra` (fields that this version does not know) are what the
    service said about the whole response; `extra` is what it said about each row. Slices, files and
    pickles keep them. `response` is its head; slices keep it, files and pickles do not.

    >>> video = client.embed.video("colours.mp4")
    >>> video
    <Embeddings 10 x 512, audio+visual, asset+clip>
    >>> video.vectors.dtype, video[0].start_sec, len(video[:4])
    (dtype('float32'), 0.0, 4)
    """

    __slots__ = ()

    @classmethod
    def from_items(
        cls,
        items: Sequence[Mapping[str, Any]],
        *,
        metadata: EmbeddingMetadata | None = None,
        model_name: str | None = None,
    ) -> Embeddings:
        """Embeddings from the `data` list of a response.

        >>> from dodeca import Embeddings
        >>> Embeddings.from_items([{"embedding": [0.6, 0.8], "embedding_option": "visual"}])
        <Embeddings 1 x 2, visual>

        Raises:
            InvalidResponseError: vectors of different lengths, or values that are not numbers.
        """
        return cls(**columns.from_items(items), metadata=metadata, model_name=model_name)

    @classmethod
    def from_segments(
        cls,
        segments: Sequence[Mapping[str, Any]],
        *,
        metadata: EmbeddingMetadata | None = None,
        model_name: str | None = None,
    ) -> Embeddings:
        """Embeddings from segments of the first embedding API, which has other field names.

        >>> from dodeca import Embeddings
        >>> Embeddings.from_segments([{"float": [0.6, 0.8], "start_offset_sec": 2}])[0].start_sec
        2.0

        Raises:
            InvalidResponseError: vectors of different lengths, or values that are not numbers.
        """
        items = [columns.from_v1_segment(segment) for segment in segments]
        return cls.from_items(items, metadata=metadata, model_name=model_name)

    @classmethod
    def from_response(cls, response: Any, *, model_name: str | None = None) -> Embeddings:
        """Embeddings from a response that another client received.

        Takes objects of the vendor's package (both embedding APIs, tasks, indexed videos), output
        of Marengo on Amazon Bedrock (`invoke_model`, its body, the contents of `output.json`), and
        the JSON of any of them, as text or as dicts and lists.

        >>> from dodeca import Embeddings
        >>> bedrock = '{"data": [{"embedding": [0.6, 0.8], "embeddingOption": ["visual"]}]}'
        >>> Embeddings.from_response(bedrock)
        <Embeddings 1 x 2, visual>

        Raises:
            InvalidRequestError: another type, or a task that is not ready.
            InvalidResponseError: vectors of different lengths, or values that are not numbers.
        """
        if isinstance(response, Embeddings):
            return response
        items, about = responses.read_response(response)
        about["model_name"] = model_name or about["model_name"]
        return cls(**columns.from_items(items), **about)

    @classmethod
    def concat(cls, parts: Iterable[Embeddings] | Mapping[str, Embeddings]) -> Embeddings:
        """Concatenate the rows of several embeddings.

        The keys of a mapping become `source_id`, which keeps segments of different videos apart.
        `metadata` is kept if it is the same for all parts; `usage` and `response_extra` if all are
        parts of one response. Rows of several models can be kept together, and are searched after
        `filter(model_name=...)`; rows of an unknown model are taken to be of the only known one.

        >>> from dodeca import Embeddings
        >>> colours = {name: client.embed.text(name) for name in ("red", "blue")}
        >>> Embeddings.concat(colours)[1].source_id
        'blue'

        Raises:
            InvalidRequestError: vectors of different lengths, or a part that is something else.
        """
        names = None
        if isinstance(parts, Mapping):
            named = cast("Mapping[str, Embeddings]", parts)
            names, parts = list(named), named.values()
        listed: list[Any] = list(parts) if isinstance(parts, Iterable) else [parts]
        for part in listed:
            if not isinstance(part, Embeddings):
                raise InvalidRequestError(f"concat takes several Embeddings, got {quote(part)}")
        if not listed:
            return cls.from_items([])
        return with_response(cls(**columns.concat(listed, names)), columns.response_of(listed))

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, cache: bool = False) -> Embeddings:
        """Load a file that `to_parquet` wrote, with exactly the same values (extra `data`).

        Takes the folder of a bulk run, too, other Parquet files with a column `vector`, and folders
        of them. Unknown columns go to the `extra` of their row. If rows are of several models,
        `filter(model_name=...)` selects those to search.

        With `cache`, the rows are also kept in a file beside the dataset, as large as the vectors:
        `library/vectors.cache` for a bulk run, else the path with `.cache` added. The next load
        maps it into memory instead of decoding Parquet. It is written anew when a file of the
        dataset was added, removed or changed (size or time of modification), or when the cache is
        damaged.

        >>> from dodeca import Embeddings
        >>> path = client.embed.text("red").to_parquet("red.parquet")
        >>> Embeddings.load(path)
        <Embeddings 1 x 512>

        Raises:
            InvalidRequestError: no such file, or no vectors in it, or vectors of several lengths;
                another file has the name of the cache.
            ConfigurationError: the extra `data` is not installed, or a newer version of this
                package wrote the file or the cache.
        """
        rows = parquet.read_parquet(path, cache=cache)
        parts = [cls(**fields) for fields in rows.parts()]
        if len(parts) == 1:
            return parts[0]
        matrices = {"vectors": rows.vectors, "uncertainty": rows.uncertainty}
        return cls(**columns.concat(parts, matrices=matrices))

    @classmethod
    def from_arrow(cls, table: pa.Table) -> Embeddings:
        """Embeddings from an Arrow table with a column `vector`, as vector stores return it.

        >>> from dodeca import Embeddings
        >>> Embeddings.from_arrow(client.embed.text("red").to_arrow())
        <Embeddings 1 x 512>

        Raises:
            InvalidRequestError: no vectors in it, or vectors of several lengths.
            ConfigurationError: the extra `data` is not installed, or a newer version of this
                package made the table.
        """
        return cls(**tables.read_arrow(table))

    def search(
        self,
        query: Embeddings | NDArray[Any] | Sequence[float] | MediaLike,
        k: int = 5,
        *,
        by: Literal["row", "moment"] | None = None,
        weights: Mapping[str, float] | None = None,
        min_score: float | None = None,
        client: Any = None,
    ) -> Matches:
        """The `k` rows or time ranges nearest to `query` by cosine similarity, best first.

        With `min_score`, only those that score at least as much. With a `client`, a text or media
        is a query, too: it is embedded with the model and the dimension of the rows
        (`POST /embed-v2`). A string is a text; for a file or a URL pass `Media.of(...)`. Audio,
        video and documents need rows of marengo3.5.

        `by="row"` ranks each row. `by="moment"` ranks time ranges: it combines the rows of a source
        that have the same times. Their score is the mean of the cosines of the modalities, weighted
        by `weights`; a missing modality counts as 0. `weights` implies `by="moment"` and need not
        add up to 1; modalities without a weight are ignored.

        If the rows hold both segments and whole media, only the segments are ranked, since their
        scores are not comparable; use `filter(scope="asset")` to search whole media. Rows of
        several models are searched after `filter(model_name=...)`.

        >>> video, query = client.embed.video("colours.mp4"), client.embed.text("blue")
        >>> video.search(query, k=1)
        [<Match 0.55: 5.00-9.00 s, visual, clip>]
        >>> video.search("blue", k=1, client=client)
        [<Match 0.55: 5.00-9.00 s, visual, clip>]
        >>> video.search(query, k=1, weights={"visual": 0.7, "audio": 0.3})[0].scores.keys()
        dict_keys(['visual', 'audio'])

        Raises:
            InvalidRequestError: the rows are of several models; `query` is not one vector of the
                same length and model, or a text or media without a `Client`; `k` is below 1,
                `min_score` is no number, or `weights` is negative or names an unknown modality.
            APIError: the service returned an error status for a text or media.
        """
        return search.search(self, query, k, by, weights, min_score, client)

    def similarity(self, other: Embeddings | NDArray[Any] | None = None) -> NDArray[np.float32]:
        """The cosines of each row with each row of `other`, by default of itself.

        Returns float32 of shape (n, m).

        >>> video, audio = client.embed.video("colours.mp4"), client.embed.audio("tones.wav")
        >>> video.similarity(audio).shape == (len(video), len(audio))
        True

        Raises:
            InvalidRequestError: `other` is not a matrix of vectors of the same length and model, or
                there are rows of several models.
        """
        what = f"the other vectors must have {self.dimension} floats, too"
        vectors = self if other is None else other
        ranking.check_models(self, vectors)
        return cosine.cosines(self.vectors, ranking.as_vectors(vectors, self.dimension, what))

    def to_numpy(self, *, normalize: bool = False) -> NDArray[np.float32]:
        """A copy of the vectors, of shape (n, d); with `normalize`, each has length 1.

        >>> client.embed.text("red").to_numpy(normalize=True).shape
        (1, 512)
        """
        return cosine.unit_rows(self.vectors) if normalize else self.vectors.copy()

    def to_pandas(self) -> pd.DataFrame:
        """A data frame with a row for each vector (extra `data`).

        `id` is that of `records`. `source_id`, `source`, `embedding_option`, `embedding_scope` and
        `model_name` are categoricals, `start_sec` and `end_sec` seconds, `extra` is JSON text,
        `vector` a float32 array of shape (d,). If there is uncertainty, `uncertainty` is another
        such array, or None.

        >>> client.embed.video("colours.mp4").to_pandas()[["embedding_option", "end_sec"]].shape
        (10, 2)

        Raises:
            ConfigurationError: the extra `data` is not installed.
        """
        return export.to_pandas(self)

    def to_arrow(self) -> pa.Table:
        """An Arrow table with a row for each vector (extra `data`).

        The columns are those of `to_pandas`, and have the same types whatever the rows hold:
        labels are dictionary-encoded, `vector` is a fixed_size_list<float>[d]; so is `uncertainty`,
        which is there if the embeddings have it. The metadata of the
        schema holds the rest, for `from_arrow`.

        >>> client.embed.text("red").to_arrow().schema.field("vector").type
        FixedSizeListType(fixed_size_list<item: float>[512])

        Raises:
            ConfigurationError: the extra `data` is not installed.
        """
        return export.to_arrow(self)

    def to_parquet(self, path: str | os.PathLike[str]) -> Path:
        """Write a Parquet file with the columns of `to_arrow`, atomically (extra `data`).

        >>> client.embed.text("red").to_parquet("red.parquet").name
        'red.parquet'

        Raises:
            InvalidRequestError: `path` does not end with a file name.
            ConfigurationError: the extra `data` is not installed.
            OSError: the file cannot be written.
        """
        return export.to_parquet(self, path)

    def records(self, source_id: str | None = None) -> list[dict[str, Any]]:
        """The rows as plain dicts, for any vector store.

        Each has an `id` (a UUID), `source_id`, `start_sec`, `end_sec`,
        `embedding_option`, `embedding_scope`, `model_name`, simple values of `extra`, and `vector`
        as a list, also `uncertainty` if the embeddings have it. The id depends on the source, the
        time, the modality and the model, so that a row has the same id in every run and writing it
        again replaces it. `source_id` names the media: its path, a key of your own. Without one,
        here or by `concat`, rows that were read from a table keep its ids, and the id of others
        depends on the vector instead.

        >>> row = client.embed.text("red").records(source_id="query")[0]
        >>> row["id"], len(row["vector"])
        ('fcad79ad-f581-522f-b22f-b40f9c0bd7f7', 512)

        Raises:
            InvalidRequestError: two rows would have the same id.
        """
        return export.records(self, source_id)

    def plot(self, query: Embeddings, *, title: str | None = None) -> Figure:
        """Plot how well each segment matches a query over time: see `dodeca.plots.plot`.

        >>> client.embed.video("colours.mp4").plot(client.embed.text("red")).savefig("red.png")

        Raises:
            InvalidRequestError: no segments with times, or a query that is not one vector.
            ConfigurationError: the extra `plot` is not installed.
        """
        from dodeca import plots

        return plots.plot(self, query, title=title)

    def plot_self_similarity(self, *, title: str | None = None) -> Figure:
        """Plot the self-similarity matrix: see `dodeca.plots.plot_self_similarity`.

        >>> client.embed.video("colours.mp4").plot_self_similarity().savefig("colours.png")

        Raises:
            InvalidRequestError: no segments with times.
            ConfigurationError: the extra `plot` is not installed.
        """
        from dodeca import plots

        return plots.plot_self_similarity(self, title=title)
