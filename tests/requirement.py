"""What some tests need, and only CI has to have."""

import os
from typing import NoReturn

import pytest


def missing(variable: str, reason: str) -> NoReturn:
    """Skip the test, or let it fail where this variable of the environment is "required"."""
    if os.environ.get(variable) == "required":
        pytest.fail(reason)
    pytest.skip(reason)
