"""Many calls through the proxy that injects faults, and what came of each in the end.

The emulator's ledger knows what was created; the workload knows what it was told. A resource that
nobody was told of is a duplicate, one that somebody was told of and that is not there is lost.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any, ClassVar

import anyio
import anyio.to_thread
import numpy as np
from numpy.typing import NDArray

from dodeca import AsyncClient, Client, Media
from dodeca.emulator import Emulator, EmulatorTransport, samples
from dodeca.emulator.server import serving
from dodeca.errors import BadRequestError, DodecaError, NotFoundError, OutcomeUnknownError
from tests.depth import depth
from tests.faults.proxy import FAULTS, Proxy, RandomFaults
from tests.seams import Clock, on_clock

SETTLE_SEC = 1.0
TIMEOUT_SEC = 5.0  # of which a socket waits all, and of which a stall takes all
WORKERS = 24
RATE = 0.1
CALLS = depth(1_000, deep=2_500)  # with each emulator
SEEDS = range(depth(1, deep=4, soak=200))  # for each client; a soak makes a million calls
_PATIENCE = 8
MODELS = {"marengo3.0": ["visual"]}
WORDS = [f"{colour} {thing}" for colour in ("red", "green", "blue") for thing in ("car", "disc")]

Call = Callable[[], Awaitable[Any]]


class Switch:
    """A pace at which jobs are done at once, until it is told that none is done any more."""

    done = 1.0

    def progress(self, *, polls: int, elapsed: float, duration: float) -> float:
        return self.done


@dataclass
class Stage:
    """An emulator with something in it, and what the workload knows of it."""

    emulator: Emulator
    url: str
    indexes: list[str]
    videos: list[str]
    image: bytes
    expected: dict[str, NDArray[np.float32]]

    def ledger(self) -> dict[str, list[str]]:
        """The ids of everything that was really created, by operation."""
        found: dict[str, list[str]] = {}
        for entry in self.emulator.ledger.entries():
            found.setdefault(entry["operationId"], []).append(entry["id"])
        return found


@contextmanager
def stage(folder: Path, *, pairs: int) -> Iterator[Stage]:
    """An emulator behind a server, with enough indexes and videos for `pairs` pairs of them."""
    image = samples.image(folder / "red.png", "red").read_bytes()
    scenes = [samples.Scene("red", 4.0, moving=False)]
    video = samples.video(folder / "video.mp4", scenes, size=(480, 360), fps=5, sound=False)
    pace = Switch()
    with Emulator(pace=pace) as emulator:
        client = Client("prepare", transport=EmulatorTransport(emulator))
        indexes = [client.indexes.create(f"given {n}", MODELS).id for n in range(8)]
        videos = [client.assets.create(video).id for _ in range(-(-pairs // 8))]
        assert all(client.assets.retrieve(video).status == "ready" for video in videos)
        expected = {words: client.embed.text(words).vectors for words in WORDS}
        pace.done = 0.0
        with serving(emulator) as url:
            yield Stage(emulator, url, indexes, videos, image, expected)


@dataclass
class Result:
    """What came of the workload."""

    told: dict[str, list[str]] = field(default_factory=dict)
    done: int = 0
    wrong: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    doubled: Counter[str] = field(default_factory=Counter)

    def tell(self, operation_id: str, created: str) -> None:
        self.told.setdefault(operation_id, []).append(created)

    def against(self, ledger: dict[str, list[str]], before: dict[str, list[str]]) -> Counts:
        """How many resources are too many, and how many are missing."""
        missing = 0
        for operation_id, ids in ledger.items():
            new = Counter(ids) - Counter(before.get(operation_id, []))
            told = Counter(self.told.get(operation_id, []))
            self.doubled[operation_id] += (new - told).total()
            missing += (told - new).total()
        doubled = self.doubled.total()
        return Counts(self.done, len(self.lost) + missing, len(self.wrong), doubled)


@dataclass(frozen=True)
class Counts:
    done: int
    lost: int
    wrong: int
    doubled: int


class Workload:
    """Calls of many kinds, made by several workers, each repeated until it has a response.

    An error that says that nothing was done is believed, and the call repeated; after an unknown
    outcome the workload looks for the marker itself, as a user would.
    """

    def __init__(
        self, stage: Stage, client: Client | AsyncClient, clock: Clock, *, seed: int
    ) -> None:
        self._stage = stage
        self._client = on_clock(client, clock)
        self._clock = clock
        self._seed = seed
        self._made: list[tuple[str, str]] = []
        self._to_go: list[str] = []  # indexes that nobody reads, as they are deleted some time
        self._pairs = [(index, video) for index in stage.indexes for video in stage.videos]
        self._threads = anyio.CapacityLimiter(WORKERS)
        self.result = Result()

    async def run(self, calls: int) -> Result:
        """Make that many calls."""
        numbers = iter(range(calls))

        async def work() -> None:
            for number in numbers:
                rng = random.Random(f"{self._seed} {number}")
                step = rng.choices(list(self._steps), list(self._steps.values()))[0]
                await step(self, rng, number)
                self.result.done += 1

        async with anyio.create_task_group() as group:
            for _ in range(WORKERS):
                group.start_soon(work)
        return self.result

    async def _call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """The method of that name, in a thread if the client is one for threads."""
        method = attrgetter(name)(self._client)
        if isinstance(self._client, AsyncClient):
            return await method(*args, **kwargs)
        call = partial(method, *args, **kwargs)
        return await anyio.to_thread.run_sync(call, limiter=self._threads)

    async def _settled(self, call: Call, find: Call | None = None) -> Any:
        """The answer to a call in the end; None when it never came."""
        for _ in range(_PATIENCE):
            try:
                return await call()
            except DodecaError as error:
                ended = error
            self.result.errors[type(ended).__name__] += 1
            if isinstance(ended, BadRequestError | NotFoundError):
                break
            if isinstance(ended, OutcomeUnknownError) and find is not None:
                await self._clock.asleep(SETTLE_SEC)
                if found := await self._settled(find):
                    return found[0]
        self.result.lost.append(repr(ended))
        return None

    def _check(self, ok: bool, what: str) -> None:
        if not ok:
            self.result.wrong.append(what)

    async def _search(
        self, name: str, fits: Callable[[Any], bool], *args: Any, **filters: Any
    ) -> list[Any]:
        """The first item of a list that fits, if there is one."""
        items = attrgetter(name)(self._client)(*args, **filters, page_limit=50)
        if isinstance(self._client, AsyncClient):
            async for item in items:
                if fits(item):
                    return [item]
            return []
        fitting = (item for item in items if fits(item))
        found = await anyio.to_thread.run_sync(next, fitting, None, limiter=self._threads)
        return [found] if found else []

    async def _text(self, rng: random.Random, _: int) -> None:
        words = rng.choice(WORDS)
        found = await self._settled(partial(self._call, "embed.text", words))
        if found is not None:
            self._check(np.array_equal(found.vectors, self._stage.expected[words]), words)

    async def _index(self, rng: random.Random, number: int) -> None:
        name = f"index {number}"

        async def find() -> list[Any]:
            return await self._search("indexes.list", lambda found: found.index_name == name)

        index = await self._settled(partial(self._call, "indexes.create", name, MODELS), find)
        if index is not None:
            self._check(index.index_name == name, name)
            self.result.tell("indexes_create", index.id)
            if rng.random() < 0.3:
                self._to_go.append(index.id)
            else:
                self._made.append((index.id, name))

    async def _asset(self, _: random.Random, number: int) -> None:
        media = Media.data(self._stage.image, filename=f"{number}.png")

        async def find() -> list[Any]:
            return await self._search(
                "assets.list", lambda found: found.filename == f"{number}.png"
            )

        call = partial(self._call, "assets.create", media, user_metadata={"number": number})
        job = await self._settled(call, find)
        if job is not None:
            asset = getattr(job, "latest", job)
            self._check(asset.user_metadata["number"] == number, f"asset {number}")
            self.result.tell("assets_create", asset.id)

    async def _indexed(self, rng: random.Random, number: int) -> None:
        if not self._pairs:
            return await self._text(rng, number)
        index, video = self._pairs.pop()

        async def find() -> list[Any]:
            return await self._search(
                "indexes.assets.list", lambda found: found.asset_id == video, index
            )

        call = partial(self._call, "indexes.assets.create", index, video)
        job = await self._settled(call, find)
        if job is not None:
            self.result.tell("indexed_assets_create", job.id)
        return None

    async def _task(self, _: random.Random, number: int) -> None:
        video = Media.asset(self._stage.videos[0])
        call = partial(
            self._call,
            "analyze.tasks.create",
            f"Say {number}.",
            video=video,
            model_name="pegasus1.5",
            custom_id=f"n{number}",
        )

        async def find() -> list[Any]:
            return await self._search(
                "analyze.tasks.list", lambda found: found.custom_id == f"n{number}"
            )

        job = await self._settled(call, find)
        if job is not None:
            self.result.tell("analyze_tasks_create", job.id)

    async def _read(self, rng: random.Random, number: int) -> None:
        if not self._made:
            return await self._text(rng, number)
        index_id, name = rng.choice(self._made)
        index = await self._settled(partial(self._call, "indexes.retrieve", index_id))
        if index is not None:
            self._check((index.id, index.index_name) == (index_id, name), name)
        return None

    async def _deleted(self, rng: random.Random, number: int) -> None:
        if not self._to_go:
            return await self._text(rng, number)
        index_id, tries = self._to_go.pop(0), 0

        async def delete() -> None:
            """When the call before this one ended with an error, it may have been done then."""
            nonlocal tries
            tries += 1
            try:
                await self._call("indexes.delete", index_id)
            except NotFoundError:
                self._check(tries > 1, f"{index_id} was gone already")

        await self._settled(delete)
        return None

    _steps: ClassVar[dict[Any, int]] = {
        _text: 40,
        _read: 18,
        _index: 12,
        _asset: 12,
        _task: 10,
        _indexed: 5,
        _deleted: 3,
    }


@contextmanager
def faulty_proxy(stage: Stage, *, seed: int, rate: float = RATE) -> Iterator[tuple[str, Proxy]]:
    """A proxy in front of a stage. Stalls are few, since each lasts as long as a deadline."""
    faults = RandomFaults(seed, rate, {**dict.fromkeys(FAULTS, 1.0), "stall": 0.2})
    proxy = Proxy(stage.url, faults, holds_late=True)
    with proxy.serving() as url:
        yield url, proxy


async def run(
    folder: Path, open_client: Callable[..., Client | AsyncClient], *, seed: int, calls: int = CALLS
) -> tuple[Counts, str]:
    """Many calls with random faults: how many went wrong, and what there was."""
    with stage(folder, pairs=calls // 16) as built:
        before = built.ledger()
        with faulty_proxy(built, seed=seed) as (url, proxy):
            client = open_client(
                "key", base_url=url, timeout=TIMEOUT_SEC, reconcile_after_sec=SETTLE_SEC
            )
            result = await Workload(built, client, proxy.clock, seed=seed).run(calls)
            await closed(client)
        counts = result.against(built.ledger(), before)
        told = {operation: len(ids) for operation, ids in result.told.items()}
    seen = proxy.faults.seen
    lines = [
        f"seed {seed}: {counts}",
        f"{seen['requests']} requests, {seen.total() - seen['requests']} faults: {dict(seen)}",
        f"created: {told}; calls that ended with an error and were made again: "
        f"{dict(result.errors)}",
        f"created twice: {dict(+result.doubled)}",
        *result.lost[:5],
        *result.wrong[:5],
    ]
    return counts, "\n".join(lines)


async def closed(client: Client | AsyncClient) -> None:
    """Close either kind of client."""
    if isinstance(client, AsyncClient):
        await client.aclose()
    else:
        client.close()
