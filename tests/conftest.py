import pytest
from hypothesis import HealthCheck, settings

# Machines are shared and noisy: how long an example takes says nothing about the code.
settings.register_profile("dodeca", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("dodeca")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
