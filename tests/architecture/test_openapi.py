"""The API's description is complete, and what it shows is true to itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.urls import URLResolver, get_resolver
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from common.errors import ErrorCode
from common.management.commands.write_docs import openapi_yaml
from pacs import openapi as dicomweb
from tests.architecture.test_routes import view_class

PUBLIC = {
    *("POST /api/acct/login/", "POST /api/acct/token/refresh/"),
    *("GET /api/fhir/metadata", "GET /api/cds-services"),
}
NOT_DESCRIBED = {
    *("healthz", "readyz", "metrics", "schema"),
    *("dicomweb-unknown", "fhir-unknown", "rendered-picture"),
}
Object = dict[str, Any]

DOCUMENT: Object = yaml.safe_load(openapi_yaml())
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
every_operation = pytest.mark.parametrize("name", OPERATIONS)


def responses(name: str) -> Iterator[tuple[str, Object]]:
    """Status and response; the shared ones are looked up."""
    for status, response in OPERATIONS[name]["responses"].items():
        shared = response.get("$ref", "").rpartition("/")[2]
        yield status, DOCUMENT["components"]["responses"][shared] if shared else response


def bodies(name: str) -> Iterator[tuple[str, str, Object]]:
    """Where, media type and body of everything that an operation takes or answers."""
    taken = OPERATIONS[name].get("requestBody", {})
    for where, holder in [("request", taken), *responses(name)]:
        for media_type, body in holder.get("content", {}).items():
            yield where, media_type, body


def checkable(schema: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema, and closed: what a serializer lacks is no part of an example."""
    if isinstance(schema, list):
        return [checkable(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: checkable(value) for key, value in schema.items() if key != "nullable"}
    if schema.get("type") == "object" and "properties" in schema:
        changed.setdefault("additionalProperties", False)
    return {"anyOf": [changed, {"type": "null"}]} if schema.get("nullable") is True else changed


COMPONENTS = {"components": {"schemas": checkable(DOCUMENT["components"]["schemas"])}}


def addresses(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, path)
        elif pattern.name not in NOT_DESCRIBED:
            yield path, view_class(pattern)


def test_the_document_is_openapi():
    validate_schema(DOCUMENT)


def test_every_route_is_described():
    routes = {
        f"{method} {re.sub(r'<[^>]+>', '{}', path)}"
        for path, view in addresses(get_resolver())
        for method in view.required_permissions
    }
    described = {re.sub(r"{[^}]+}", "{}", name) for name in OPERATIONS}
    assert described == routes


def test_a_gateway_route_without_a_summary_breaks_the_document(monkeypatch):
    monkeypatch.delitem(dicomweb.SUMMARIES, "wado-bulk")
    with pytest.raises(KeyError, match="wado-bulk"):
        openapi_yaml()


@every_operation
def test_operation_says_what_it_is_and_how_it_refuses(name):
    operation = OPERATIONS[name]
    assert operation.get("summary")
    assert len(operation.get("tags", [])) == 1
    protected = {"bearer": []} in operation.get("security", [])
    assert protected == (name not in PUBLIC)
    assert not protected or {"401", "403"} <= set(operation["responses"])


@every_operation
def test_operation_shows_its_json(name):
    for where, media_type, body in bodies(name):
        if "json" in media_type:
            assert body.get("examples"), where


@every_operation
def test_examples_are_true_to_their_schema(name):
    for where, media_type, body in bodies(name):
        if "json" not in media_type:
            continue
        validator = Draft202012Validator(
            {**checkable(body["schema"]), **COMPONENTS},
            format_checker=Draft202012Validator.FORMAT_CHECKER,
        )
        for shown in body.get("examples", {}).values():
            problems = [
                f"{e.json_path}: {e.message}" for e in validator.iter_errors(shown["value"])
            ]
            assert problems == [], where


@every_operation
def test_refusals_have_the_status_of_their_codes(name):
    statuses = {code.value.code: str(code.value.status) for code in ErrorCode}
    for status, response in responses(name):
        for code in re.findall(r"ERR_\d+", response["description"]):
            assert statuses[code] == status
