"""A bulk run from its beginning to its end."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson

from dodeca.bulk.dataset import Dataset, Place, columns
from dodeca.bulk.engine import Engine
from dodeca.bulk.inputs import Item, Options, items
from dodeca.bulk.journal import Journal, done_before, nothing
from dodeca.bulk.results import Run
from dodeca.bulk.routing import estimate
from dodeca.bulk.settings import Settings
from dodeca.bulk.steps import Service, Steps
from dodeca.bulk.workers import ThreadWorkers, Workers
from dodeca.errors import ConfigurationError, DodecaError, InvalidRequestError
from dodeca.media import Media

Watch = Callable[[Run], object]
At = Callable[[str], None]

_WATCHED_SEC = 0.1


def carry_out(
    service: Service,
    inputs: Any,
    out: str | os.PathLike[str],
    *,
    options: Options,
    settings: Settings,
    dry_run: bool = False,
    progress: bool | Watch = False,
    at: At = nothing,
) -> Run:
    """Embed what is not embedded yet; see `client.embed.run`."""
    options.check()
    if not (isinstance(progress, bool) or callable(progress)):
        raise InvalidRequestError(
            f"progress is a bool, or is called with the run, got {progress!r}"
        )
    if dry_run:
        return _dry(inputs, out, options, settings)
    place = Place.of(out)
    journal = Journal(place.journal, at)
    try:
        held: dict[str, Media] = {}
        journal.register(_noted(items(inputs, options), held), _stamp)
        extra = _columns(journal)
        told = _begun(journal, place, settings)
        steps = Steps(service, journal.id, at)
        workers = _make_workers(settings.engine, steps, settings.concurrency)
        output = Dataset(place, extra, at)
        with contextlib.closing(workers), _watched(told, progress) as watch:
            engine = Engine(journal, output, workers, settings, told, held, watch)
            try:
                engine.carry_out()
            finally:
                engine.flush()
                if not settings.keep_assets:
                    _delete_assets(service, journal)
                told.failures = list(journal.failures())
                output.write_errors(journal.failures(of_all_runs=True))
                told.end()
            watch(told)
        return told
    finally:
        journal.close()


def _noted(found: Iterator[Item], held: dict[str, Media]) -> Iterator[Item]:
    """The items; those whose bytes are in memory are remembered, since the journal has no room."""
    for item in found:
        if item.media is not None:
            held[item.key] = item.media
        yield item


def _stamp(item: Item) -> tuple[int, int] | None:
    """Size and time of change of a file that is there."""
    if item.origin != "file":
        return None
    try:
        found = Path(item.source).stat()
    except (OSError, ValueError):
        return None
    return found.st_size, found.st_mtime_ns


def _columns(journal: Journal) -> dict[str, str]:
    """The metadata columns, which are settled once there are row sets."""
    kept = journal.read("columns") if journal.has_row_sets() else None
    found = columns(journal.metadata(), orjson.loads(kept) if kept else None)
    journal.keep("columns", orjson.dumps(found).decode())
    journal.commit()
    return found


def _begun(journal: Journal, place: Place, settings: Settings) -> Run:
    """What is known of a run at its beginning."""
    told = Run(place.vectors, place.errors, orphans=int(journal.read("orphans") or 0))
    for state, is_open, number in journal.tally(again=settings.retry_failed):
        told.total += number
        told.skipped += number if state == "done" and not is_open else 0
        told.failed += number if state == "failed" and not is_open else 0
        if state == "unknown" and not is_open and settings.on_unknown == "stop":
            told.unknown += number
    return told


def _delete_assets(service: Service, journal: Journal) -> None:
    """What earlier runs left, after a crash or because they were to keep it."""
    for seq, asset_id in journal.leftover_assets():
        with contextlib.suppress(DodecaError):  # the next run tries again
            service.delete(asset_id)
            journal.set("a deleted asset", seq, asset_id=None)
    journal.commit()


def _dry(inputs: Any, out: str | os.PathLike[str], options: Options, settings: Settings) -> Run:
    """What a run would do. Nothing is sent, and nothing written."""
    place = Place.of(out, make=False)
    done = done_before(place.journal) if place.journal.exists() else frozenset()
    found = estimate(items(inputs, options), done.__contains__, settings.via)
    return Run(
        place.vectors,
        place.errors,
        total=found.inputs + found.skipped,
        skipped=found.skipped,
        estimate=found,
    )


def _make_workers(engine: str, steps: Steps, count: int) -> Workers:
    if engine == "local":
        return ThreadWorkers(steps, count)
    from dodeca.bulk.ray_workers import RayWorkers

    return RayWorkers(steps, count)


@contextlib.contextmanager
def _watched(told: Run, progress: bool | Watch) -> Iterator[Watch]:
    """What shows the progress, not too often."""
    if not progress:
        yield lambda _: None
        return
    if progress is not True:
        yield _sparing(progress)
        return
    try:
        from tqdm import tqdm  # type: ignore[import-untyped]
    except ImportError as exc:
        raise ConfigurationError(
            f"a progress bar needs the extra `progress`: pip install 'dodeca[progress]' ({exc})"
        ) from exc
    with tqdm(total=told.total, initial=told.skipped, unit="input") as bar:

        def show(run: Run) -> None:
            bar.n = run.total - run.left
            bar.set_postfix(failed=run.failed, minutes=f"{run.minutes:.1f}")

        yield show


def _sparing(show: Watch) -> Watch:
    """At most ten times a second, and at the end."""
    last = 0.0

    def spared(run: Run) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _WATCHED_SEC or run.has_ended:
            last = now
            show(run)

    return spared
