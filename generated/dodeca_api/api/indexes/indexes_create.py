from typing import Any

from dodeca_api.models.index_create_request import IndexCreateRequest


def _get_kwargs(
    *,
    body: IndexCreateRequest,
) -> dict[str, Any]:
    """Create an index with one or two models. Models, their options and add-ons are fixed for the
    life of the index. Search and embeddings need a Marengo model; text generation from indexed
    videos needs a Pegasus model.
    A name that is taken gives 400 `index_name_already_exists`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/indexes",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs
