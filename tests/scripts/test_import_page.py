import sys
from pathlib import Path

import pytest

from scripts import import_page
from scripts._documents import SpecError, dump, parse

PAGE = """# Put a thing on a shelf

POST https://example.com/shelves

Some words about it.

## OpenAPI Specification

```yaml
openapi: 3.1.1
info:
  title: Put a thing on a shelf
  version: endpoint_shelves.put
paths:
  /shelves/{shelf-id}:
    post:
      operationId: putThing
      summary: Put a thing on a shelf
      description: >
        Words that

        go on.
      tags:
        - - subpackage_shelves
      parameters:
        - name: x-api-key
          in: header
          description: Words
          required: true
          schema:
            type: string
      responses:
        '200':
          description: Words
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Thing'
        '400':
          description: Words
          content: {}
components:
  schemas:
    Thing:
      type: object
      description: Words
      properties:
        title:
          type: string
          description: Words
        summary:
          type: string
          enum:
            - value: short
              description: Words
          default: short
        limit:
          type: integer
          minimum: 1
          default: 10
          example: 3
      required:
        - title
```

## SDK Code Examples

```python Put it
print("not yaml")
```
"""


def test_structure_is_kept_and_every_sentence_left_out():
    block = import_page.structure(import_page.openapi_block(PAGE))
    assert "Words" not in dump(block)
    assert block["info"] == {"version": "endpoint_shelves.put"}
    operation = block["paths"]["/shelves/{shelf-id}"]["post"]
    assert operation.keys() == {"operationId", "tags", "parameters", "responses"}
    assert operation["tags"] == [["subpackage_shelves"]]
    assert operation["responses"]["400"] == {"content": {}}
    assert block["components"]["schemas"]["Thing"] == {
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "summary": {"type": "string", "enum": [{"value": "short"}], "default": "short"},
            "limit": {"type": "integer", "minimum": 1, "default": 10},
        },
        "required": ["title"],
    }


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        ("# Words only\n", "expected one OpenAPI block, found 0"),
        (PAGE + PAGE, "expected one OpenAPI block, found 2"),
        (PAGE.replace("openapi: 3.1.1\n", ""), "expected one OpenAPI block, found 0"),
        (PAGE.replace("  version:", "version:\n :"), "a YAML block that cannot be read"),
        (PAGE.replace("operationId: putThing", "x: 1"), "an operation needs an id"),
        (PAGE.replace("    post:", "    get: {}\n    post:"), "expected one operation, found 2"),
        (
            PAGE.replace("    post:", "    post: 1\n    x:"),
            "post: expected an object: '1'",
        ),
        (PAGE.replace("minimum: 1", "minimum: " + "1" * 5000), "a number of 5000 digits"),
        (PAGE.replace("minimum: 1", "minimum: " + "[" * 5000), "nested too deeply"),
        (PAGE.replace("example: 3", "example: " + "x" * 4_000_000), "at most 4000000 are read"),
        (PAGE.replace("minimum: 1", "minimum: &a 1\n          maximum: *a"), "aliases are not"),
    ],
)
def test_a_page_in_another_form_says_what_is_wrong(tmp_path: Path, page: str, complaint: str):
    file = tmp_path / "page.md"
    file.write_text(page)
    with pytest.raises(SpecError, match=rf"page\.md: .*{complaint}"):
        import_page.import_page(file)


def test_a_page_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(SpecError, match=r"none\.md: cannot be read: .*No such file"):
        import_page.import_page(tmp_path / "none.md")


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "published"
    folder.mkdir()
    monkeypatch.setattr(import_page, "PUBLISHED", folder)
    return folder


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["import_page", *arguments])
    import_page.main()


def test_import_then_check(published: Path, monkeypatch: pytest.MonkeyPatch):
    page = published.parent / "page.md"
    page.write_text(PAGE)
    run(monkeypatch, str(page))
    file = published / "shelves_put_thing.yaml"
    assert parse(file.read_text())["paths"].keys() == {"/shelves/{shelf-id}"}
    run(monkeypatch, "--check", str(page))
    run(monkeypatch, "--check")

    page.write_text(PAGE.replace("minimum: 1", "minimum: 2"))
    with pytest.raises(SpecError, match=r"shelves_put_thing\.yaml differs from page\.md"):
        run(monkeypatch, "--check", str(page))


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("type: object", "type: object\n      description: Words", "contains descriptions"),
        ("operationId: putThing", "operationId: take", r"should be called shelves_take\.yaml"),
        ("minimum: 1", "minimum:   1", "not in canonical form"),
    ],
)
def test_check_refuses_what_was_edited_by_hand(
    published: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, complaint: str
):
    page = published.parent / "page.md"
    page.write_text(PAGE)
    run(monkeypatch, str(page))
    file = published / "shelves_put_thing.yaml"
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(SpecError, match=complaint):
        run(monkeypatch, "--check")
