"""What a result of each job type must look like: JSON Schema 2020-12, versioned, in ``schemas/``.

A file names its job types and its version. An order keeps the version that its result was checked
by, so an old file stays when a new one comes. ``x-ko`` is the Korean of ``title``, ``x-values``
names what may be chosen, and ``readOnly`` is what the server fills in.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from common.once import once

Schema = dict[str, Any]
_FOLDER = Path(__file__).parent / "schemas"


@once
def _all() -> dict[str, dict[int, Schema]]:
    """Job type to version to schema."""
    found: dict[str, dict[int, Schema]] = {}
    for path in sorted(_FOLDER.glob("*.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
        for job_type in schema["x-job-types"]:
            found.setdefault(job_type, {})[schema["x-version"]] = schema
    return found


def schema_of(job_type: str, version: int | None = None) -> Schema | None:
    """The newest version if none is named; None where there is none."""
    versions = _all().get(job_type)
    if not versions:
        return None
    return versions.get(max(versions) if version is None else version)


def job_types() -> list[str]:
    return sorted(_all())


def first_problem(schema: Schema, result: Any) -> tuple[str, str] | None:
    """Path and rule of what is most wrong; values are not repeated, they may be a patient's."""
    checker = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    error = best_match(checker.iter_errors(result))
    if error is None:
        return None
    path = [str(step) for step in error.absolute_path]
    missing = _missing(error)
    return ".".join([*path, *missing]), "missing" if missing else _rule(error)


def _missing(error: ValidationError) -> list[str]:
    if error.validator != "required" or not isinstance(error.instance, dict):
        return []
    return [name for name in error.validator_value if name not in error.instance][:1]


def _rule(error: ValidationError) -> str:
    if error.validator in ("type", "enum", "minimum", "maximum", "maxLength", "minItems", "format"):
        return f"must meet {error.validator} {error.validator_value}"
    return f"does not meet {error.validator}"
