"""What the generated models do with answers that are not in the document yet."""

import pytest

from dodeca_api.models import (
    EmbeddingAudioMetadata,
    EmbeddingDocumentMetadata,
    EmbeddingImageMetadata,
    EmbeddingMultiInputMetadata,
    EmbeddingSuccessResponse,
    EmbeddingTaskResponse,
    EmbeddingVideoMetadata,
    UnlistedObject,
)


@pytest.mark.parametrize(
    "metadata",
    [
        {"input_type": "hologram", "embedding_dimension": 512},
        {"input_type": "document", "pages": [1, 2], "deep": {"er": None}},  # of tasks only
        {"something": "else"},
        {"input_type": "audio"},  # required fields are missing
    ],
)
def test_metadata_of_an_unknown_kind_is_kept_as_it_came(metadata: dict[str, object]):
    answer = {"data": [], "metadata": metadata}
    parsed = EmbeddingSuccessResponse.from_dict(answer)
    assert isinstance(parsed.metadata, UnlistedObject)
    assert parsed.to_dict() == answer


@pytest.mark.parametrize(
    ("metadata", "model"),
    [
        ({"input_type": "document", "embedding_scopes": ["local"]}, EmbeddingDocumentMetadata),
        ({"input_type": "image", "embedding_options": ["visual"]}, EmbeddingImageMetadata),
        ({"input_type": "multi_input"}, UnlistedObject),  # not of tasks
    ],
)
def test_metadata_of_a_task_gets_its_own_class(metadata: dict[str, object], model: type):
    answer = {"_id": "t", "status": "ready", "metadata": metadata | {"embedding_dimension": 256}}
    parsed = EmbeddingTaskResponse.from_dict(answer)
    assert type(parsed.metadata) is model
    assert parsed.to_dict() == answer


def test_metadata_of_several_inputs_gets_its_own_class():
    metadata = {"input_type": "multi_input", "embedding_dimension": 256, "tomorrow": True}
    parsed = EmbeddingSuccessResponse.from_dict({"data": [], "metadata": metadata})
    assert type(parsed.metadata) is EmbeddingMultiInputMetadata
    assert parsed.to_dict()["metadata"] == metadata


@pytest.mark.parametrize(
    ("kind", "model"), [("audio", EmbeddingAudioMetadata), ("video", EmbeddingVideoMetadata)]
)
def test_metadata_of_a_known_kind_gets_its_own_class(kind: str, model: type):
    metadata = {
        "input_type": kind,
        "embedding_options": ["audio"],
        "embedding_scopes": ["clip", "tomorrow's scope"],
        "duration": 12.5,
        "tomorrow": True,
    }
    parsed = EmbeddingSuccessResponse.from_dict({"data": [], "metadata": metadata})
    assert type(parsed.metadata) is model
    assert parsed.to_dict()["metadata"] == metadata


def test_unknown_options_scopes_and_fields_pass_through():
    entry = {
        "embedding": [0.5],
        "embedding_option": "smell",
        "embedding_scope": None,
        "start_sec": None,
        "colour": {"r": 1},
    }
    parsed = EmbeddingSuccessResponse.from_dict({"data": [entry]})
    assert parsed.data[0].embedding_option == "smell"
    assert parsed.to_dict() == {"data": [entry]}


def test_an_unknown_status_of_a_task_is_not_an_error():
    answer = {"_id": "t", "status": "paused"}
    assert EmbeddingTaskResponse.from_dict(answer).status == "paused"
