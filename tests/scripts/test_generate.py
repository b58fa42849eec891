"""The generator is run for real on a small made-up API, with and without our templates."""

import copy
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import generate
from scripts._documents import OPENAPI, SpecError, dump, load
from scripts.clean_spec import clean, merge, normalise
from tests.scripts.pages import API_KEY, Object, literals, objects, page, ref

STRING = {"type": "string"}
THING = {
    "Thing": objects(name=STRING, colour=literals("red", "blue")),
    "Box": {"type": "object", "properties": {"size": {"type": "integer", "default": 3}}},
}


def document() -> Object:
    upload = page(
        {"Upload": objects(file={"type": "string", "format": "binary"}, title=STRING), **THING},
        answer=ref("Thing"),
        operationId="upload",
        requestBody={"content": {"multipart/form-data": {"schema": ref("Upload")}}},
    )
    change = page(
        THING,
        path="/shelves/{shelf-id}",
        method="put",
        body=ref("Box"),
        operationId="change",
        parameters=[
            API_KEY,
            {"name": "shelf-id", "in": "path", "required": True, "schema": STRING},
            {"name": "page", "in": "query", "schema": {"type": "integer", "default": 1}},
        ],
        responses={
            "200": {"content": {"application/json": {"schema": ref("Thing")}}},
            "204": {},
            "404": {"content": {}},
        },
    )
    return clean(merge({"upload": normalise(upload), "change": normalise(change)}))


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ours")
    generate.package(document(), folder)
    return folder


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stock")
    generate.generate(document(), folder / "dodeca_api", templates=None)
    return folder


def python(folder: Path, code: str) -> str:
    """Run code with the generated package in this folder; return what it prints."""
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stdout + run.stderr


# Each template does something that the stock output does not --------------------------------------

UPLOAD = """
import io
from dodeca_api.api.shelves import shelves_upload
from dodeca_api.models import Upload
from dodeca_api.types import File
kwargs = shelves_upload._get_kwargs(body=Upload(file=File(io.BytesIO(b"x")), title="t"))
print(kwargs.get("headers", {}).get("Content-Type"))
"""


def test_endpoint_module_leaves_the_multipart_boundary_to_the_http_library(ours: Path, stock: Path):
    assert python(ours, UPLOAD) == "None\n"
    assert python(stock, UPLOAD) == "multipart/form-data; boundary=+++\n"


KNOWN = """
import sys
from dodeca_api.api.shelves import shelves_change
print("httpx" in sys.modules, "dodeca_api.models.thing" in sys.modules)
"""


def test_endpoint_module_says_what_to_send_and_knows_no_client(ours: Path, stock: Path):
    assert python(ours, KNOWN) == "False False\n"
    assert python(stock, KNOWN) == "True True\n"
    assert not re.search(r"client|def sync|response", (ours / MODULE).read_text())
    assert re.search(r"client", (stock / MODULE).read_text())


MODULE = "dodeca_api/api/shelves/shelves_change.py"

LAZY = """
import sys
from dodeca_api.models import Thing
models = "dodeca_api.models."
print(sorted(name.removeprefix(models) for name in sys.modules if name.startswith(models)))
"""


def test_models_init_imports_only_what_is_asked_for(ours: Path, stock: Path):
    assert python(ours, LAZY) == "['thing']\n"
    assert "box" in python(stock, LAZY)
    missing = python(ours, "from dodeca_api import models; print(dir(models)); models.Nothing")
    assert "'Thing'" in missing
    assert "has no attribute 'Nothing'" in missing


def test_package_init_imports_no_client(ours: Path, stock: Path):
    code = "import sys, dodeca_api; print('httpx' in sys.modules)"
    assert python(ours, code) == "False\n"
    assert python(stock, code) == "True\n"
    assert not {"dodeca_api/client.py", "dodeca_api/errors.py"} & generate.files(ours).keys()


# The package --------------------------------------------------------------------------------------


def test_the_package_carries_its_document_and_is_typed(ours: Path):
    assert json.loads((ours / "dodeca_api/openapi.json").read_text()) == document()
    assert (ours / "dodeca_api/py.typed").exists()


def test_defaults_are_documented_but_not_sent(ours: Path):
    code = """
from dodeca_api.api.shelves import shelves_change
from dodeca_api.models import Box
kwargs = shelves_change._get_kwargs("../x?y", body=Box())
print(kwargs["params"], kwargs["json"], kwargs["url"])
"""
    assert python(ours, code) == "{} {} /shelves/..%2Fx%3Fy\n"
    text = (ours / "dodeca_api/openapi.json").read_text()
    assert '"default": 3' in text
    assert '"default": 1' in text


def test_the_document_of_the_package_is_written_in_lines(ours: Path):
    lines = (ours / "dodeca_api/openapi.json").read_text().splitlines()
    assert max(map(len, lines)) < 300


def test_a_property_called_default_is_no_default():
    schema = {"properties": {"default": {"type": "string", "default": "x"}}, "default": {}}
    assert generate.without_defaults(schema) == {"properties": {"default": {"type": "string"}}}


def test_two_runs_are_byte_identical_whatever_the_hash_seed(
    ours: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    assert generate.package(document(), tmp_path) == generate.files(ours / "dodeca_api")


@pytest.mark.parametrize(
    ("schemas", "place"),
    [
        ({"Any": objects(name=STRING)}, "$.components.schemas.Any: generated code needs"),
        ({"Thing": objects(from_dict=STRING)}, "$.components.schemas.Thing.properties.from_dict: "),
    ],
)
def test_a_name_that_generated_code_needs_stops(schemas: Object, place: str, tmp_path: Path):
    with pytest.raises(SpecError, match=re.escape(place)):
        generate.package({"paths": {}, "components": {"schemas": schemas}}, tmp_path)


def test_a_warning_of_the_generator_stops(tmp_path: Path):
    odd = document()
    lines = {"application/x-ndjson": {"schema": ref("Thing")}}
    odd["paths"]["/shelves"]["post"]["responses"]["201"] = {"description": "d", "content": lines}
    with pytest.raises(SpecError, match=r"(?s)Warning.*Unsupported content_type"):
        generate.package(odd, tmp_path)


# The gates ----------------------------------------------------------------------------------------


@pytest.fixture
def broken(ours: Path, tmp_path: Path) -> Path:
    """A copy of the package, to be broken."""
    generate.write(generate.files(ours), tmp_path)
    return tmp_path


def test_the_gates_let_a_whole_package_pass(broken: Path):
    generate.check_gates(broken)


def test_an_operation_without_a_module_is_noticed(broken: Path):
    (broken / MODULE).unlink()
    with pytest.raises(SpecError, match="shelves_change"):
        generate.check_gates(broken)


def test_a_model_that_loses_something_is_noticed(broken: Path):
    file = broken / "dodeca_api/models/thing.py"
    file.write_text(file.read_text().replace('"colour": colour,', ""))
    with pytest.raises(SpecError, match="Thing does not survive"):
        generate.check_gates(broken)


def test_a_model_that_no_example_reaches_is_noticed(broken: Path):
    file = broken / "dodeca_api/openapi.json"
    smaller = copy.deepcopy(document())
    del smaller["components"]["schemas"]["Box"]
    file.write_text(json.dumps(smaller))
    with pytest.raises(SpecError, match="no example reaches Box"):
        generate.check_gates(broken)


# The command line ---------------------------------------------------------------------------------


def test_check_names_the_files_that_differ_and_generating_brings_them_back(
    ours: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    package, whole = tmp_path / "dodeca_api", generate.files(ours / "dodeca_api")
    generate.write(whole, package)
    (package / "types.py").write_text("# edited\n")
    (package / "models" / "extra.py").touch()
    (tmp_path / "openapi.yaml").write_text(dump(document()))
    monkeypatch.setattr(generate, "PACKAGE", package)
    monkeypatch.setattr(generate, "OPENAPI", tmp_path / "openapi.yaml")

    monkeypatch.setattr(sys, "argv", ["generate", "--check"])
    with pytest.raises(SpecError, match=r"would write: models/extra\.py, types\.py"):
        generate.main()
    monkeypatch.setattr(sys, "argv", ["generate"])
    generate.main()
    assert generate.files(package) == whole
    monkeypatch.setattr(sys, "argv", ["generate", "--check"])
    generate.main()


def test_the_committed_package_carries_the_committed_document():
    assert json.loads((generate.PACKAGE / "openapi.json").read_text()) == load(OPENAPI)
