"""A result that is out goes to OpenEMR, with its order, where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid5

from common.outbox.services import publish
from emr.openemr_sync import patient_sync
from lis.events import REPORT_SEND
from lis.models import ResultVersion
from lis.services.releases import OUT
from ocs import selectors as orders
from ocs.choices import EXAMINATIONS
from openemr.openemr_records import LabReport, LabResult
from openemr.outage import EVENTS
from openemr.selectors import is_configured
from openemr.services import report_put

_ORDERS = UUID("2f0a2a53-6a0b-4a4e-9d0e-6f6f0a0b7c21")
_ABNORMAL = {"L": "low", "LL": "low", "H": "high", "HH": "high"}
_CODE, _TEXT, _UNIT = 31, 255, 31
"""The lengths of OpenEMR's columns."""


def report_announce(order_id: int) -> None:
    order = orders.order_for_handler(order_id)
    if is_configured() and order.job_role == "LIS" and order.status in OUT:
        publish(REPORT_SEND, aggregate=f"{EVENTS}order:{order_id}", payload={"order_id": order_id})


def report_send(order_id: int) -> None:
    """The result as it is now; sent again it takes its own place. Raises ExternalError."""
    order = orders.order_for_handler(order_id)
    pid = patient_sync(patient_id=order.patient_id, kinds=())
    if pid is None:
        return
    out = ResultVersion.objects.filter(order=order_id).exclude(verified_at=None)
    released = out.order_by("number").last()
    report_put(
        LabReport(
            uuid=uuid5(_ORDERS, order.accession_number),
            pid=pid,
            number=order.accession_number,
            code=order.job_type,
            name=EXAMINATIONS.get(order.job_type, {}).get("en", order.job_type),
            ordered_at=order.ordered_at,
            reported_at=(released.verified_at if released else None) or order.updated_at,
            corrected=out.count() > 1,
            results=tuple(_results(order.result or {})),
        )
    )


def _results(result: dict[str, Any]) -> Iterator[LabResult]:
    for item in result.get("analytes", ()):
        is_number = not isinstance(item["value"], str)
        yield LabResult(
            code=item["code"],
            name=item["name"][:_TEXT],
            value=str(item["value"]),
            data_type="N" if is_number else "S",
            unit=item["unit"][:_UNIT],
            reference_range=_range(item),
            abnormal=_ABNORMAL.get(item.get("flag", ""), "no" if _range(item) else ""),
        )
    for item in result.get("gene_mutations", ()):
        shown = " ".join(
            str(item[name]) for name in ("hgvs", "finding", "interpretation") if item.get(name)
        )
        yield LabResult(item["gene"][:_CODE], item["gene"][:_TEXT], shown[:_TEXT])
    for item in result.get("cnv", ()):
        region, change = item["region"], item["change"].replace("_", " ")
        yield LabResult(region[:_CODE], region[:_TEXT], change)
    for item in result.get("protein_markers", ()):
        name, unit = item["marker"], str(item.get("unit", ""))
        yield LabResult(name[:_CODE], name[:_TEXT], str(item["value"])[:_TEXT], unit=unit[:_UNIT])


def _range(item: dict[str, Any]) -> str:
    low, high = item.get("low"), item.get("high")
    if low is None and high is None:
        return ""
    if low is None:
        return f"<= {high}"
    return f">= {low}" if high is None else f"{low} - {high}"
