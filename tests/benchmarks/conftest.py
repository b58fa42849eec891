"""The benchmarks in small are part of `make test-deep`: what they import takes long, too."""

from tests.depth import DEEP

collect_ignore = [] if DEEP else ["test_benchmarks.py"]
