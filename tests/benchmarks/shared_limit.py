"""One key, many processes: how limiters that know nothing of each other share a limit.

`python -m tests.benchmarks.shared_limit` simulates 1 to 16 processes and limits of 1 to 300
requests a second, with and without headers, on a virtual clock; prints a table, and writes
results/shared_limit.json. It measures no time, so it gives the same numbers everywhere.
"""

from __future__ import annotations

import json

import attrs

from tests.benchmarks.report import RESULTS
from tests.bulk.shared_limit import SERVICES, Shared, simulate

RATES = (1, 2, 5, 10, 20, 50, 100, 200, 300)
PROCESSES = (1, 2, 4, 8, 16)


def misses(found: Shared) -> list[str]:
    """What a cell of the table misses."""
    checks = {
        "total": found.total >= 0.8,
        "slowest": found.slowest >= 0.5,
        "429": found.share_limited <= 0.05,
        "recovery": found.recovered >= 0.8,
    }
    return [name for name, is_met in checks.items() if not is_met]


def main() -> None:
    """Print the table, and write it."""
    rows = []
    print(f"{'service':24}{'headers':>8}{'limit/s':>8}{'n':>4}{'total':>7}{'slowest':>8}{'429':>7}"
          f"{'recovered':>10}  misses")  # fmt: skip
    for service, make in SERVICES.items():
        for headers in (True, False):
            for rate in RATES:
                for processes in PROCESSES:
                    found = simulate(make(rate, headers=headers), rate, processes)
                    row = attrs.asdict(found) | {"misses": misses(found)}
                    row |= {"service": service, "headers": headers}
                    row |= {"limit": rate, "processes": processes}
                    rows.append(row)
                    print(
                        f"{service:24}{'yes' if headers else 'no':>8}{rate:8}{processes:4}"
                        f"{found.total:7.0%}{found.slowest:8.0%}{found.share_limited:7.1%}"
                        f"{found.recovered:10.0%}  {', '.join(misses(found))}"
                    )
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "shared_limit.json").write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    print(f"{sum(not row['misses'] for row in rows)} of {len(rows)} cells miss nothing")


if __name__ == "__main__":
    main()
