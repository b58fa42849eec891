"""What follows from the model of an embedding: refusals before I/O, one call or a task."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from dodeca import AsyncClient, Embeddings, Media, errors, segmentation
from dodeca.emulator import samples
from tests.scripted import EMBEDDED, Script, reply
from tests.seams import on_clock

pytestmark = pytest.mark.anyio

IMAGE, AUDIO, VIDEO = (f"https://host.example/a.{name}" for name in ("png", "wav", "mp4"))
PDF, NOTES = "https://host.example/manual.pdf", "https://host.example/notes.md"
GOAL = {"start": 12.0, "end": 12.0, "text": "a goal"}
FUSED = ["fused_embedding"]
TASK = {"_id": "t1", "status": "processing"}
READY = {"_id": "t1", "status": "ready", **EMBEDDED}
Call = Callable[[AsyncClient], Awaitable[object]]

OLDER: list[Call] = [
    lambda client: client.embed.text("a", embedding_dimension=512),
    lambda client: client.embed.text("a", embedding_uncertainty=True),
    lambda client: client.embed.text("a", auto_truncate=True),
    lambda client: client.embed.texts(["a"], embedding_dimension=128),
    lambda client: client.embed.images([IMAGE], embedding_uncertainty=True),
    lambda client: client.embed.video(VIDEO, embedding_dimension=128),
    lambda client: client.embed.video(VIDEO, embedding_scope=["local"]),
    lambda client: client.embed.video(VIDEO, embedding_option=["audio"], embedding_type=FUSED),
    lambda client: client.embed.video(VIDEO, time_based_metadata=[GOAL], embedding_type=FUSED),
    lambda client: client.embed.audio(AUDIO, segmentation=segmentation.dynamic(4)),
    lambda client: client.embed.multi_input("a", [VIDEO]),
    lambda client: client.embed.multi_input("a " * 501),
    lambda client: client.embed.document(PDF),
    lambda client: client.embed.tasks.image(IMAGE),
    lambda client: client.embed.tasks.document(NOTES),
]

NEWEST: list[Call] = [
    lambda client: client.embed.text("a " * 2001),
    lambda client: client.embed.text("a", embedding_dimension=0),
    lambda client: client.embed.text("a", embedding_dimension=2.5),  # type: ignore[arg-type]
    lambda client: client.embed.text("a", auto_truncate="yes"),  # type: ignore[arg-type]
    lambda client: client.embed.multi_input(),
    lambda client: client.embed.multi_input(""),
    lambda client: client.embed.multi_input("a", VIDEO),
    lambda client: client.embed.multi_input("as <@coat>", [IMAGE]),
    lambda client: client.embed.multi_input("as <@coat>", {"cap": IMAGE}),
    lambda client: client.embed.multi_input("a", {"<coat>": IMAGE}),
    lambda client: client.embed.multi_input("a", {"": IMAGE}),
    lambda client: client.embed.multi_input("a", [Media.asset("a1")]),
    lambda client: client.embed.multi_input(None, [IMAGE, VIDEO]),
    lambda client: client.embed.multi_input("a", [PDF]),
    lambda client: client.embed.multi_input("a", [PDF, IMAGE]),
    lambda client: client.embed.multi_input("a", [NOTES]),
    lambda client: client.embed.multi_input(None, [NOTES, NOTES]),
    lambda client: client.embed.multi_input("a", [Media.asset("a1", kind="document")]),
    lambda client: client.embed.multi_input("a", [IMAGE], embedding_uncertainty=True),
    lambda client: client.embed.multi_input(None, [NOTES], embedding_uncertainty=True),
    lambda client: client.embed.video(VIDEO, embedding_option=["transcription"]),
    lambda client: client.embed.video(VIDEO, via="sync", start_sec=1),
    lambda client: client.embed.video(VIDEO, via="sync", embedding_scope=["clip"]),
    lambda client: client.embed.video(VIDEO, embedding_type=FUSED),
    lambda client: client.embed.video(VIDEO, time_based_metadata=[GOAL]),
    *(
        lambda client, entries=entries: client.embed.video(
            VIDEO, embedding_type=FUSED, time_based_metadata=entries
        )
        for entries in (
            [],
            [GOAL | {"end": 11.0}],
            [GOAL | {"start": -1}],
            [GOAL | {"start": None}],
            [GOAL | {"text": ""}],
            [GOAL | {"note": "x"}],
            ["a goal"],
        )
    ),
    lambda client: client.embed.tasks.video(VIDEO, embedding_uncertainty=True),
    lambda client: client.embed.tasks.audio(
        AUDIO, embedding_uncertainty=True, embedding_scope=["clip", "asset"]
    ),
    lambda client: client.embed.video(VIDEO, segmentation=segmentation.pages()),  # type: ignore[arg-type]
    lambda client: client.embed.document(PDF, segmentation=segmentation.fixed(4)),  # type: ignore[arg-type]
    lambda client: client.embed.document(PDF, segmentation=segmentation.sentences(3)),
    lambda client: client.embed.document(PDF, embedding_option=["text"]),
    lambda client: client.embed.document(PDF, embedding_scope=["clip"]),
    lambda client: client.embed.document(PDF, embedding_uncertainty=True),
    lambda client: client.embed.document(
        PDF, embedding_scope=["asset"], segmentation=segmentation.quadrants()
    ),
    lambda client: client.embed.document(NOTES, embedding_option=["visual"]),
    lambda client: client.embed.document(NOTES, embedding_scope=["local"]),
    lambda client: client.embed.document(NOTES, segmentation=segmentation.sentences(3)),
    lambda client: client.embed.document(NOTES, segmentation=segmentation.quadrants()),
    lambda client: client.embed.tasks.document(NOTES, embedding_uncertainty=True),
    lambda client: client.embed.tasks.document(NOTES, embedding_type=FUSED),
    lambda client: client.embed.tasks.image(IMAGE, embedding_scope=["local"]),
    lambda client: client.embed.tasks.image(IMAGE, embedding_option=["audio"]),
    lambda client: client.embed.text("a", model_name=""),
]


@pytest.mark.parametrize(
    ("model", "call"),
    [
        *(("marengo3.0", call) for call in OLDER),
        *(("marengo3.5", call) for call in NEWEST),
    ],
)
async def test_what_a_model_does_not_take_is_refused_before_anything_is_sent(
    model: str, call: Call
) -> None:
    script = Script()
    async with AsyncClient("tlk_test", embedding_model=model, transport=script) as client:
        with pytest.raises(errors.InvalidRequestError):
            await call(client)
    assert script.requests == []


async def test_a_call_has_its_own_model() -> None:
    script = Script(reply(EMBEDDED), reply(EMBEDDED))
    async with AsyncClient("tlk_test", embedding_model="marengo3.5", transport=script) as client:
        older = await client.embed.text("a", model_name="marengo3.0")
        newest = await client.embed.text("a")
    assert [older.model_name, newest.model_name] == ["marengo3.0", "marengo3.5"]
    assert [body["input_type"] for body in script.bodies] == ["text", "multi_input"]


async def test_a_model_that_is_not_known_is_asked_as_the_newest() -> None:
    script = Script(reply(EMBEDDED), reply(TASK, status=202))
    async with AsyncClient("tlk_test", embedding_model="marengo9", transport=script) as client:
        await client.embed.text("a", embedding_dimension=4096)
        await client.embed.tasks.video(
            VIDEO, segmentation=segmentation.fixed(4), embedding_scope=["scene"]
        )
    one_call, task = script.bodies
    assert one_call["multi_input"] == {"input_text": "a"}
    assert (one_call["model_name"], one_call["embedding_dimension"]) == ("marengo9", 4096)
    assert task["video"]["embedding_scope"] == ["scene"]
    assert "temporal" in task["video"]["segmentation"]


async def test_false_is_not_sent_to_a_model_that_has_no_such_parameter() -> None:
    script = Script(reply(EMBEDDED))
    async with AsyncClient("tlk_test", transport=script) as client:
        await client.embed.text("a", embedding_uncertainty=False, auto_truncate=False)
    assert script.bodies[0].keys() == {"input_type", "model_name", "text"}


@pytest.mark.parametrize("name", ["", " ", None, 3])
def test_the_model_of_a_client_is_a_name(name: object) -> None:
    with pytest.raises(errors.ConfigurationError, match="embedding_model"):
        AsyncClient("tlk_test", embedding_model=name)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    samples.audio(folder / "short.wav", [samples.Tone(5)])
    samples.audio(folder / "long.wav", [samples.Tone(31)])
    samples.pdf(folder / "manual.pdf", ["one", "two"])
    (folder / "notes.md").write_text("# Walks. A dog runs.")
    return folder


AUTO: list[tuple[str, Callable[[AsyncClient, Path], Awaitable[Embeddings]], bool]] = [
    ("marengo3.0", lambda client, folder: client.embed.audio(folder / "long.wav"), False),
    ("marengo3.0", lambda client, folder: client.embed.video(VIDEO, start_sec=1), False),
    ("marengo3.5", lambda client, folder: client.embed.audio(folder / "short.wav"), False),
    ("marengo3.5", lambda client, folder: client.embed.audio(folder / "long.wav"), True),
    ("marengo3.5", lambda client, folder: client.embed.video(VIDEO), True),
    ("marengo3.5", lambda client, folder: client.embed.video(Media.asset("a1")), True),
    (
        "marengo3.5",
        lambda client, folder: client.embed.audio(folder / "short.wav", embedding_scope=["clip"]),
        True,
    ),
    ("marengo3.5", lambda client, folder: client.embed.document(folder / "manual.pdf"), True),
    (
        "marengo3.5",
        lambda client, folder: client.embed.document(
            folder / "manual.pdf", embedding_option=["visual"], embedding_scope=["asset"]
        ),
        False,
    ),
    (
        "marengo3.5",
        lambda client, folder: client.embed.document(
            folder / "manual.pdf", embedding_option=["text"], embedding_scope=["asset"]
        ),
        True,
    ),
    ("marengo3.5", lambda client, folder: client.embed.document(folder / "notes.md"), False),
    ("marengo3.5", lambda client, folder: client.embed.document(NOTES), True),
]


@pytest.mark.parametrize(("model", "call", "is_task"), AUTO)
async def test_what_fits_goes_in_one_call(
    model: str,
    call: Callable[[AsyncClient, Path], Awaitable[Embeddings]],
    is_task: bool,
    media: Path,
) -> None:
    replies = [reply(TASK, status=202), reply(READY)] if is_task else [reply(EMBEDDED)]
    script = Script(*replies)
    client = AsyncClient("tlk_test", embedding_model=model, transport=script)
    async with on_clock(client):
        found = await call(client, media)
    assert (len(found), found.model_name) == (1, model)
    task = ["POST /v1.3/embed-v2/tasks", "GET /v1.3/embed-v2/tasks/t1"]
    assert script.lines == (task if is_task else ["POST /v1.3/embed-v2"])


async def test_a_document_with_too_many_pages_for_one_call_becomes_a_task(media: Path) -> None:
    refusal = {"error": {"code": "request_too_large", "message": "17 pages, at most 16"}}
    script = Script(reply(refusal, status=413), reply(TASK, status=202), reply(READY))
    client = AsyncClient("tlk_test", embedding_model="marengo3.5", transport=script)
    async with on_clock(client):
        await client.embed.document(media / "manual.pdf", embedding_scope=["asset"])
    assert [body["input_type"] for body in script.bodies] == ["multi_input", "document"]


async def test_in_one_call_it_is_an_error(media: Path) -> None:
    refusal = {"error": {"code": "request_too_large", "message": "17 pages, at most 16"}}
    script = Script(reply(refusal, status=413))
    async with AsyncClient("tlk_test", embedding_model="marengo3.5", transport=script) as client:
        with pytest.raises(errors.APIError, match="17 pages"):
            await client.embed.document(media / "manual.pdf", via="sync")


async def test_all_kinds_of_input_on_the_emulator(media: Path) -> None:
    notes = Media.data(b"A dog runs. It barks. The cat sleeps.", filename="notes.md")
    client = AsyncClient.emulated(media=media, embedding_model="marengo3.5")
    async with on_clock(client):
        text = await client.embed.text("a dog", embedding_dimension=128)
        short = await client.embed.audio("https://host.example/short.wav", via="sync")
        long = await client.embed.audio(media / "long.wav", segmentation=segmentation.fixed(10))
        pages = await client.embed.document(media / "manual.pdf")
        quarters = await client.embed.document(
            media / "manual.pdf", segmentation=segmentation.quadrants()
        )
        chunks = await client.embed.document(
            notes, segmentation=segmentation.sentences(2), embedding_scope=["local"]
        )
    assert [len(rows) for rows in (text, short, pages, quarters, chunks)] == [1, 1, 2, 10, 2]
    assert text.vectors.shape == (1, 128)
    assert {row.embedding_scope for row in long} == {"clip", "asset"}
    assert {row.extra["start_page_number"] for row in pages} == {1, 2}
