from __future__ import annotations

from typing import Any

from ocs.models import Order
from ocs.tests.factories import order_make

K = "2823-3"
HB = "718-7"


def analyte(code: str = K, value: Any = 4.1, unit: str = "mmol/L", **more: Any) -> dict[str, Any]:
    return {"code": code, "value": value, "unit": unit, **more}


def blood(*items: dict[str, Any]) -> dict[str, Any]:
    return {"analytes": list(items) or [analyte()]}


def lab_order(doctor: Any, patient: Any, job_type: str = "BLOOD") -> Order:
    return order_make(doctor, patient, job_role="LIS", job_type=job_type)


def oru(order: Order | None, *obx: str, control_id: str = "M1", **header: str) -> bytes:
    """``obx``: code|value|unit|status each; the order by its accession number."""
    charset = header.get("charset", "UNICODE UTF-8")
    msh = f"MSH|^~\\&|AN|LAB|CDSS|H|20260107||ORU^R01^ORU_R01|{control_id}|P|2.5.1||||||{charset}"
    mrn = header.get("mrn", order.patient.patient_id if order else "")
    lines = [msh, f"PID|1||{mrn}^^^H||{header.get('name', 'Kim^A')}"]
    accession = order.accession_number if order else ""
    lines.append(f"OBR|1|{accession}||{header.get('code', 'BLOOD')}")
    for number, each in enumerate(obx, 1):
        code, value, unit, status = each.split("|")
        lines.append(f"OBX|{number}|NM|{code}^X^LN||{value}|{unit}|||||{status}")
    return ("\r".join(lines) + "\r").encode(header.get("codec", "utf-8"))
