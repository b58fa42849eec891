"""The types that signatures name and that are not made by hand: import them for annotations.

    from dodeca import Client
    from dodeca.types import Embed, Pages

What people make themselves is in `dodeca` (`Media`, `Embeddings`), what the service returns in
`dodeca.results`.
"""

from __future__ import annotations

from dodeca._async.job import AsyncJob
from dodeca._async.pages import AsyncPages
from dodeca._async.resources.analyze import AsyncAnalyze, AsyncAnalyzeTasks
from dodeca._async.resources.analyze_batches import AsyncAnalyzeBatches
from dodeca._async.resources.assets import AsyncAssets
from dodeca._async.resources.embed import AsyncEmbed
from dodeca._async.resources.embed_tasks import AsyncEmbedTasks
from dodeca._async.resources.embed_v1 import AsyncEmbedV1, AsyncEmbedV1Tasks
from dodeca._async.resources.imports import AsyncImports
from dodeca._async.resources.indexed_assets import AsyncIndexedAssets
from dodeca._async.resources.indexes import AsyncIndexes
from dodeca._async.resources.multipart_uploads import AsyncMultipartUploads
from dodeca._async.resources.search import AsyncSearch, AsyncSearchResults
from dodeca._async.resources.tasks import AsyncTasks
from dodeca._async.resources.text import AsyncGenerate, AsyncGists, AsyncSummarize
from dodeca._async.resources.videos import AsyncVideos
from dodeca._async.response_stream import AsyncResponseStream
from dodeca._async.stream import AsyncTextStream
from dodeca._base.protocols import BinaryFile, PillowImage, PydanticModel
from dodeca._base.response_info import RateLimit, ResponseInfo
from dodeca._calls.hooks import RequestEvent, ResponseEvent
from dodeca._calls.polling import JobState
from dodeca._calls.raw_requests import Response
from dodeca._calls.upload_plan import Progress
from dodeca._http.event_stream import ServerSentEvent
from dodeca._sync.job import Job
from dodeca._sync.pages import Pages
from dodeca._sync.resources.analyze import Analyze, AnalyzeTasks
from dodeca._sync.resources.analyze_batches import AnalyzeBatches
from dodeca._sync.resources.assets import Assets
from dodeca._sync.resources.embed import Embed
from dodeca._sync.resources.embed_tasks import EmbedTasks
from dodeca._sync.resources.embed_v1 import EmbedV1, EmbedV1Tasks
from dodeca._sync.resources.imports import Imports
from dodeca._sync.resources.indexed_assets import IndexedAssets
from dodeca._sync.resources.indexes import Indexes
from dodeca._sync.resources.multipart_uploads import MultipartUploads
from dodeca._sync.resources.search import Search, SearchResults
from dodeca._sync.resources.tasks import Tasks
from dodeca._sync.resources.text import Generate, Gists, Summarize
from dodeca._sync.resources.videos import Videos
from dodeca._sync.response_stream import ResponseStream
from dodeca._sync.stream import TextStream
from dodeca.batch import Batch
from dodeca.bulk import Failure, Run
from dodeca.embeddings import Clip, Match, Matches
from dodeca.embeddings.labels import Labels
from dodeca.embeddings.values import Values
from dodeca.media import MediaLike
from dodeca.results import EmbeddingsV1
from dodeca.segmentation import (
    DocumentSegmentation,
    Dynamic,
    Fixed,
    Quadrants,
    Segmentation,
    Sentences,
    WholePages,
)

__all__ = [
    "Analyze",
    "AnalyzeBatches",
    "AnalyzeTasks",
    "Assets",
    "AsyncAnalyze",
    "AsyncAnalyzeBatches",
    "AsyncAnalyzeTasks",
    "AsyncAssets",
    "AsyncEmbed",
    "AsyncEmbedTasks",
    "AsyncEmbedV1",
    "AsyncEmbedV1Tasks",
    "AsyncGenerate",
    "AsyncGists",
    "AsyncImports",
    "AsyncIndexedAssets",
    "AsyncIndexes",
    "AsyncJob",
    "AsyncMultipartUploads",
    "AsyncPages",
    "AsyncResponseStream",
    "AsyncSearch",
    "AsyncSearchResults",
    "AsyncSummarize",
    "AsyncTasks",
    "AsyncTextStream",
    "AsyncVideos",
    "Batch",
    "BinaryFile",
    "Clip",
    "DocumentSegmentation",
    "Dynamic",
    "Embed",
    "EmbedTasks",
    "EmbedV1",
    "EmbedV1Tasks",
    "EmbeddingsV1",
    "Failure",
    "Fixed",
    "Generate",
    "Gists",
    "Imports",
    "IndexedAssets",
    "Indexes",
    "Job",
    "JobState",
    "Labels",
    "Match",
    "Matches",
    "MediaLike",
    "MultipartUploads",
    "Pages",
    "PillowImage",
    "Progress",
    "PydanticModel",
    "Quadrants",
    "RateLimit",
    "RequestEvent",
    "Response",
    "ResponseEvent",
    "ResponseInfo",
    "ResponseStream",
    "Run",
    "Search",
    "SearchResults",
    "Segmentation",
    "Sentences",
    "ServerSentEvent",
    "Summarize",
    "Tasks",
    "TextStream",
    "Values",
    "Videos",
    "WholePages",
]
