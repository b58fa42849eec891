"""Libraries: what people search and play, such as the dataset of a run.

The page of `dodeca browse`, the tools of `dodeca mcp` and the retrievers use a library: they name
its sources and segments by their ids alone.

    from dodeca import Client
    from dodeca.library import Query, open_dataset

    with Client() as client:
        library = open_dataset("library", client)
        for hit in library.search(Query(text="a red car"), limit=5).items:
            print(hit.source.name, hit.start_sec, hit.score)
"""

from dodeca.library.dataset import DatasetLibrary, open_dataset
from dodeca.library.index import IndexLibrary, open_index
from dodeca.library.values import (
    Hit,
    Hits,
    HlsStream,
    Library,
    Link,
    LocalFile,
    Missing,
    Playable,
    Query,
    QueryCounts,
    Selection,
    Source,
)

__all__ = [
    "DatasetLibrary",
    "HlsStream",
    "Hit",
    "Hits",
    "IndexLibrary",
    "Library",
    "Link",
    "LocalFile",
    "Missing",
    "Playable",
    "Query",
    "QueryCounts",
    "Selection",
    "Source",
    "open_dataset",
    "open_index",
]
