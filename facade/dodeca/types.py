"""The types that signatures name and that are not made by hand: import them for annotations.

    from dodeca import Client
    from dodeca.types import Pages

What people make themselves is in `dodeca` (`Media`, `Embeddings`), what the service returns in
`dodeca.results`.
"""

from __future__ import annotations

from dodeca._async.job import AsyncJob
from dodeca._async.pages import AsyncPages
from dodeca._async.resources.search import AsyncSearchResults
from dodeca._async.stream import AsyncTextStream
from dodeca._calls.polling import JobState
from dodeca._calls.upload_plan import Progress
from dodeca._sync.job import Job
from dodeca._sync.pages import Pages
from dodeca._sync.resources.search import SearchResults
from dodeca._sync.stream import TextStream
from dodeca.batch import Batch
from dodeca.bulk import Failure, Run
from dodeca.embeddings import Match, Matches
from dodeca.embeddings.labels import Labels
from dodeca.media import MediaLike
from dodeca.results import EmbeddingsV1
from dodeca.segmentation import Dynamic, Fixed, Segmentation

__all__ = [
    "AsyncJob",
    "AsyncPages",
    "AsyncSearchResults",
    "AsyncTextStream",
    "Batch",
    "Dynamic",
    "EmbeddingsV1",
    "Failure",
    "Fixed",
    "Job",
    "JobState",
    "Labels",
    "Match",
    "Matches",
    "MediaLike",
    "Pages",
    "Progress",
    "Run",
    "SearchResults",
    "Segmentation",
    "TextStream",
]
