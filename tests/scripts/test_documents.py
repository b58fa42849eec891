from pathlib import Path

import pytest

from scripts._documents import SpecError, dump, json_path, load, parse


def test_a_location_is_written_as_json_path():
    at = ("paths", "/embed-v2", "post", "tags", 0, "x-why")
    assert json_path(at) == "$.paths['/embed-v2'].post.tags[0]['x-why']"


def test_words_that_older_yaml_takes_for_booleans_and_dates_stay_text():
    assert parse("a: no\nb: on\nc: 2026-01-02\n404: x\nd: 1.3.0\ne: ~\nf: -1.5") == {
        **{"a": "no", "b": "on", "c": "2026-01-02", "404": "x", "d": "1.3.0"},
        **{"e": None, "f": -1.5},
    }


def test_a_key_that_appears_twice_is_refused_with_file_and_line(tmp_path: Path):
    file = tmp_path / "twice.yaml"
    file.write_text("a: 1\nb: 2\na: 3\n")
    with pytest.raises(SpecError, match=r"twice\.yaml: line 3: the key 'a' appears twice"):
        load(file)


def test_what_is_written_is_read_back_the_same():
    words = ["no", "on", "1", "08", "0019", "1.", "2026-01-02", "a: b", ""]
    document = {"enum": words, "text": "two\nlines\n", "n": 1}
    assert parse(dump(document)) == document
    assert dump({"a": ["x"], "b": "x"}) == "a:\n  - x\nb: x\n"
