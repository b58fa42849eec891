"""One key, many processes: how limiters that know nothing of each other share a limit.

`python -m tests.benchmarks.shared_limit` simulates 1 to 16 processes and limits of 1 to 300
requests a second, with and without headers, on a virtual clock; prints a table, and writes
results/shared_limit.json. It measures no time, so it gives the same numbers everywhere.

Two goals give way where no process could reach them without talking to the others. At most 5 % of
the responses are 429, or as many as there are if each knows its part and sends it evenly: see
`least_limited`. And who is left alone has the limit again within 10 seconds if it sends enough in
these to find out: `can_recover`.
"""

from __future__ import annotations

import json

import attrs

from tests.benchmarks.report import RESULTS
from tests.bulk.shared_limit import LEARN_SEC, SERVICES, Shared, least_limited, simulate

RATES = (1, 2, 5, 10, 20, 50, 100, 200, 300)
PROCESSES = (1, 2, 4, 8, 16)
LEARN = {"windows of a minute": 3 * LEARN_SEC}


def can_recover(rate: float, processes: int, *, headers: bool) -> bool:
    """Whether a process that has its part of the limit sends enough in 10 s to see the others gone.

    Headers show it from a few requests. Without them, only the absence of 429 does: while one in 20
    requests is rate-limited, fewer than twice as many show nothing.
    """
    return processes == 1 or 10.0 * rate / processes >= (8 if headers else 40)


def row(service: str, rate: int, processes: int, *, headers: bool) -> tuple[Shared, list[str]]:
    """A row of the table, and which goals it misses."""
    make = SERVICES[service]
    found = simulate(
        make(rate, headers=headers), rate, processes, learn_sec=LEARN.get(service, LEARN_SEC)
    )
    least = least_limited(make(rate, headers=headers), rate, processes)
    checks = {
        "total": found.total >= 0.8,
        "slowest": found.slowest >= 0.5,
        "429": found.share_limited <= max(0.05, least),
        "recovery": found.recovered >= 0.8 or not can_recover(rate, processes, headers=headers),
    }
    return found, [name for name, is_met in checks.items() if not is_met]


def main() -> None:
    """Print the table, and write it."""
    rows = []
    print(f"{'service':24}{'headers':>8}{'limit/s':>8}{'n':>4}{'total':>7}{'slowest':>8}{'429':>7}"
          f"{'recovered':>10}  misses")  # fmt: skip
    for service in SERVICES:
        for headers in (True, False):
            for rate in RATES:
                for processes in PROCESSES:
                    found, misses = row(service, rate, processes, headers=headers)
                    one = attrs.asdict(found) | {"misses": misses}
                    one |= {"service": service, "headers": headers}
                    one |= {"limit": rate, "processes": processes}
                    rows.append(one)
                    print(
                        f"{service:24}{'yes' if headers else 'no':>8}{rate:8}{processes:4}"
                        f"{found.total:7.0%}{found.slowest:8.0%}{found.share_limited:7.1%}"
                        f"{found.recovered:10.0%}  {', '.join(misses)}",
                        flush=True,
                    )
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "shared_limit.json").write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    print(f"{sum(not one['misses'] for one in rows)} of {len(rows)} cells miss nothing")


if __name__ == "__main__":
    main()
