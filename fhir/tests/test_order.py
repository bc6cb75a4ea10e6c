"""The ServiceRequest says of the order what was entered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fhir.services.resources import build_publication_bundle
from fhir.tests.factories import publication


def ordered(**changes: Any) -> Any:
    order = publication().order
    assert order is not None
    bundle = build_publication_bundle(publication(order=replace(order, **changes)))
    resources = (entry["resource"] for entry in bundle["entry"])
    return next(r for r in resources if r["resourceType"] == "ServiceRequest")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("ORDERED", "active"),
        ("ACCEPTED", "active"),
        ("IN_PROGRESS", "active"),
        ("RESULT_READY", "active"),
        ("CONFIRMED", "completed"),
        ("CANCELLED", "revoked"),
    ],
)
def test_state_of_an_order(status: str, code: str) -> None:
    assert ordered(status=status)["status"] == code


@pytest.mark.parametrize("priority", ["routine", "urgent", "stat"])
def test_urgency_of_an_order(priority: str) -> None:
    assert ordered(priority=priority)["priority"] == priority


@pytest.mark.parametrize(
    ("job_role", "codes"),
    [("RIS", ["363679005"]), ("LIS", ["108252007"]), ("TREATMENT", []), ("CONSULT", [])],
)
def test_department_of_an_order(job_role: str, codes: list[str]) -> None:
    category = ordered(job_role=job_role).get("category", [])
    assert [c["coding"][0]["code"] for c in category] == codes


def test_an_order_without_a_reason_has_none() -> None:
    assert "reasonCode" not in ordered(reason="")
