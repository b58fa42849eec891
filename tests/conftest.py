import pytest

pytest.register_assert_rewrite("tests.contract", "tests._async.wire", "tests._sync.wire")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
