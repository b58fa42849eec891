"""Vectors that are read while the answer arrives: equal to what a whole parse gives, to the bit."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dodeca._calls import floats, vector_reader
from dodeca._calls.floats import Parser, json_parser, new_parser, orjson_parser, simdjson_parser
from dodeca._calls.operation import RawResponse
from dodeca._calls.segment_columns import V1, V2, FieldNames, SegmentColumns
from dodeca._calls.vector_reader import VectorSink, extract_vectors
from dodeca.embeddings import Embeddings
from dodeca.errors import InvalidResponseError
from dodeca_api.models import EmbeddingSuccessResponse

PARSERS: dict[str, Callable[[], Parser]] = {
    "simdjson": simdjson_parser,
    "orjson": lambda: orjson_parser,
    "json": lambda: json_parser,
}

SPACE = st.sampled_from(["", "", "", " ", "\n", "\r\n\t ", " " * 70])
NUMBER = st.one_of(
    st.floats(-1, 1).map(repr),
    st.floats(-3e38, 3e38, allow_nan=False).map(repr),
    st.integers(-(10**25), 10**25).map(str),
    st.sampled_from(["0", "-0", "-0.0", "0e5", "-0E-3", "1e-400", "-1e-46", "1E+2", "5e-324"]),
    st.sampled_from(["16777217", "9007199254740993", "18446744073709551616", "3.4028235e38"]),
    st.decimals(-2, 2, places=30).map(str).filter(lambda text: "E" not in text),
)
TEXT = st.one_of(
    st.sampled_from(
        [
            "visual",
            "clip",
            '"embedding":[1,2]',
            '"embedding_uncertainty":[1]',
            '\\"embedding":[',
            "x\\",
            "},{",
            "}, {",
            "],[",
            "ü",
        ]
    ),
    st.text(max_size=8).filter(lambda text: text.isprintable()),
)
EXTRA = st.dictionaries(
    st.one_of(st.sampled_from(['x"embedding', "embedding_", "float", "e"]), TEXT).filter(
        lambda name: not name.startswith(("embedding", "start", "end")) or name == "embedding_"
    ),
    st.one_of(
        TEXT, st.none(), st.integers(-9, 9), st.lists(TEXT, max_size=2), st.just({"a": [{}]})
    ),
    max_size=2,
)


def sunk(body: bytes, pieces: list[int], parser: Parser, names: FieldNames = V2) -> VectorSink:
    vector_reader = VectorSink(names, parser)
    place = 0
    for size in pieces:
        vector_reader.feed(body[place : place + size])
        place += size
    vector_reader.feed(body[place:])
    return vector_reader


def taken(body: bytes, pieces: list[int], parser: Parser) -> tuple[SegmentColumns, Any]:
    (found,), rest = extract_vectors(
        RawResponse(200, {}, b"", sunk(body, pieces, parser)), ("data",)
    )
    return found, rest


def assert_same(ours: Embeddings | SegmentColumns, expected: Embeddings) -> None:
    assert ours.vectors.dtype == np.float32
    assert ours.vectors.shape == expected.vectors.shape
    assert ours.vectors.tobytes() == expected.vectors.tobytes()
    for one, other in ((ours.uncertainty, expected.uncertainty),):
        assert (one is None) == (other is None)
        assert one is None or other is None or one.tobytes() == other.tobytes()
    assert ours.embedding_option == expected.embedding_option
    assert ours.embedding_scope == expected.embedding_scope
    assert ours.start_sec.tobytes() == expected.start_sec.tobytes()
    assert ours.end_sec.tobytes() == expected.end_sec.tobytes()
    assert ours.extra == expected.extra


def exactly(body: bytes) -> Any:
    """As Python reads it: all numbers as `float(text)`, nothing that JSON does not know."""

    def refuse(text: str) -> None:
        raise ValueError(text)

    return json.loads(body, parse_int=float, parse_constant=refuse)


@st.composite
def answers(draw: Callable[[Any], Any]) -> bytes:
    """Responses as text, since a number may be written in many ways."""
    width = draw(st.integers(1, 4))
    with_uncertainty = draw(st.sampled_from(["none", "some", "all"]))
    items = []
    for _ in range(draw(st.integers(0, 4))):
        numbers = draw(st.lists(NUMBER, min_size=width, max_size=width))
        spaces = [draw(SPACE) for _ in range(4)]
        row = f",{spaces[0]}".join(numbers)
        fields = [f'"embedding"{spaces[1]}:{spaces[2]}[{spaces[3]}{row}{spaces[0]}]']
        if with_uncertainty == "all" or (with_uncertainty == "some" and draw(st.booleans())):
            row = f",{spaces[1]}".join(draw(st.lists(NUMBER, min_size=width, max_size=width)))
            fields += [f'"embedding_uncertainty"{spaces[2]}:{spaces[0]}[{row}{spaces[3]}]']
        elif draw(st.booleans()):
            fields += [f'"embedding_uncertainty"{spaces[2]}:{spaces[0]}null']
        for name in draw(st.sets(st.sampled_from(["embedding_option", "embedding_scope"]))):
            fields += [f'"{name}":{json.dumps(draw(st.one_of(TEXT, st.none())))}']
        for name in draw(st.sets(st.sampled_from(["start_sec", "end_sec"]))):
            fields += [f'"{name}":{draw(st.sampled_from(["null", "0", "1.5", "2e1"]))}']
        fields += [f"{json.dumps(k)}:{json.dumps(v)}" for k, v in draw(EXTRA).items()]
        gap = draw(SPACE)
        items.append(f"{{{gap}{f',{gap}'.join(draw(st.permutations(fields)))}{gap}}}")
    between = draw(SPACE)
    told = json.dumps({"input_type": "x", **draw(EXTRA)})
    data = f'"data":[{f"{between},{between}".join(items)}]'
    parts = draw(st.permutations([data, f'"metadata":{told}']))
    return f"{{{','.join(parts)}}}".encode()


@pytest.fixture(params=["as they are", "small"], autouse=True)
def steps(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything again with steps so small that short answers take all ways."""
    if request.param == "small":
        monkeypatch.setattr(vector_reader, "_PARSE_BYTES", 8)
        monkeypatch.setattr(vector_reader, "_CONDENSE_BYTES", 16)


@given(answers(), st.lists(st.integers(1, 40)), st.sampled_from(sorted(PARSERS)))
def test_pieces_give_what_the_whole_gives(body: bytes, pieces: list[int], parser: str) -> None:
    found, rest = taken(body, pieces, PARSERS[parser]())

    whole = exactly(body)
    assert_same(found, Embeddings.from_items(whole["data"]))
    assert rest["data"] == []
    assert rest["metadata"] == whole["metadata"]


@given(answers(), st.sampled_from(sorted(PARSERS)))
def test_the_generated_parser_gives_equal_values(body: bytes, parser: str) -> None:
    found, _ = taken(body, [], PARSERS[parser]())

    parsed = EmbeddingSuccessResponse.from_dict(json.loads(body)).to_dict()
    expected = Embeddings.from_items(parsed["data"])
    assert np.array_equal(found.vectors, expected.vectors)
    assert found.embedding_option == expected.embedding_option


@given(
    answers(),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 3), st.binary(max_size=3)), max_size=3),
    st.lists(st.integers(1, 40)),
    st.sampled_from(sorted(PARSERS)),
)
def test_a_damaged_answer_is_refused_or_read_as_it_stands(
    body: bytes, damages: list[tuple[int, int, bytes]], pieces: list[int], parser: str
) -> None:
    for place, size, new in damages:
        body = body[:place] + new + body[place + size :]
    try:
        found, _ = taken(body, pieces, PARSERS[parser]())
    except InvalidResponseError:
        return
    assert_same(found, Embeddings.from_items(exactly(body).get("data") or []))


@given(st.text(), st.text())
def test_no_text_looks_like_a_vector(name: str, text: str) -> None:
    value = {name + '"embedding': [1], "a": text + '"embedding":[1,2]', 'b"embedding":[': ["]"]}
    for body in (orjson.dumps(value), json.dumps(value).encode()):
        vector_reader = VectorSink()
        vector_reader.feed(body)
        assert vector_reader.remainder() == value
        assert vector_reader.columns() == []


def row_of(text: str, more: str = "1.0") -> bytes:
    return f'{{"data":[{{"embedding":[{more}]}},{{"embedding":{text}}}]}}'.encode()


@pytest.mark.parametrize("parser", sorted(PARSERS))
@pytest.mark.parametrize(
    "text",
    [
        *("[[1.0]]", '["1"]', "[null]", "[true]", "[false]", "[{}]", "[1.0,]", "[,1.0]", "[ ]"),
        *("[NaN]", "[Infinity]", "[-Infinity]", "[1e39]", "[-1e39]", "[1e999]", "[01]", "[1.]"),
        *(
            "[.5]",
            "[+1]",
            "[1_0]",
            "[0x1]",
            "[1 2]",
            "[1.0, 2.0]",
            "[]",
            "[\x00]",
            "[\u0661]",
            "[1",
        ),
        *("null", "1", '"1"', "{}", "[0", "[" * 2000, f"[{'1' * 400}]", f"[{'[' * 2000}]"),
    ],
)
def test_what_is_no_vector_is_refused(text: str, parser: str) -> None:
    body = row_of(text)
    with pytest.raises(InvalidResponseError):
        taken(body, [], PARSERS[parser]())
    with pytest.raises(InvalidResponseError):
        taken(body, [1] * len(body), PARSERS[parser]())


@pytest.mark.parametrize("parser", sorted(PARSERS))
def test_rounding_is_that_of_float32_of_float(parser: str) -> None:
    chance = random.Random(5)
    texts = [
        *("-0", "-0.0", "0", "1e-45", "7e-46", "-7.1e-46", "3.4028235e38", "16777217"),
        *("0.1", "1.00000005960464477539062500001", "1" + "0" * 30, "-" + "9" * 25, "1e0", "-0e1"),
        *(repr(chance.uniform(-1, 1)) for _ in range(200)),
        *(f"{chance.uniform(-1, 1):.40f}" for _ in range(200)),
    ]
    expected = np.array([np.float32(float(text)) for text in texts])
    found, _ = taken(
        f'{{"data":[{{"embedding":[{",".join(texts)}]}}]}}'.encode(), [], PARSERS[parser]()
    )
    assert found.vectors[0].tobytes() == expected.tobytes()


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"null", b"[]", b"7", b'"data"', b"{", b'{"data":1}', b'{"data":{"embedding":[1]}}'),
        *(b'{"data":[1]}', b'{"data":[0]}', b'{"data":["x"]}', b'{"data":[{}]}', b'{"data":"abc"}'),
        b'{"data":[{"embedding":[1]}],"more":{"embedding":[2]}}',
        b'{"data":[{"embedding":[1],"embedding":[2]}]}',
        b'{"data":[{"embedding":[1],"start_sec":"2"}]}',
        b'{"data":[{"embedding":[1,2],"embedding_uncertainty":[1]}]}',
        b'{"data":[{"embedding":[1],"embedding_uncertainty":1}]}',
        b'{"data":[{"embedding":[1],"embedding_uncertainty":[]}]}',
        b'{"data":[{"embedding":[1],"embedding_uncertainty":["1"]}]}',
        b'{"data":[{"embedding":[1],"embedding_uncertainty":[1e39]}]}',
        b'{"data":[{"embedding":[1],"embedding_uncertainty":{"a":1}}]}',
        b'{"data":[{"embedding":[1],"embedding_uncertainty":[1],"embedding_uncertainty":[1]}]}',
        b'{"data":[{"embedding":[1]}],"more":{"embedding_uncertainty":[1]}}',
        b'{"data":[{"embedding_uncertainty":[1]}]}',
        b'{"data":[{"embedding":[1],"end_sec":1e400}]}',
        b'{"data":[{"embedding":[1],"embedding_option":["visual"]}]}',
        b'{"data":[{"embedding":[1],"embedding_scope":7}]}',
        b'{"data":[{"embedding":[1]}],"a":' + b"[" * 100 + b"]" * 100 + b"}",
        b'{"data":[{"embedding":[1],"a":' + b"[" * 100 + b"]" * 100 + b"}]}",
        b'{"data":[{"embedding":[1]}],"a":' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"data":[{"embedding":[1]},{"embedding":[1]},7]}',
    ],
)
def test_what_is_no_list_of_segments_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidResponseError):
        taken(body, [], new_parser())


def test_a_vector_without_an_end_is_given_up() -> None:
    vector_reader = VectorSink()
    vector_reader.feed(b'{"data":[{"embedding":[')
    pieces = [b"1.0," * 4096] * 100
    with pytest.raises(InvalidResponseError, match="bytes"):
        list(map(vector_reader.feed, pieces))
    with pytest.raises(InvalidResponseError, match="bytes"):
        VectorSink().feed(row_of("[" + "1.0," * 200_000 + "1]"))


def test_the_first_form_has_lists_in_several_places() -> None:
    body = orjson.dumps(
        {
            "model_name": "m",
            "text_embedding": {"segments": [{"float": [1.0, 2.0]}]},
            "image_embedding": {"error_message": "too small"},
            "audio_embedding": {
                "segments": [
                    {"float": [3.0, 4.0], "start_offset_sec": 0, "end_offset_sec": 6.5},
                    {"float": [5.0, 6.0], "start_offset_sec": 6.5, "embedding_scope": "clip"},
                ]
            },
        }
    )
    answer = RawResponse(200, {}, b"", sunk(body, [7] * 30, new_parser(), V1))
    places = [(f"{kind}_embedding", "segments") for kind in ("audio", "text", "image", "video")]
    (audio, text, image, video), rest = extract_vectors(answer, *places)
    assert audio.vectors.tolist() == [[3.0, 4.0], [5.0, 6.0]]
    assert audio.start_sec.tolist() == [0, 6.5]
    assert math.isnan(audio.end_sec[1])
    assert audio.embedding_scope == [None, "clip"]
    assert text.vectors.tolist() == [[1.0, 2.0]]
    assert len(image.vectors) == len(video.vectors) == 0
    assert rest["image_embedding"] == {"error_message": "too small", "segments": []}
    assert "video_embedding" not in rest


def test_columns_are_read_only_and_share_the_matrix() -> None:
    response = RawResponse(200, {}, b"", sunk(row_of("[2.0]"), [], new_parser()))
    (found,), _ = extract_vectors(response, ("data",))
    for column in (found.vectors, found.start_sec, found.end_sec, found.embedding_option.codes):
        assert not column.flags.writeable
    assert not found.vectors.flags.owndata


def test_uncertainty_is_a_second_matrix_with_gaps() -> None:
    segment = '{"embedding":[1,2],"embedding_uncertainty":%s}'
    for texts, expected in (
        (["[3,4]", "[5,6]"], [[3, 4], [5, 6]]),
        (["[3,4]", "null", "[5,6]"], [[3, 4], [math.nan] * 2, [5, 6]]),
    ):
        body = f'{{"data":[{",".join(segment % text for text in texts)}]}}'.encode()
        found, rest = taken(body, [1] * len(body), new_parser())
        assert found.uncertainty is not None
        assert not found.uncertainty.flags.writeable
        np.testing.assert_array_equal(found.uncertainty, expected)
        assert found.vectors.tolist() == [[1, 2]] * len(texts)
        assert (found.extra, rest) == (({},) * len(texts), {"data": []})


def test_without_simdjson_orjson_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floats, "simdjson", None)
    assert new_parser() is orjson_parser


def long_answer(rows: int, width: int) -> bytes:
    chance = random.Random(0)
    vector = [round(chance.uniform(-1, 1), 9) for _ in range(width)]
    return orjson.dumps(
        {
            "data": [
                {
                    "embedding": vector[row % width :] + vector[: row % width],
                    "embedding_option": ["visual", "audio"][row % 2],
                    "embedding_uncertainty": vector,
                    "embedding_scope": "clip",
                    "start_sec": row * 2.0,
                    "end_sec": row * 2.0 + 2,
                    "extra": {"n": [row]} if row % 7 == 0 else None,
                }
                for row in range(rows)
            ],
            "metadata": {"duration": 1},
        }
    )


@pytest.mark.parametrize("spaced", [False, True])
def test_little_is_left_of_a_long_answer_when_it_ends(spaced: bool) -> None:
    body = long_answer(2_000, 8)
    if spaced:
        body = json.dumps(json.loads(body)).encode()
    vector_reader = sunk(body, [1000] * (len(body) // 1000), new_parser())
    assert len(b"".join((vector_reader._remainder, vector_reader._tail))) < 40_000 < len(body) / 5
    (found,) = vector_reader.columns(vector_reader.remainder()["data"])
    assert_same(found, Embeddings.from_items(json.loads(body)["data"]))


def test_rows_in_many_pieces_do_not_pile_up() -> None:
    body = long_answer(100, 512)
    vector_reader = sunk(body, [100] * (len(body) // 100), new_parser())
    assert sum(map(len, vector_reader._vectors.unparsed)) < 150_000 < len(body) / 3
