"""Find modules of the facade that import each other: `python -m scripts.import_circles`.

Imports within functions count, since they only hide a circle until the function is called; imports
under `if TYPE_CHECKING` do not. Exits with 1 and prints each circle if there is one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import grimp

PACKAGE = "dodeca"
ALLOWED = ("dodeca.embeddings", "dodeca.plots")  # the convenience `Embeddings.plot`


def imports_of(package: str) -> grimp.ImportGraph:
    """The imports of a package that can be found on `sys.path`, but for the one allowed."""
    graph = grimp.build_graph(package, exclude_type_checking_imports=True, cache_dir=None)
    importer, imported = ALLOWED
    if imported in graph.modules:
        for module in graph.find_modules_that_directly_import(imported):
            if f"{module}.".startswith(f"{importer}."):
                graph.remove_import(importer=module, imported=imported)
    return graph


def circles(graph: grimp.ImportGraph) -> Iterator[tuple[frozenset[str], tuple[str, ...]]]:
    """The largest sets of modules that all reach each other, each with its shortest chain."""
    above = {module: graph.find_upstream_modules(module) for module in graph.modules}
    seen: set[str] = set()
    for module in sorted(graph.modules):
        others = {other for other in above[module] if module in above[other]} - {module}
        if others and module not in seen:
            circle = frozenset({module, *others})
            seen |= circle
            yield circle, _shortest(graph, circle)


def _shortest(graph: grimp.ImportGraph, circle: frozenset[str]) -> tuple[str, ...]:
    """The shortest way around within a circle, from a module back to itself."""
    ways = []
    for importer in sorted(circle):
        for imported in graph.find_modules_directly_imported_by(importer) & circle:
            back = graph.find_shortest_chain(importer=imported, imported=importer)
            if back:
                ways.append((importer, *back))
    return min(ways, key=lambda way: (len(way), way))


def main() -> int:
    """Print the circles of the facade."""
    found = list(circles(imports_of(PACKAGE)))
    for circle, way in found:
        print(f"import circle of {len(circle)} modules, the shortest: {' -> '.join(way)}")
        print("  " + ", ".join(sorted(circle)))
    if not found:
        print("import circles: none")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
