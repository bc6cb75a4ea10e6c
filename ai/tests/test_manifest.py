"""The manifest's type is that of the inference service, and reads what rows hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ai.manifest import ADAPTER, ManifestError, parse_manifest
from ai.tests import factories

INFERENCE = Path(__file__).resolve().parents[2] / "inference"
BRAIN = json.loads((INFERENCE / "models/brain_extraction/1.0.2/manifest.json").read_text())
NOT_REQUIRED_OF_A_ROW = {"licence", "intended_use"}
WORDING = {"title", "description", "additionalProperties", "default"}


def expanded(schema: Any, definitions: dict[str, Any]) -> Any:
    """A JSON Schema without names and wording, its references written out."""
    if isinstance(schema, list):
        return [expanded(each, definitions) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if reference := schema.get("$ref"):
        return expanded(definitions[reference.rsplit("/", 1)[1]], definitions)
    found = {
        name: value
        for name, value in schema.items()
        if name not in WORDING and name not in {"$defs", "properties", "discriminator"}
    }
    found = {name: expanded(value, definitions) for name, value in found.items()}
    if "required" in found:
        found["required"] = sorted(found["required"])
    if "properties" in schema:
        found["properties"] = {
            name: expanded(value, definitions) for name, value in schema["properties"].items()
        }
    return found


def test_both_sides_have_the_same_fields_types_and_bounds() -> None:
    theirs = json.loads((INFERENCE / "manifest.schema.json").read_text())
    ours = ADAPTER.json_schema()
    given, typed = expanded(theirs, theirs["$defs"]), expanded(ours, ours["$defs"])
    assert set(given.pop("required")) - set(typed.pop("required")) == NOT_REQUIRED_OF_A_ROW
    assert typed == given


def test_both_sides_have_the_same_defaults() -> None:
    theirs = json.loads((INFERENCE / "manifest.schema.json").read_text())
    ours = ADAPTER.json_schema()

    def defaults(schema: Any, definitions: dict[str, Any], path: str = "") -> dict[str, Any]:
        if reference := schema.get("$ref"):
            return defaults(definitions[reference.rsplit("/", 1)[1]], definitions, path)
        found = {}
        for name, value in schema.get("properties", {}).items():
            if value.get("default", {}) != {} and name not in NOT_REQUIRED_OF_A_ROW:
                found[f"{path}.{name}"] = value["default"]
            inner = value.get("items", value)
            for branch in inner.get("anyOf", inner.get("oneOf", [inner])):
                found |= defaults(branch, definitions, f"{path}.{name}")
        return found

    assert defaults(ours, ours["$defs"]) == defaults(theirs, theirs["$defs"])
    assert defaults(ours, ours["$defs"])[".inputs.min_slices"] == 2


def test_a_manifest_is_written_as_it_was_read() -> None:
    written = parse_manifest(BRAIN).to_json()
    nested = ("inputs", "outputs")
    assert {name: written[name] for name in BRAIN if name not in nested} == {
        name: value for name, value in BRAIN.items() if name not in nested
    }
    assert {name: written["inputs"][name] for name in BRAIN["inputs"]} == BRAIN["inputs"]
    assert parse_manifest(written) == parse_manifest(BRAIN)


def test_a_row_of_before_is_read() -> None:
    """A stored manifest without gates, body site, quantities or classes."""
    old = {name: value for name, value in BRAIN.items() if name not in {"gates", "body_site"}}
    manifest = parse_manifest(old)
    assert (manifest.gates, manifest.body_site, manifest.outputs.quantities) == ((), None, ())
    assert manifest.makes_mask
    assert parse_manifest(factories.MANIFEST).outputs.segments[0].type.meaning == "Brain"


def test_the_kind_of_a_row_of_before_is_that_of_its_result() -> None:
    old = {name: value for name, value in BRAIN.items() if name != "result_kind"}
    manifest = parse_manifest(old | {"kind": "segmentation"})
    assert (manifest.kind, manifest.result_kind) == ("network", "segmentation")
    with pytest.raises(ManifestError, match="result_kind"):
        parse_manifest(old | {"kind": "network"})


@pytest.mark.parametrize(("kind", "field"), [("rule", "facts"), ("remote", "modalities")])
def test_each_kind_declares_what_it_runs_on(kind: str, field: str) -> None:
    with pytest.raises(ManifestError):
        parse_manifest(BRAIN | {"kind": kind, "inputs": {}})
    given = {"facts": [{"name": "age", "label": "Age"}]} if field == "facts" else {field: ["MR"]}
    assert parse_manifest(BRAIN | {"kind": kind, "inputs": given}).kind == kind


def test_a_field_of_a_newer_service_is_left_out() -> None:
    assert parse_manifest(BRAIN | {"surprise": 1}) == parse_manifest(BRAIN)


def test_an_error_names_the_field_and_not_its_value() -> None:
    with pytest.raises(ManifestError, match=r"inputs\.min_slices") as caught:
        parse_manifest(BRAIN | {"inputs": {"modalities": ["MR"], "min_slices": "many"}})
    assert "many" not in str(caught.value)
