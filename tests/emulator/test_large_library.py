"""Searches and lists of a library that changes give what a plain loop over all of it gives."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from dodeca.emulator import Emulator, VirtualClock
from dodeca.emulator.inference import scoring
from dodeca.emulator.vector_index import VectorIndexes
from tests.depth import depth

from .conftest import client
from .library import MARENGO, OLDER, index, planted

QUERY = "red"
Draw = st.DataObject


class Library:
    """An emulator, and what its index should hold, in plain lists and loops."""

    def __init__(self, folder: str, model: dict[str, Any]) -> None:
        self._path, self._clock = Path(folder) / "emulator.sqlite", VirtualClock()
        self.is_scored = model is OLDER
        self._width = 1024 if self.is_scored else 512
        self.query = scoring.query_vector(QUERY, [], self._width)
        self.videos: list[dict[str, Any]] = []
        """Newest first, with `vectors` by option; without those that were deleted."""
        self.tasks: list[dict[str, Any]] = []
        """The same with those that were deleted, as tasks stay."""
        self.pages: list[tuple[str, list[Any], bool]] = []
        """The tokens of pages, what they should hold, and whether it is grouped."""
        self._open()
        self.index_id = index(self.http, "library", model)

    def _open(self) -> None:
        self.emulator = Emulator(db=self._path, clock=self._clock)
        self.http = client(self.emulator)

    def close(self) -> None:
        self.http.close()
        self.emulator.close()

    def reopen(self, draw: Draw) -> None:
        self.close()
        self._open()

    def wait(self, draw: Draw) -> None:
        """Let the tokens of all searches so far expire."""
        self._clock.advance(3600)
        for token, _, _ in self.pages:
            assert self.http.get(f"/search/{token}").status_code == 400
        self.pages.clear()

    def add(self, draw: Draw) -> None:
        """Add a video whose products with the query are exact in any order of summation."""
        options = draw.draw(st.sampled_from([["visual", "audio"], ["visual"], ["audio"]]))
        count = draw.draw(st.integers(0, 4))
        vectors = {}
        for option in options:
            vectors[option] = np.zeros((count, self._width), np.float32)
            for row in vectors[option]:
                axis = draw.draw(st.integers(0, 12))
                row[axis] = draw.draw(st.sampled_from([-1.0, 0.5, 1.0, 2.0]))
        rating, tags = draw.draw(st.integers(0, 2)), draw.draw(st.sampled_from([["a"], ["a", "b"]]))
        known = {"rating": rating, "tags": tags, "duration": 6.0 * count}
        number = len(self.videos)
        video_id = planted(
            self.emulator.state, self.index_id, vectors, number=number, rating=rating, tags=tags
        )
        fields = {"_id": video_id, "vectors": vectors, "count": count, "metadata": known}
        added = fields | {"duration": 6.0 * count, "size": 1000 + number}
        added |= {"created_at": self._clock.now(), "updated_at": self._clock.now()}
        self.videos.insert(0, added)
        self.tasks.insert(0, added)

    def delete(self, draw: Draw) -> None:
        if self.videos:
            gone = self.videos.pop(draw.draw(st.integers(0, len(self.videos) - 1)))
            path = f"/indexes/{self.index_id}/videos/{gone['_id']}"
            assert self.http.delete(path).status_code == 204

    def change(self, draw: Draw) -> None:
        if self.videos:
            chosen = draw.draw(st.sampled_from(self.videos))
            chosen["metadata"] |= {"rating": draw.draw(st.integers(0, 2))}
            chosen["updated_at"] = self._clock.now()
            path = f"/indexes/{self.index_id}/videos/{chosen['_id']}"
            body = {"user_metadata": {"rating": chosen["metadata"]["rating"]}}
            assert self.http.patch(path, json=body).status_code == 204

    def list_(self, draw: Draw) -> None:
        """Compare all pages of the lists of videos, indexed assets and tasks, and their totals."""
        key = draw.draw(st.sampled_from(["created_at", "updated_at"]))
        newest = draw.draw(st.booleans())
        least = draw.draw(st.sampled_from([0, 6, 12]))
        rating = draw.draw(st.sampled_from([None, 1]))
        query = f"sort_by={key}&sort_option={'desc' if newest else 'asc'}&page_limit=3"
        query += f"&duration[gte]={least}" if least else ""
        wanted = f"&rating={rating}" if rating else ""

        def expected(videos: list[dict[str, Any]], *, rated: bool) -> list[str]:
            found = [each for each in videos if each["duration"] >= least]
            if rating and rated:
                found = [each for each in found if each["metadata"]["rating"] == rating]
            found = found if newest else found[::-1]
            found.sort(key=lambda each: each[key], reverse=newest)
            return [each["_id"] for each in found]

        path = f"/indexes/{self.index_id}"
        alive = expected(self.videos, rated=True)
        assert self.listed(f"{path}/videos?{query}{wanted}", "_id") == alive
        assert self.listed(f"{path}/indexed-assets?{query}{wanted}", "_id") == alive
        query = query.replace("duration[gte]=12", "duration=12").replace("duration[gte]", "x")
        if "&x=" not in query:
            exact = [each for each in self.tasks if not least or each["duration"] == 12]
            tasks = f"/tasks?index_id={self.index_id}&status=ready&{query}"
            assert self.listed(tasks, "video_id") == expected(exact, rated=False)
        response = self.http.get(path).json()
        assert response["video_count"] == len(self.videos)
        assert response["total_duration"] == sum(each["duration"] for each in self.videos)

    def listed(self, path: str, field: str) -> list[str]:
        found: list[str] = []
        number = total = 1
        while number <= total:
            response = self.http.get(f"{path}&page={number}").json()
            total, number = response["page_info"]["total_page"], number + 1
            found += [item[field] for item in response["data"]]
            results = response["page_info"]["total_results"]
        assert results == len(found)
        return found

    def search(self, draw: Draw) -> None:
        """Search, and compare the first page; the others are compared later."""
        fields: dict[str, Any] = {
            "search_options": draw.draw(
                st.sampled_from([["visual"], ["audio"], ["visual", "audio"], ["audio", "visual"]])
            ),
            "operator": draw.draw(st.sampled_from(["or", "and"])),
            "group_by": draw.draw(st.sampled_from(["clip", "video"])),
            "threshold": draw.draw(st.sampled_from(["none", "low", "high"])),
            "page_limit": draw.draw(st.integers(1, 4)),
            "adjust_confidence_level": draw.draw(st.sampled_from([0.0, 0.5, 1.0])),
        }
        if fields["group_by"] == "video" and draw.draw(st.booleans()):
            fields["sort_option"] = "clip_count"
        if given := draw.draw(st.sampled_from([{}, {"rating": 1}, {"rating": {"gte": 1}}])):
            fields["filter"] = orjson.dumps(given | draw.draw(TAGS)).decode()
        form: list[tuple[str, Any]] = [("index_id", self.index_id), ("query_text", QUERY)]
        for name, value in fields.items():
            values = value if isinstance(value, list) else [value]
            form += [(name, (None, str(each))) for each in values]
        form[:2] = [(name, (None, text)) for name, text in form[:2]]
        response = self.http.post("/search", files=form)
        assert response.status_code == 200, response.text
        found, items = response.json(), self.expected(fields)
        grouped, limit = fields["group_by"] == "video", fields["page_limit"]
        pages = [items[start : start + limit] for start in range(0, len(items), limit)]
        info = found["page_info"]
        assert info["total_results"] == len(items)
        if grouped:
            assert info["total_inner_matches"] == sum(map(len, items))
        assert found["search_pool"] == {
            "total_count": len(self.videos),
            "total_duration": sum(each["duration"] for each in self.videos),
            "index_id": self.index_id,
        }
        self.compare(found, pages[0] if pages else [], grouped)
        assert ("next_page_token" in info) is (len(pages) > 1)
        if len(pages) > 1:
            token = info["next_page_token"].partition("-")[0]
            self.pages += [(f"{token}-{n}", page, grouped) for n, page in enumerate(pages, 1)]

    def expected(self, fields: Mapping[str, Any]) -> list[Any]:
        """Return the items of all pages: lists of (id, start, rank, score)."""
        tests = orjson.loads(fields.get("filter", "{}"))
        every = fields["operator"] == "and"
        hits = []
        for each in self.videos:
            if not passes(each["metadata"], tests):
                continue
            options = fields["search_options"]
            parts = [each["vectors"][o] @ self.query for o in options if o in each["vectors"]]
            if not parts or (every and len(parts) < len(options)):
                continue
            best = np.stack(parts).min(axis=0) if every else np.stack(parts).max(axis=0)
            similarity = np.clip(best.astype(np.float64) * 100, 0, 100).round(2)
            hits += [(score, each["_id"], n) for n, score in enumerate(similarity.tolist())]
        hits.sort(key=lambda hit: -hit[0])
        if self.is_scored:
            hits = [hit for hit in hits if reaches(hit[0], fields)]
        ranked = [(name, 6.0 * n, rank, score) for rank, (score, name, n) in enumerate(hits, 1)]
        if fields["group_by"] == "clip":
            return [[hit] for hit in ranked]
        groups: dict[str, list[Any]] = {}
        for hit in ranked:
            groups.setdefault(hit[0], []).append(hit)
        found = list(groups.values())
        return sorted(found, key=lambda g: -len(g)) if "sort_option" in fields else found

    def compare(self, found: Mapping[str, Any], page: list[Any], grouped: bool) -> None:
        """Compare a page with what it should hold, without the videos that were deleted since."""
        alive = {each["_id"] for each in self.videos}
        kept = [hits for hits in page if hits[0][0] in alive]
        shown = [item["clips"] if grouped else [item] for item in found["data"]]
        names = (
            ("video_id", "start", "rank", "score")
            if self.is_scored
            else ("video_id", "start", "rank")
        )
        assert [[tuple(clip[name] for name in names) for clip in clips] for clips in shown] == [
            [hit[: len(names)] for hit in hits] for hits in kept
        ]

    def compare_all(self) -> None:
        for token, page, grouped in self.pages:
            response = self.http.get(f"/search/{token}")
            assert response.status_code == 200, response.text
            self.compare(response.json(), page, grouped)


TAGS = st.sampled_from([{}, {"tags": "b"}, {"duration": {"lte": 12}}])


def passes(metadata: Mapping[str, Any], tests: Mapping[str, Any]) -> bool:
    for name, wanted in tests.items():
        value = metadata.get(name)
        if name == "tags":
            is_fine = wanted in metadata["tags"]
        elif name == "duration":
            is_fine = metadata["duration"] <= wanted["lte"]
        else:
            is_fine = value >= wanted["gte"] if isinstance(wanted, dict) else value == wanted
        if not is_fine:
            return False
    return True


def reaches(score: float, fields: Mapping[str, Any]) -> bool:
    threshold = fields["threshold"]
    level = scoring.confidence(score, fields["adjust_confidence_level"])
    return threshold == "none" or scoring.LEVELS.index(level) <= scoring.LEVELS.index(threshold)


@settings(max_examples=depth(8, deep=100))
@given(st.data())
def test_searches_follow_a_library_that_changes(draw: Draw) -> None:
    """Videos come, go and change between searches and between their pages, and across restarts."""
    with tempfile.TemporaryDirectory() as folder:
        library = Library(folder, draw.draw(st.sampled_from([MARENGO, OLDER])))
        steps = [library.add] * 4 + [library.search] * 3 + [library.delete, library.change]
        steps += [library.list_, library.reopen, library.wait]
        try:
            for _ in range(draw.draw(st.integers(5, 25))):
                draw.draw(st.sampled_from(steps))(draw)
            library.compare_all()
        finally:
            library.close()


def test_a_search_leaves_little_behind_and_nothing_after_an_hour() -> None:
    """The longest query, and a filter that passes videos at random, which nothing compresses."""
    clock, random = VirtualClock(), np.random.default_rng(1)
    with Emulator(clock=clock) as emulator, client(emulator) as http:
        index_id = index(http, "library", OLDER)
        with emulator.state.database.transaction():
            for number, rating in enumerate(random.integers(0, 2, 1000).tolist()):
                vectors = {"visual": np.ones((1, 1024), np.float32)}
                planted(emulator.state, index_id, vectors, number=number, rating=rating)

        def kept() -> list[int]:
            form = {"index_id": index_id, "search_options": "visual", "query_text": QUERY}
            form |= {"filter": '{"rating": 1}', "threshold": "none"}
            files = [(name, (None, text)) for name, text in form.items()]
            assert http.post("/search", files=files).json()["page_info"]["next_page_token"]
            found = emulator.state.database.find("searches")
            return [len(orjson.dumps(document)) for document in found]

        assert [len(kept()) for _ in range(3)] == [1, 2, 3]
        clock.advance(3600)
        (left,) = kept()
        # 10 kB with the bits of 10,000 videos; this has those of 1,000.
        assert left < 10_000 - (10_000 - 1_000) / 8 * 4 / 3


def test_vectors_of_a_removed_video_go_when_the_tokens_have_expired(tmp_path: Path) -> None:
    clock, path = VirtualClock(), tmp_path / "emulator.sqlite"
    vectors = {"visual": np.ones((2, 512), np.float32)}

    def stored() -> int:
        with closing(sqlite3.connect(path)) as database:
            (count,) = database.execute("SELECT count(*) FROM vectors").fetchone()
        return int(count)

    def searched(index_id: str) -> int:
        form = {"index_id": index_id, "search_options": "visual", "query_text": QUERY}
        files = [(name, (None, text)) for name, text in form.items()]
        return int(http.post("/search", files=files).json()["page_info"]["total_results"])

    with Emulator(db=path, clock=clock) as emulator, client(emulator) as http:
        index_id, other = index(http, "a"), index(http, "b")
        ids = [planted(emulator.state, index_id, vectors) for _ in range(3)]
        planted(emulator.state, other, vectors)
        assert (searched(index_id), searched(other)) == (6, 2)
        for video_id in ids[:2]:
            http.delete(f"/indexes/{index_id}/videos/{video_id}")
        assert searched(index_id) == 2
    assert stored() == 4
    with Emulator(db=path, clock=clock) as emulator, client(emulator) as http:
        assert searched(index_id) == 2
        clock.advance(3600)
        assert [searched(index_id) for _ in range(2)] == [2, 2]
        http.delete(f"/indexes/{other}")
    assert stored() == 1


def test_indexes_that_were_not_searched_lately_leave_the_memory() -> None:
    with Emulator() as emulator, client(emulator) as http:
        indexes = [index(http, name) for name in "ab"]
        vectors = [np.full((n, 512), n, np.float32) for n in (1, 2)]
        for index_id, rows in zip(indexes, vectors, strict=True):
            planted(emulator.state, index_id, {"visual": rows})
        found = VectorIndexes(emulator.state.database, max_bytes=1)
        for _ in range(2):
            for index_id, rows in zip(indexes, vectors, strict=True):
                assert (found.clips(index_id).matrices["visual"] == rows).all()
                assert found.loaded == [index_id]
        planted(emulator.state, indexes[1], {"visual": vectors[0]})
        assert found.clips(indexes[1]).matrices["visual"][:, 0].tolist() == [2, 2, 1]
