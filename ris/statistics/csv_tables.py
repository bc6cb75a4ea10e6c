"""A part of the statistics as CSV for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

TABLES = ("turnaround", "volumes", "unread", "ai", "critical_results", "dose")
_ACTIVE = tuple("=+-@\uff1d\uff0b\uff0d\uff20\t\r\n")
"""A cell that begins so, also in full width, a spreadsheet runs (OWASP, CSV injection)."""


def csv_of(rows: Iterable[dict[str, Any]]) -> str:
    """With a byte order mark, by which spreadsheets know UTF-8; a spread as several columns."""
    flat = [_flat(row) for row in rows]
    text = io.StringIO()
    text.write("\ufeff")
    if flat:
        writer = csv.DictWriter(text, list(flat[0]))
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in flat)
    return text.getvalue()


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in row.items():
        if name == "reader":
            found[name] = value["full_name"] or value["username"] if value else ""
        elif isinstance(value, dict):
            found |= {f"{name}_{part}": each for part, each in value.items()}
        else:
            found[name] = value
    return found


def _cell(value: Any) -> Any:
    """Numbers stay numbers; text that begins like a formula is marked as text."""
    if value is None:
        return ""
    return (
        f"'{value}"
        if isinstance(value, str)
        and (value.startswith(_ACTIVE) or value.lstrip().startswith(_ACTIVE))
        else value
    )
