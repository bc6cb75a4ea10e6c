"""Results as CSV: accession_number, code, value, unit, method; rejected lines are kept."""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db import transaction

from common.errors import AppError, ErrorCode, InvalidInput
from common.person import Person
from lis.analytes import number_or_text
from lis.choices import MessageKind, MessageState, ResultSource
from lis.models import InboundMessage
from lis.services.releases import OUT, merged, result_enter
from lis.services.typed_results import analyte_refined
from ocs import selectors as orders

COLUMNS = ("accession_number", "code", "value", "unit")
MOST_LINES = 20_000
MOST_FIELD = 1000
Row = tuple[int, dict[str, str]]
Rejected = dict[str, Any]


def csv_import(*, actor: Person, content: bytes) -> tuple[int, list[Rejected]]:
    """Each order's lines are one result, which waits for verification.

    Returns how many lines were taken, and the others. Raises InvalidInput for what is no such file.
    """
    by_order: dict[str, list[Row]] = defaultdict(list)
    rejected: list[Rejected] = []
    for number, row, reason in _rows(_text(content)):
        if reason:
            rejected.append(_rejection(number, reason, row))
        else:
            by_order[row["accession_number"]].append((number, row))
    accepted = 0
    for accession, rows in by_order.items():
        taken, refused = _order_import(actor, accession, rows)
        accepted += taken
        rejected += refused
    _keep(actor, rejected)
    shown = [{"line": each["line"], "reason": each["reason"]} for each in rejected]
    return accepted, sorted(shown, key=lambda each: int(each["line"]))


def _text(content: bytes) -> str:
    """UTF-8, or what Korean Excel saves."""
    for charset in ("utf-8-sig", "cp949"):
        try:
            text = content.decode(charset)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise InvalidInput(ErrorCode.VALIDATION, "neither UTF-8 nor CP949 text", "file")


def _rows(text: str) -> Iterator[tuple[int, dict[str, str], str]]:
    lines = text.splitlines()
    header = next(csv.reader(lines[:1]), [])
    names = [name.strip().lower() for name in header]
    missing = [name for name in COLUMNS if name not in names]
    if missing or len(set(names)) != len(names):
        raise InvalidInput(ErrorCode.VALIDATION, "the first line names the columns", "file")
    if len(lines) > MOST_LINES:
        raise InvalidInput(ErrorCode.VALIDATION, f"more than {MOST_LINES} lines", "file")
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        cells, reason = _cells(line, len(names))
        row = dict(zip(names, cells, strict=False))
        if not reason and not all(row[name] for name in COLUMNS):
            reason = "a column is empty"
        yield number, row | {"raw": line}, reason


def _cells(line: str, count: int) -> tuple[list[str], str]:
    if len(line) > MOST_FIELD * count:
        return [], "the line is too long"
    try:
        cells = [cell.strip() for cell in next(csv.reader([line], strict=True))]
    except csv.Error:
        return [], "the quotes do not match"
    return cells, "" if len(cells) == count else "not as many cells as columns"


def _order_import(actor: Person, accession: str, rows: list[Row]) -> tuple[int, list[Rejected]]:
    try:
        order = _order(actor, accession)
    except AppError as error:
        return 0, [_rejection(number, error.detail, row) for number, row in rows]
    items: dict[str, dict[str, Any]] = {}
    rejected = []
    for number, row in rows:
        item = {name: row[name] for name in ("code", "value", "unit")}
        if row.get("method"):
            item["method"] = row["method"][:40]
        try:
            analyte_refined(order.patient, item, 0)
        except AppError as error:
            rejected.append(_rejection(number, error.detail, row))
            continue
        if item["code"] in items:
            rejected.append(_rejection(number, "the same code twice", row))
        else:
            items[item["code"]] = item | {"value": number_or_text(row["value"])}
    if items:
        try:
            with transaction.atomic():
                result_enter(
                    actor=actor,
                    order_id=order.pk,
                    result=merged(order, list(items.values()))[0],
                    source=ResultSource.CSV,
                )
        except AppError as error:
            taken = [each for each in rows if each[1]["code"] in items]
            return 0, rejected + [_rejection(n, error.detail, row) for n, row in taken]
    return len(items), rejected


def _order(actor: Person, accession: str) -> Any:
    found = orders.order_by_accession(accession)
    if found is None or found.job_role != "LIS" or not orders.sees_order(actor, found):
        raise InvalidInput(ErrorCode.VALIDATION, "no laboratory order has this accession number")
    if found.job_type != "BLOOD":
        raise InvalidInput(ErrorCode.VALIDATION, "not an order of analytes")
    if found.status in OUT:
        raise InvalidInput(ErrorCode.VALIDATION, "the order has its result already")
    return found


def _rejection(number: int, reason: str, row: dict[str, str]) -> Rejected:
    return {"line": number, "reason": reason, "raw": row["raw"]}


def _keep(actor: Person, rejected: list[Rejected]) -> None:
    rows = []
    for each in rejected:
        raw = each["raw"].encode()[: 1 << 20]
        rows.append(
            InboundMessage(
                kind=MessageKind.CSV,
                sender="csv",
                control_id=f"{each['line']}",
                digest=hashlib.sha256(raw).hexdigest(),
                raw=raw,
                state=MessageState.HELD,
                reason=f"line {each['line']}: {each['reason']}"[:300],
                received_by_id=actor.pk,
            )
        )
    InboundMessage.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
