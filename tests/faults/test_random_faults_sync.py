"""Thousands of calls of the synchronous client, a tenth of them with a fault."""

from pathlib import Path

import pytest

from dodeca import Client
from tests.faults.workload import CALLS, SEEDS, Counts, run

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("seed", SEEDS)
async def test_nothing_is_lost_wrong_or_doubled(seed: int, tmp_path: Path) -> None:
    counts, story = await run(tmp_path, Client, seed=seed)
    print(story)
    assert counts == Counts(done=CALLS, lost=0, wrong=0, doubled=0), story
