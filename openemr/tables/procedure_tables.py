"""Laboratory: an order has codes, a report for each, and the results of a report."""

from __future__ import annotations

from typing import Any

from openemr import conventions as written
from openemr.models import ProcedureResult
from openemr.tables import ClinicalTable, SharedField, column

OURS = "CDSS"
"""Begins ``procedure_order.external_id`` of an order of ours; its accession number follows."""


def of_report(name: str, read: Any) -> SharedField:
    """A value of the report or order that ``selectors`` puts beside the row; never written."""
    return SharedField(name, read, lambda values: {})


RESULTS = ClinicalTable(
    kind="result",
    model=ProcedureResult,
    patient="",
    number="procedure_result_id",
    author="",
    fields=(
        of_report("test", lambda row: row.test),
        column("code", "result_code"),
        column("name", "result_text"),
        column("value", "result"),
        column("unit", "units"),
        column("reference_range", "reference_range"),
        column("abnormal", "abnormal"),
        column("state", "result_status"),
        of_report(
            "reported_at",
            lambda row: written.moment(row.date) or written.moment(row.report.date_report),
        ),
    ),
)
