"""Calls of every method for both models, and the same calls of the vendor's own package.

The calls are good for both of our clients: what they return is awaited, or not.
"""

import base64
from collections.abc import Callable, Mapping
from typing import Any

import attrs
import httpx
from twelvelabs import (
    AsyncAudioInputRequest,
    AsyncDocumentInputRequest,
    AsyncImageInputRequest,
    AsyncTemporalSegmentation,
    AsyncTwelveLabs,
    AsyncVideoInputRequest,
    AudioInputRequest,
    AudioSegmentation,
    AudioSegmentationFixed,
    DocumentSegmentation,
    DocumentSequentialSegmentation,
    DocumentSpatialSegmentation,
    ImageInputRequest,
    MediaSource,
    MultiInputMediaSource,
    MultiInputRequest,
    TemporalSegmentation_Dynamic,
    TemporalSegmentation_Fixed,
    TemporalSegmentationDynamicDynamic,
    TemporalSegmentationFixedFixed,
    TextImageInputRequest,
    TextInputRequest,
    TimeBasedMetadataEntry,
    TwelveLabs,
    VideoInputRequest,
    VideoSegmentation_Dynamic,
    VideoSegmentation_Fixed,
    VideoSegmentationDynamicDynamic,
    VideoSegmentationFixedFixed,
)

from dodeca import Media, segmentation
from tests.scripted import PNG, Script, reply

IMAGE, AUDIO, VIDEO = (f"https://host.example/a.{name}" for name in ("png", "wav", "mp4"))
PDF, MARKDOWN = "https://host.example/manual.pdf", "https://host.example/notes.md"
BOTH_TYPES = ["separate_embedding", "fused_embedding"]
GOAL = {"start": 12.0, "end": 12.5, "text": "a goal"}
TASK = {"_id": "t1", "status": "processing"}
VECTORS = {"data": [{"embedding": [0.5, -0.5], "embedding_option": None, "embedding_scope": None}]}

Ours = Callable[[Any], Any]
Theirs = Mapping[str, Any]
"""The keyword arguments of the vendor's `create`, of requests and tasks alike."""


def url(address: str) -> MediaSource:
    return MediaSource(url=address)


def multi(text: str | None = None, *sources: MultiInputMediaSource, **more: Any) -> Theirs:
    given = {"input_text": text, "media_sources": list(sources) or None}
    return {
        "input_type": "multi_input",
        "multi_input": MultiInputRequest(**{k: v for k, v in given.items() if v is not None}),
        **more,
    }


def source(media_type: str, address: str, **more: Any) -> MultiInputMediaSource:
    return MultiInputMediaSource(media_type=media_type, url=address, **more)


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def dynamic(seconds: int) -> AsyncTemporalSegmentation:
    inner = TemporalSegmentationDynamicDynamic(min_duration_sec=seconds)
    return AsyncTemporalSegmentation(temporal=TemporalSegmentation_Dynamic(dynamic=inner))


def fixed(seconds: int) -> AsyncTemporalSegmentation:
    inner = TemporalSegmentationFixedFixed(duration_sec=seconds)
    return AsyncTemporalSegmentation(temporal=TemporalSegmentation_Fixed(fixed=inner))


ONE_CALL: dict[str, list[tuple[Ours, Theirs]]] = {
    "marengo3.0": [
        (
            lambda client: client.embed.text("a dog"),
            {"input_type": "text", "text": TextInputRequest(input_text="a dog")},
        ),
        (
            lambda client: client.embed.image(IMAGE),
            {"input_type": "image", "image": ImageInputRequest(media_source=url(IMAGE))},
        ),
        (
            lambda client: client.embed.image(Media.data(PNG)),
            {
                "input_type": "image",
                "image": ImageInputRequest(media_source=MediaSource(base_64_string=encoded(PNG))),
            },
        ),
        (
            lambda client: client.embed.text_image("a dog", Media.asset("a1")),
            {
                "input_type": "text_image",
                "text_image": TextImageInputRequest(
                    input_text="a dog", media_source=MediaSource(asset_id="a1")
                ),
            },
        ),
        (
            lambda client: client.embed.audio(
                AUDIO,
                start_sec=0,
                end_sec=9,
                segmentation=segmentation.fixed(5),
                embedding_option=["audio", "transcription"],
                embedding_scope=["clip"],
                embedding_type=["fused_embedding"],
            ),
            {
                "input_type": "audio",
                "audio": AudioInputRequest(
                    media_source=url(AUDIO),
                    start_sec=0,
                    end_sec=9,
                    segmentation=AudioSegmentation(
                        strategy="fixed", fixed=AudioSegmentationFixed(duration_sec=5)
                    ),
                    embedding_option=["audio", "transcription"],
                    embedding_scope=["clip"],
                    embedding_type=["fused_embedding"],
                ),
            },
        ),
        (
            lambda client: client.embed.video(
                VIDEO,
                start_sec=1.5,
                end_sec=9,
                segmentation=segmentation.dynamic(3),
                embedding_option=["visual", "audio"],
                embedding_scope=["clip", "asset"],
                embedding_type=BOTH_TYPES,
            ),
            {
                "input_type": "video",
                "video": VideoInputRequest(
                    media_source=url(VIDEO),
                    start_sec=1.5,
                    end_sec=9,
                    segmentation=VideoSegmentation_Dynamic(
                        dynamic=VideoSegmentationDynamicDynamic(min_duration_sec=3)
                    ),
                    embedding_option=["visual", "audio"],
                    embedding_scope=["clip", "asset"],
                    embedding_type=BOTH_TYPES,
                ),
            },
        ),
        (
            lambda client: client.embed.multi_input("red as <@coat>", {"coat": IMAGE}),
            multi("red as <@coat>", source("image", IMAGE, name="coat")),
        ),
        (
            lambda client: client.embed.multi_input(None, [IMAGE, Media.data(PNG)]),
            multi(
                None,
                source("image", IMAGE),
                MultiInputMediaSource(media_type="image", base_64_string=encoded(PNG)),
            ),
        ),
    ],
    "marengo3.5": [
        (lambda client: client.embed.text("a dog"), multi("a dog")),
        (
            lambda client: client.embed.text(
                "a dog",
                embedding_dimension=256,
                embedding_uncertainty=True,
                auto_truncate=True,
            ),
            multi("a dog", embedding_dimension=256, embedding_uncertainty=True, auto_truncate=True),
        ),
        (
            lambda client: client.embed.text(
                "a dog", embedding_uncertainty=False, auto_truncate=False
            ),
            multi("a dog", embedding_uncertainty=False, auto_truncate=False),
        ),
        (
            lambda client: client.embed.image(IMAGE, embedding_dimension=128),
            multi(None, source("image", IMAGE), embedding_dimension=128),
        ),
        (
            lambda client: client.embed.image(Media.asset("a1"), embedding_uncertainty=True),
            multi(
                None,
                MultiInputMediaSource(media_type="image", asset_id="a1"),
                embedding_uncertainty=True,
            ),
        ),
        (
            lambda client: client.embed.text_image("at night", IMAGE, embedding_dimension=512),
            multi("at night", source("image", IMAGE), embedding_dimension=512),
        ),
        (
            lambda client: client.embed.audio(AUDIO, via="sync"),
            multi(None, source("audio", AUDIO)),
        ),
        (
            lambda client: client.embed.video(VIDEO, via="sync", embedding_uncertainty=True),
            multi(None, source("video", VIDEO), embedding_uncertainty=True),
        ),
        (
            lambda client: client.embed.document(PDF, via="sync"),
            multi(None, source("document", PDF)),
        ),
        (
            lambda client: client.embed.document(Media.data(b"# Notes", filename="notes.md")),
            multi(
                None,
                MultiInputMediaSource(media_type="document", base_64_string=encoded(b"# Notes")),
            ),
        ),
        (
            lambda client: client.embed.multi_input(
                "<@coat> in <@scene>, as <@mood>",
                {"coat": Media.asset("a1", kind="image"), "scene": VIDEO, "mood": MARKDOWN},
                embedding_dimension=128,
                auto_truncate=True,
            ),
            multi(
                "<@coat> in <@scene>, as <@mood>",
                MultiInputMediaSource(name="coat", media_type="image", asset_id="a1"),
                source("video", VIDEO, name="scene"),
                source("document", MARKDOWN, name="mood"),
                embedding_dimension=128,
                auto_truncate=True,
            ),
        ),
        (
            lambda client: client.embed.multi_input(
                media=[AUDIO, AUDIO], embedding_uncertainty=True
            ),
            multi(None, *[source("audio", AUDIO)] * 2, embedding_uncertainty=True),
        ),
    ],
}
"""A call of ours, and the arguments of the vendor's `embed.v_2.create`."""

TASKS: dict[str, list[tuple[Ours, Theirs]]] = {
    "marengo3.0": [
        (
            lambda client: client.embed.tasks.audio(
                AUDIO, segmentation=segmentation.fixed(6), embedding_type=["fused_embedding"]
            ),
            {
                "input_type": "audio",
                "audio": AsyncAudioInputRequest(
                    media_source=url(AUDIO),
                    segmentation=AudioSegmentation(
                        strategy="fixed", fixed=AudioSegmentationFixed(duration_sec=6)
                    ),
                    embedding_type=["fused_embedding"],
                ),
            },
        ),
        (
            lambda client: client.embed.tasks.video(
                VIDEO,
                start_sec=0,
                end_sec=100,
                segmentation=segmentation.fixed(10),
                embedding_option=["visual", "transcription"],
                embedding_scope=["asset"],
                embedding_type=BOTH_TYPES,
            ),
            {
                "input_type": "video",
                "video": AsyncVideoInputRequest(
                    media_source=url(VIDEO),
                    start_sec=0,
                    end_sec=100,
                    segmentation=VideoSegmentation_Fixed(
                        fixed=VideoSegmentationFixedFixed(duration_sec=10)
                    ),
                    embedding_option=["visual", "transcription"],
                    embedding_scope=["asset"],
                    embedding_type=BOTH_TYPES,
                ),
            },
        ),
        (
            lambda client: client.embed.tasks.video(VIDEO),
            {"input_type": "video", "video": AsyncVideoInputRequest(media_source=url(VIDEO))},
        ),
    ],
    "marengo3.5": [
        (
            lambda client: client.embed.tasks.audio(
                AUDIO,
                start_sec=0,
                end_sec=60,
                segmentation=segmentation.dynamic(2),
                embedding_option=["audio"],
                embedding_scope=["local", "asset"],
                embedding_type=BOTH_TYPES,
                time_based_metadata=[GOAL],
            ),
            {
                "input_type": "audio",
                "audio": AsyncAudioInputRequest(
                    media_source=url(AUDIO),
                    start_sec=0,
                    end_sec=60,
                    segmentation=dynamic(2),
                    embedding_option=["audio"],
                    embedding_scope=["local", "asset"],
                    embedding_type=BOTH_TYPES,
                    time_based_metadata=[TimeBasedMetadataEntry(**GOAL)],
                ),
            },
        ),
        (
            lambda client: client.embed.tasks.audio(AUDIO, segmentation=segmentation.fixed(6)),
            {
                "input_type": "audio",
                "audio": AsyncAudioInputRequest(
                    media_source=url(AUDIO), segmentation=fixed(6), embedding_option=["audio"]
                ),
            },
        ),
        (
            lambda client: client.embed.tasks.video(
                Media.asset("a1"),
                start_sec=0,
                end_sec=60,
                segmentation=segmentation.fixed(10),
                embedding_option=["visual", "audio"],
                embedding_scope=["clip"],
                embedding_type=["fused_embedding"],
                time_based_metadata=[GOAL],
                embedding_dimension=256,
                embedding_uncertainty=True,
            ),
            {
                "input_type": "video",
                "embedding_dimension": 256,
                "embedding_uncertainty": True,
                "video": AsyncVideoInputRequest(
                    media_source=MediaSource(asset_id="a1"),
                    start_sec=0,
                    end_sec=60,
                    segmentation=fixed(10),
                    embedding_option=["visual", "audio"],
                    embedding_scope=["clip"],
                    embedding_type=["fused_embedding"],
                    time_based_metadata=[TimeBasedMetadataEntry(**GOAL)],
                ),
            },
        ),
        (
            lambda client: client.embed.tasks.video(VIDEO, segmentation=segmentation.dynamic(4)),
            {
                "input_type": "video",
                "video": AsyncVideoInputRequest(
                    media_source=url(VIDEO),
                    segmentation=dynamic(4),
                    embedding_option=["visual", "audio"],
                ),
            },
        ),
        (
            lambda client: client.embed.tasks.image(
                Media.data(PNG),
                embedding_option=["visual"],
                embedding_scope=["asset"],
                embedding_type=["separate_embedding"],
                embedding_uncertainty=True,
            ),
            {
                "input_type": "image",
                "embedding_uncertainty": True,
                "image": AsyncImageInputRequest(
                    media_source=MediaSource(base_64_string=encoded(PNG)),
                    embedding_option=["visual"],
                    embedding_scope=["asset"],
                    embedding_type=["separate_embedding"],
                ),
            },
        ),
        (
            lambda client: client.embed.tasks.image(IMAGE),
            {"input_type": "image", "image": AsyncImageInputRequest(media_source=url(IMAGE))},
        ),
        (
            lambda client: client.embed.tasks.image(Media.asset("a1")),
            {
                "input_type": "image",
                "image": AsyncImageInputRequest(media_source=MediaSource(asset_id="a1")),
            },
        ),
        (
            lambda client: client.embed.tasks.document(Media.data(b"# Notes", filename="a.md")),
            {
                "input_type": "document",
                "document": AsyncDocumentInputRequest(
                    media_source=MediaSource(base_64_string=encoded(b"# Notes"))
                ),
            },
        ),
        (
            lambda client: client.embed.tasks.document(
                PDF,
                segmentation=segmentation.quadrants(),
                embedding_option=["visual"],
                embedding_scope=["local", "asset"],
                embedding_type=["separate_embedding"],
                embedding_dimension=128,
            ),
            {
                "input_type": "document",
                "embedding_dimension": 128,
                "document": AsyncDocumentInputRequest(
                    media_source=url(PDF),
                    segmentation=DocumentSegmentation(
                        spatial=DocumentSpatialSegmentation(strategy="quadrants")
                    ),
                    embedding_option=["visual"],
                    embedding_scope=["local", "asset"],
                    embedding_type=["separate_embedding"],
                ),
            },
        ),
        (
            lambda client: client.embed.tasks.document(
                MARKDOWN,
                segmentation=segmentation.sentences(5, overlap_sentences=1),
                embedding_scope=["local"],
                embedding_uncertainty=True,
            ),
            {
                "input_type": "document",
                "embedding_uncertainty": True,
                "document": AsyncDocumentInputRequest(
                    media_source=url(MARKDOWN),
                    segmentation=DocumentSegmentation(
                        sequential=DocumentSequentialSegmentation(
                            strategy="sentence", max_sentences=5, overlap_sentences=1
                        )
                    ),
                    embedding_scope=["local"],
                ),
            },
        ),
        (
            lambda client: client.embed.tasks.document(PDF, segmentation=segmentation.pages()),
            {
                "input_type": "document",
                "document": AsyncDocumentInputRequest(
                    media_source=url(PDF),
                    segmentation=DocumentSegmentation(
                        spatial=DocumentSpatialSegmentation(strategy="standard")
                    ),
                ),
            },
        ),
        (
            lambda client: client.embed.tasks.document(Media.asset("a1")),
            {
                "input_type": "document",
                "document": AsyncDocumentInputRequest(media_source=MediaSource(asset_id="a1")),
            },
        ),
    ],
}
"""A call of ours, and the arguments of the vendor's `embed.v_2.tasks.create`."""


@attrs.frozen
class Same:
    """A call of ours with a client of a model, and the vendor's to the same path."""

    path: str
    model: str
    ours: Ours
    theirs: Theirs

    @property
    def script(self) -> Script:
        """What answers the call once."""
        return Script(reply(self.answer, status=self.status))

    @property
    def answer(self) -> Any:
        """The JSON of the response."""
        return VECTORS if self.path == "/embed-v2" else TASK

    @property
    def status(self) -> int:
        """The status of the response."""
        return 200 if self.path == "/embed-v2" else 202

    def __repr__(self) -> str:
        return f"{self.model} {self.path} {self.theirs['input_type']}"


ROWS = [
    Same(path, model, ours, theirs)
    for path, table in (("/embed-v2", ONE_CALL), ("/embed-v2/tasks", TASKS))
    for model, rows in table.items()
    for ours, theirs in rows
]


def sent_by_the_vendor(row: Same) -> Any:
    """The JSON that the vendor's package sends, read off a transport of its own."""
    script = row.script
    with httpx.Client(transport=script) as http:
        api = TwelveLabs(api_key="tlk_test", httpx_client=http).embed.v_2
        create = api.create if row.path == "/embed-v2" else api.tasks.create
        create(model_name=row.model, **row.theirs)
    assert script.requests[0].url.path == f"/v1.3{row.path}"
    return script.bodies[0]


async def sent_by_the_asynchronous_vendor(row: Same) -> Any:
    """The same of the vendor's asynchronous client."""
    script = row.script
    async with httpx.AsyncClient(transport=script) as http:
        api = AsyncTwelveLabs(api_key="tlk_test", httpx_client=http).embed.v_2
        create = api.create if row.path == "/embed-v2" else api.tasks.create
        await create(model_name=row.model, **row.theirs)
    return script.bodies[0]
