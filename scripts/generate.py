"""Make generated/dodeca_api from spec/openapi.yaml with the pinned openapi-python-client.

    python -m scripts.generate            write generated/dodeca_api
    python -m scripts.generate --check    compare generated/dodeca_api with a new result

Nothing is written unless the result passes its checks: every operation has a module, every model
is equal after `from_dict(to_dict())`, and a second run gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from scripts._documents import OPENAPI, ROOT, Object, SpecError, load
from scripts._graph import schemas_of

PACKAGE = ROOT / "generated" / "dodeca_api"
TEMPLATES = ROOT / "spec" / "templates"
CODEGEN = ROOT / "spec" / "codegen.yaml"
# The stock client and its errors: with the custom templates nothing refers to them.
UNUSED = ("client.py", "errors.py")

# What every generated model imports, and what its class and its methods call their own.
MODEL_NAMES = frozenset({"Any", "Mapping", "T", "TypeVar", "Unset"})
FIELD_NAMES = frozenset({"additional_properties", "cls", "d", "field_dict", "from_dict", "to_dict"})


def without_defaults(node: Any, *, names: bool = False) -> Any:
    """Copy a document without `default`: generated constructors would send every one of them."""
    if isinstance(node, list):
        return [without_defaults(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: without_defaults(value, names=key == "properties" and not names)
        for key, value in node.items()
        if names or key != "default"
    }


def check_names(document: Object) -> None:
    """Reject schemas and properties whose names the code of every model needs for itself."""
    for name, schema in schemas_of(document).items():
        at = ("components", "schemas", name)
        if name in MODEL_NAMES:
            raise SpecError.at(at, "generated code needs this name; rename the schema", name)
        for taken in FIELD_NAMES & schema.get("properties", {}).keys():
            here = (*at, "properties", taken)
            raise SpecError.at(here, "generated code needs this name; remove the property", taken)


def generate(document: Object, target: Path, *, templates: Path | None = TEMPLATES) -> None:
    """Generate the package from a clean document into a new folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    source = target.parent / "openapi.json"
    source.write_text(json.dumps(without_defaults(document)), encoding="utf-8")
    beside_python = Path(sys.executable).parent
    command = [
        *(str(beside_python / "openapi-python-client"), "generate", "--path", str(source)),
        *("--config", str(CODEGEN), "--meta", "none", "--overwrite", "--fail-on-warning"),
        *("--output-path", str(target)),
        *(("--custom-template-path", str(templates)) if templates else ()),
    ]
    path = os.pathsep.join([str(beside_python), os.environ.get("PATH", "")])
    run = subprocess.run(
        command, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise SpecError(run.stdout + run.stderr)


def package(document: Object, folder: Path) -> dict[str, bytes]:
    """Return all files of the package generated from a document."""
    check_names(document)
    target = folder / PACKAGE.name
    generate(document, target)
    for name in UNUSED:
        (target / name).unlink()
    (target / "py.typed").touch()
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, indent=1)
    (target / "openapi.json").write_text(text + "\n", encoding="utf-8")
    return files(target)


def files(folder: Path) -> dict[str, bytes]:
    """Read all files under a folder, except caches of Python."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    }


def check_gates(folder: Path) -> None:
    """Check the package in a folder, in a separate process."""
    command = [sys.executable, "-m", "scripts._gates", str(folder / PACKAGE.name)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        raise SpecError(run.stdout + run.stderr)


def compare(one: dict[str, bytes], other: dict[str, bytes], complaint: str) -> None:
    """Reject two packages that differ."""
    names = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
    if names:
        raise SpecError(f"{complaint}: {', '.join(names)}")


def write(made: dict[str, bytes], folder: Path) -> None:
    """Write these files into a folder and remove all others; unchanged files are not touched."""
    present = files(folder)
    for name in present.keys() - made.keys():
        (folder / name).unlink()
    for name, content in made.items():
        if present.get(name) != content:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description="Make generated/dodeca_api from spec/openapi.yaml."
    )
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    args = parser.parse_args()
    document = load(OPENAPI)
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        made = package(document, Path(first))
        check_gates(Path(first))
        if args.check:
            compare(made, files(PACKAGE), "not what `make generate` would write")
            return
        compare(made, package(document, Path(second)), "two runs differ")
        write(made, PACKAGE)


if __name__ == "__main__":
    try:
        main()
    except SpecError as error:
        sys.exit(f"generate: {error}")
