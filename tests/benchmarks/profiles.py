"""Where the time of the decode and of the small call goes."""

from __future__ import annotations

from contextlib import ExitStack

from dodeca import Client
from dodeca._calls import floats
from tests.benchmarks import calls, decode
from tests.benchmarks.loopback import API_KEY, serving
from tests.benchmarks.report import Medians, Result
from tests.benchmarks.sampling import sampled


def run(*, decodes: int = 15, texts: int = 8_000) -> Result:
    """Percents of CPU time, by function for ours and by package for others."""
    answers = {"/long/embed-v2": decode.answer(decode.SEGMENTS), "/short/embed-v2": calls.answer()}
    with (
        serving(answers) as server,
        Client(API_KEY, base_url=f"{server}/short") as client,
        ExitStack() as clients,
    ):
        long = decode.ours(f"{server}/long", floats.simdjson_parser, clients)
        shares = {
            "decode": sampled(long, decodes),
            "small call": sampled(lambda: client.embed.text(calls.TEXT), texts),
        }
    return Result(
        "profiles",
        [
            Medians(
                f"{what}: where the CPU time goes",
                {name: share * 100 for name, share in found.items()},
                "percent",
                base="",
                runs={},
            )
            for what, found in shares.items()
        ],
        [],
        ["Functions with what they call in C; other packages as a whole; one percent and more."],
    )


if __name__ == "__main__":
    run().show()
