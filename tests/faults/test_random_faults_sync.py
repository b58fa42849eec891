"""Ten thousand calls of the synchronous client, a tenth of them in trouble."""

from pathlib import Path

import pytest

from dodeca import Client
from tests.faults.workload import CALLS, DAYS, Counts, day

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("seed", DAYS)
async def test_nothing_is_lost_wrong_or_doubled(seed: int, tmp_path: Path) -> None:
    counts, story = await day(tmp_path, Client, seed=seed)
    print(story)
    assert counts == Counts(done=CALLS, lost=0, wrong=0, doubled=0), story
