import pytest

from dodeca.emulator import errors


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (errors.parameter_invalid("page"), "The `page` parameter is invalid."),
        (
            errors.parameter_invalid("page", "status"),
            "The following parameters are invalid: `page`, `status`.",
        ),
        (errors.parameter_invalid(), "The request contains some invalid parameters."),
        (
            errors.parameter_invalid("page", why="It should be at least 1."),
            "The `page` parameter is invalid. It should be at least 1.",
        ),
        (
            errors.parameter_not_provided("text"),
            "The `text` parameter is required but was not provided.",
        ),
        (
            errors.parameter_not_provided("text", "model_name"),
            "The following required parameters were not provided: `text`, `model_name`.",
        ),
        (errors.parameter_not_provided(), "Some required parameters are not provided."),
        (errors.parameter_unknown("x"), "The `x` parameter is unknown."),
        (errors.parameter_unknown("x", "y"), "The following parameters are unknown: `x`, `y`."),
        (errors.parameter_unknown(), "The request contains some unknown parameters."),
        (
            errors.resource_not_exist("assets", "abc"),
            "Resource with id `abc` does not exist in `assets`.",
        ),
        (
            errors.api_upgrade_required("1.3", "1.1"),
            "This endpoint is supported starting with version `1.3`. Your version is `1.1`.",
        ),
    ],
)
def test_the_documented_texts_are_filled_in(error: errors.ErrorResponse, message: str) -> None:
    assert error.message == message


def test_a_body_is_flat_or_nested() -> None:
    error = errors.resource_not_exist("assets", "abc")
    flat = {"code": "resource_not_exist", "message": error.message}
    assert error.body(nested=False) == flat
    assert error.body(nested=True) == {"error": flat}
