"""A module's or class's short name says what it does: no two with different jobs share one."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = (ROOT / "cdss_backend" / "apps.txt").read_text(encoding="utf-8").split()
TREES = [*APPS, "cdss_backend", "deploy"]
"""The inference service is a program of its own, which no code of these imports."""
OMITTED = {"tests", "migrations"}
CONVENTIONAL_MODULES = frozenset(
    {
        *("admin", "apps", "choices", "clients", "converters", "events", "examples", "filters"),
        *("handlers", "management", "models", "openapi", "permissions", "probes", "selectors"),
        *("serializers", "services", "tasks", "urls", "views", "__init__", "__main__", "commands"),
    }
)
CONVENTIONAL_CLASSES = frozenset({"Command", "Meta", "Migration"})


def modules() -> Iterator[Path]:
    for tree in TREES:
        for path in (ROOT / tree).rglob("*.py"):
            module = path.relative_to(ROOT)
            if not OMITTED & set(module.parts):
                yield module


def job(module: Path) -> str:
    """``ai/services/jobs.py`` and ``ai/selectors/jobs.py`` are two halves of one job."""
    return module.as_posix().replace("/selectors/", "/services/")


def module_names() -> dict[str, set[str]]:
    """Short name to modules; a package bears the name of its folder."""
    named = defaultdict(set)
    for module in modules():
        path = module.parent if module.stem == "__init__" else module.with_suffix("")
        if path.name not in CONVENTIONAL_MODULES:
            named[path.name].add(job(path))
    return named


def class_names() -> dict[str, set[str]]:
    named = defaultdict(set)
    for module in modules():
        tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name not in CONVENTIONAL_CLASSES:
                named[node.name].add(job(module))
    return named


@pytest.mark.parametrize("names", [module_names, class_names])
def test_a_short_name_has_one_job(names):
    shared = {name: sorted(found) for name, found in names().items() if len(found) > 1}
    assert shared == {}
