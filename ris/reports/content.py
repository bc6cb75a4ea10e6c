"""What a report says, held against its template: while it is written, and before it is signed."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from common.errors import BusinessError, ErrorCode, InvalidInput

LONGEST_SECTION = 50_000
LONGEST_FIELD = 2_000
LARGEST_NUMBER = 1e15
_TRUTH = {"ko": ("아니요", "예"), "en": ("no", "yes")}
_ALLOWED = {"\n", "\t"}


def sections_checked(
    template: dict[str, Any], sections: dict[str, Any], former: Iterable[str] = ()
) -> dict[str, str]:
    """The texts with plain line ends. Raises InvalidInput, naming the section.

    ``former``: sections of an earlier template that the report has.
    """
    known = {one["key"] for one in template["sections"]} | set(former)
    return {key: _text(known, key, value) for key, value in sections.items()}


def _text(known: set[str], key: str, value: Any) -> str:
    name = f"sections.{key[:60]}"
    if key not in known:
        raise InvalidInput(ErrorCode.VALIDATION, "the template has no such section", name)
    if not isinstance(value, str) or len(value) > LONGEST_SECTION:
        raise InvalidInput(
            ErrorCode.VALIDATION, f"a text of at most {LONGEST_SECTION} characters", name
        )
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    if any(unicodedata.category(one) == "Cc" and one not in _ALLOWED for one in text):
        raise InvalidInput(ErrorCode.VALIDATION, "control characters are not allowed", name)
    return text


def fields_checked(
    template: dict[str, Any], fields: dict[str, Any], former: Collection[str] = ()
) -> dict[str, Any]:
    """The values as they are stored; None removes one. Raises InvalidInput, naming the field.

    ``former``: fields of an earlier template that the report has: they may be removed.
    """
    known = {one["key"]: one for one in template["fields"]}
    for key, value in fields.items():
        name = f"fields.{key[:60]}"
        if key not in known:
            if key in former and value is None:
                continue
            raise InvalidInput(ErrorCode.VALIDATION, "the template has no such field", name)
        if value is not None and (problem := _problem(known[key], value)):
            raise InvalidInput(ErrorCode.VALIDATION, problem, name)
    return fields


def _problem(field: dict[str, Any], value: Any) -> str | None:
    match field["type"]:
        case "choice":
            return _choice_problem(field, value)
        case "number":
            return _number_problem(field, value)
        case "boolean":
            return None if isinstance(value, bool) else "true or false"
        case "date":
            return _date_problem(value)
    controls = isinstance(value, str) and any(unicodedata.category(one) == "Cc" for one in value)
    fits = isinstance(value, str) and len(value) <= LONGEST_FIELD and not controls
    return None if fits else f"a line of at most {LONGEST_FIELD} characters"


def _choice_problem(field: dict[str, Any], value: Any) -> str | None:
    known = [one["value"] for one in field["choices"]]
    chosen = value if field.get("multiple") and isinstance(value, list) else [value]
    fits = all(isinstance(one, str) and one in known for one in chosen)
    return None if fits and len(set(chosen)) == len(chosen) else f"one of {', '.join(known)}"


def _number_problem(field: dict[str, Any], value: Any) -> str | None:
    low, high = field.get("minimum", -LARGEST_NUMBER), field.get("maximum", LARGEST_NUMBER)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return None if number and low <= value <= high else f"a number from {low} to {high}"


def _date_problem(value: Any) -> str | None:
    try:
        fits = isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        fits = False
    return None if fits else "a date: YYYY-MM-DD"


def first_texts(template: dict[str, Any], language: str) -> dict[str, str]:
    """What a new report begins with."""
    return {one["key"]: one["text"][language] for one in template["sections"]}


def complete_check(
    template: dict[str, Any], language: str, sections: dict[str, str], fields: dict[str, Any]
) -> None:
    """Raises BusinessError: nothing is written, or something that the template requires lacks."""
    begun = first_texts(template, language)
    written = any(text.strip() and text != begun.get(key) for key, text in sections.items())
    if not written and not fields:
        raise BusinessError(ErrorCode.REPORT_EMPTY, "nothing is written", "sections")
    for one in template["sections"]:
        if one["required"] and not sections.get(one["key"], "").strip():
            raise _incomplete("sections", one["key"])
    for one in template["fields"]:
        if one["required"] and fields.get(one["key"]) in (None, "", []):
            raise _incomplete("fields", one["key"])


def _incomplete(part: str, key: str) -> BusinessError:
    name = f"{part}.{key}"
    return BusinessError(ErrorCode.REPORT_INCOMPLETE, f"the template requires {name}", name)


def said(template: dict[str, Any], key: str, value: Any, language: str) -> str:
    """A field's value as it is read: choices by their names, numbers with their unit."""
    unknown: dict[str, Any] = {"type": "text"}
    field = next((one for one in template["fields"] if one["key"] == key), unknown)
    if field["type"] == "boolean":
        return _TRUTH[language][bool(value)]
    if field["type"] == "choice":
        names = {one["value"]: one["label"][language] for one in field["choices"]}
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(names.get(one, str(one)) for one in chosen)
    unit = field.get("unit", "")
    return f"{value} {'' if unit.startswith('{') else unit}".strip()
