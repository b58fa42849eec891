"""The table of embedding models, and what the pure parts make of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dodeca import Media
from dodeca._calls import embed_requests, limits
from dodeca._calls.embedding_models import MODELS, embedding_model
from dodeca._calls.limits import Endpoint, FileInfo
from dodeca.errors import InvalidMediaError, InvalidRequestError
from dodeca_api.models.document_embedding_option import DOCUMENT_EMBEDDING_OPTION_VALUES
from dodeca_api.models.document_embedding_scope import DOCUMENT_EMBEDDING_SCOPE_VALUES
from dodeca_api.models.multi_input_media_source_media_type import (
    MULTI_INPUT_MEDIA_SOURCE_MEDIA_TYPE_VALUES,
)
from dodeca_api.models.timed_embedding_scope import TIMED_EMBEDDING_SCOPE_VALUES
from dodeca_api.models.video_input_request_embedding_option_items import (
    VIDEO_INPUT_REQUEST_EMBEDDING_OPTION_ITEMS_VALUES as VIDEO_OPTIONS,
)

NAMES = st.text("abc -_.", min_size=1, max_size=4).filter(str.strip)
IMAGE = "https://host.example/a.png"


def test_the_table_has_the_words_of_the_document() -> None:
    newest = MODELS["marengo3.5"]
    document, video = newest.tasks["document"], newest.tasks["video"]
    assert set(document.options) == DOCUMENT_EMBEDDING_OPTION_VALUES
    assert set(document.scopes) == DOCUMENT_EMBEDDING_SCOPE_VALUES
    assert set(video.scopes) == TIMED_EMBEDDING_SCOPE_VALUES
    assert set(newest.sources) == MULTI_INPUT_MEDIA_SOURCE_MEDIA_TYPE_VALUES
    assert set(MODELS["marengo3.0"].tasks["video"].options) == VIDEO_OPTIONS


def test_a_model_that_is_not_known_is_like_the_newest() -> None:
    found = embedding_model("marengo9")
    assert (found.name, found.like, found.is_known) == ("marengo9", "marengo3.5", False)
    assert embedding_model("marengo3.0") is MODELS["marengo3.0"]


@given(st.sets(NAMES, max_size=4), st.lists(NAMES, max_size=4))
def test_a_text_refers_to_media_that_are_there(names: set[str], references: list[str]) -> None:
    options = embed_requests.request_options("marengo3.5")
    text = "and ".join(["as ", *(f"<@{name}>" for name in references)])
    media = dict.fromkeys(sorted(names), IMAGE)
    if set(references) <= names:
        body, source = embed_requests.multi_input(text, media, options)
        sent = body.to_dict()["multi_input"]
        assert [item["name"] for item in sent.get("media_sources", [])] == list(media)
        assert source == (IMAGE if len(media) == 1 else None)
    else:
        with pytest.raises(InvalidRequestError, match="refers to"):
            embed_requests.multi_input(text, media, options)


@pytest.mark.parametrize(
    ("model", "endpoint", "kind", "seconds", "size", "outcome"),
    [
        ("marengo3.0", Endpoint.EMBED, "audio", 600, 36 << 20, "accepted"),
        ("marengo3.0", Endpoint.EMBED, "audio", 601, 1000, "refused"),
        ("marengo3.5", Endpoint.EMBED, "audio", 30, 32 << 20, "accepted"),
        ("marengo3.5", Endpoint.EMBED, "audio", 30.5, 1000, "refused"),
        ("marengo3.5", Endpoint.EMBED, "audio", 30, (32 << 20) + 1, "refused"),
        ("marengo3.5", Endpoint.EMBED_TASK, "audio", 31, 1 << 30, "accepted"),
        ("marengo9", Endpoint.EMBED, "audio", 31, 1000, "refused"),
        ("marengo3.5", Endpoint.EMBED, "document", None, 32 << 20, "accepted"),
        ("marengo3.5", Endpoint.EMBED_TASK, "document", None, (512 << 20) + 1, "refused"),
        ("marengo3.0", Endpoint.EMBED_TASK, "document", None, 1000, "refused"),
    ],
)
def test_limits_are_those_of_the_model(
    model: str, endpoint: Endpoint, kind: limits.Kind, seconds: float, size: int, outcome: str
) -> None:
    form = {"audio": "wav", "document": "pdf"}[kind]
    info = FileInfo(kind, form, seconds, codec="pcm", size=size)
    assert limits.judge(info, endpoint, kind, model).outcome == outcome


def test_what_is_not_known_to_fit_into_one_call_is_a_task_of_the_newest_model() -> None:
    unknown = Media.data(b"no header", filename="a.mp4")
    assert limits.choose(unknown, "video", "auto") is Endpoint.EMBED
    found = limits.choose(unknown, "video", "auto", model_name="marengo3.5")
    assert found is Endpoint.EMBED_TASK
    with pytest.raises(InvalidMediaError, match=r"marengo3\.0 does not embed documents"):
        limits.choose(Media.data(b"%PDF-1.7"), "document", "auto")


@pytest.mark.parametrize(
    ("media", "kind", "form"),
    [
        (Media.url("https://host.example/manual.PDF"), "document", "pdf"),
        (Media.url("https://host.example/notes.markdown"), "document", "text"),
        (Media.data(b"%PDF-1.7", kind="document"), "document", "pdf"),
        (Media.data(b"words", kind="document"), "document", "text"),
        (Media.asset("a1", kind="document"), "document", None),
        (Media.asset("a1"), None, None),
    ],
)
def test_documents_are_told_by_name_kind_or_content(
    media: Media, kind: str | None, form: str | None
) -> None:
    assert (media.kind, limits.document_format(media)) == (kind, form)


def test_the_kind_of_media_is_one_of_four() -> None:
    with pytest.raises(InvalidMediaError, match="the kind of media"):
        Media.asset("a1", kind="hologram")  # type: ignore[arg-type]
    assert "kind='image'" in repr(Media.asset("a1", kind="image"))
