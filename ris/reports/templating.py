"""Report templates: sections of free text and typed fields, from files and from imports.

A template is ``{code, version, examination, name, sections, fields}``; names, labels and the text
that a new report begins with are ``{ko, en}``. ``TEMPLATE_SHAPE`` says all of it.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from common.errors import ErrorCode, NotFound
from common.once import once
from ris.models import ReportTemplate, ReportVersion

FOLDER = Path(__file__).parent / "templates"
KEY = "^[a-z][a-z0-9_]{0,59}$"
_WORDS = {
    "type": "object",
    "properties": {"ko": {"type": "string"}, "en": {"type": "string"}},
    "required": ["ko", "en"],
    "additionalProperties": False,
}
_CHOICE = {
    "type": "object",
    "properties": {"value": {"type": "string", "maxLength": 60}, "label": _WORDS},
    "required": ["value", "label"],
    "additionalProperties": False,
}
_SECTION = {
    "type": "object",
    "properties": {
        "key": {"type": "string", "pattern": KEY},
        "label": _WORDS,
        "required": {"type": "boolean"},
        "text": _WORDS,
    },
    "required": ["key", "label", "required", "text"],
    "additionalProperties": False,
}
_FIELD = {
    "type": "object",
    "properties": {
        "key": {"type": "string", "pattern": KEY},
        "label": _WORDS,
        "section": {"type": "string"},
        "type": {"enum": ["choice", "number", "text", "boolean", "date"]},
        "required": {"type": "boolean"},
        "multiple": {"type": "boolean"},
        "unit": {"type": "string"},
        "minimum": {"type": "number"},
        "maximum": {"type": "number"},
        "choices": {"type": "array", "items": _CHOICE, "minItems": 1, "maxItems": 200},
    },
    "required": ["key", "label", "section", "type", "required"],
    "additionalProperties": False,
}
TEMPLATE_SHAPE = {
    "type": "object",
    "properties": {
        "code": {"type": "string", "pattern": KEY},
        "version": {"type": "integer", "minimum": 1},
        "examination": {"type": "string", "maxLength": 60},
        "name": _WORDS,
        "sections": {"type": "array", "items": _SECTION, "minItems": 1, "maxItems": 60},
        "fields": {"type": "array", "items": _FIELD, "maxItems": 200},
    },
    "required": ["code", "version", "examination", "name", "sections", "fields"],
    "additionalProperties": False,
}


def template_problems(body: Any) -> list[str]:
    """What is wrong with a template; empty if nothing is."""
    found = [
        f"{error.json_path}: {error.message}"
        for error in Draft202012Validator(TEMPLATE_SHAPE).iter_errors(body)
    ]
    if found:
        return found
    sections = [one["key"] for one in body["sections"]]
    fields = [one["key"] for one in body["fields"]]
    twice = {key for keys in (sections, fields) for key in keys if keys.count(key) > 1}
    found += [f"{key}: twice" for key in sorted(twice)]
    for one in body["fields"]:
        if one["section"] not in sections:
            found.append(f"{one['key']}: no section {one['section']}")
        if (one["type"] == "choice") != ("choices" in one):
            found.append(f"{one['key']}: choices belong to a field of choices")
    return found


@once
def built_in_templates() -> dict[str, dict[str, Any]]:
    """Those of the files by their code."""
    bodies = [
        json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))
    ]
    return {body["code"]: body | {"imported": False, "retired": False} for body in bodies}


def templates_all() -> dict[str, dict[str, Any]]:
    """By code: the newest of each. An import replaces a file of the same code."""
    found = dict(built_in_templates())
    for row in ReportTemplate.objects.order_by("code", "version"):
        found[row.code] = _body(row)
    return found


def _body(row: ReportTemplate) -> dict[str, Any]:
    imported = row.imported_by_id is not None
    return {**row.body, "imported": imported, "retired": row.retired}


def template_of(text: ReportVersion) -> dict[str, Any]:
    """The template as it was when ``text`` was saved: what is signed is never read by another."""
    return template_get(text.template, text.at)


def template_get(code: str, at: datetime | None = None) -> dict[str, Any]:
    """The newest, or the newest at a time. Raises NotFound."""
    rows = list(ReportTemplate.objects.filter(code=code).order_by("version"))
    known = [row for row in rows if at is None or row.imported_at <= at]
    if not known:  # written before the product's own were kept: with the first of them
        known = [row for row in rows[:1] if row.imported_by_id is None]
    if known:
        return _body(known[-1])
    if code not in built_in_templates():
        raise NotFound(ErrorCode.TEMPLATE_NOT_FOUND, f"template {code[:60]}", "template")
    return built_in_templates()[code]


def label_of(template: dict[str, Any], part: str, key: str) -> dict[str, str]:
    """``part``: sections or fields. Of an earlier version where the template no longer has it."""
    found = part_of(template, part, key)
    label: dict[str, str] = found["label"] if found else {"ko": key, "en": key}
    return label


def part_of(template: dict[str, Any], part: str, key: str) -> dict[str, Any] | None:
    """A section or field of the template, else of the last earlier version that had it."""
    here = _part(template, part, key)
    if here is not None:
        return here
    rows = ReportTemplate.objects.filter(code=template["code"], version__lt=template["version"])
    earlier = [row.body for row in rows.order_by("-version")]
    earlier += [built_in_templates().get(template["code"], {part: []})]
    return next((found for body in earlier if (found := _part(body, part, key))), None)


def former_of(template: dict[str, Any], text: ReportVersion) -> dict[str, list[dict[str, Any]]]:
    """What the text has of earlier versions only: {sections: [{key, label}], fields: [field]}."""
    sections = [key for key, said in text.sections.items() if said.strip()]
    known = {part: {one["key"] for one in template[part]} for part in ("sections", "fields")}
    return {
        "sections": [
            {"key": key, "label": label_of(template, "sections", key)}
            for key in sections
            if key not in known["sections"]
        ],
        "fields": [
            part_of(template, "fields", key) or _unknown_field(key)
            for key in text.fields
            if key not in known["fields"]
        ],
    }


def _unknown_field(key: str) -> dict[str, Any]:
    label = {"ko": key, "en": key}
    return {"key": key, "label": label, "section": "", "type": "text", "required": False}


def _part(template: dict[str, Any], part: str, key: str) -> dict[str, Any] | None:
    return next((one for one in template[part] if one["key"] == key), None)
