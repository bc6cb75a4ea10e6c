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
    return resource_of(bundle, "ServiceRequest")


def resource_of(bundle: Any, resource_type: str) -> Any:
    resources = (entry["resource"] for entry in bundle["entry"])
    return next(r for r in resources if r["resourceType"] == resource_type)


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


@pytest.mark.parametrize(
    ("status", "reported"),
    [
        ("ORDERED", "preliminary"),
        ("ACCEPTED", "preliminary"),
        ("IN_PROGRESS", "preliminary"),
        ("RESULT_READY", "preliminary"),
        ("CONFIRMED", "final"),
        ("CANCELLED", "final"),
        (None, "final"),
    ],
)
def test_an_ai_result_is_no_final_report_while_the_order_is_open(
    status: str | None, reported: str
) -> None:
    order = publication().order
    assert order is not None
    facts = publication(order=replace(order, status=status) if status else None)
    report = resource_of(build_publication_bundle(facts), "DiagnosticReport")
    assert report["status"] == reported
    assert report["code"]["coding"][0]["code"] == "ai-report"
    assert ("basedOn" in report) is (status is not None)


@pytest.mark.parametrize(
    ("examination", "text", "sites"),
    [
        ("MR_BRAIN", "MRI of the brain", ["12738006"]),
        ("CT_BRAIN", "CT of the brain", ["12738006"]),
        ("MR_SPINE", "MRI of the spine", ["421060004"]),
        ("CT_CHEST", "CT of the chest", ["816094009"]),
        ("MR cervical spine and brain", "MR cervical spine and brain", []),
        ("MR_KNEE", "MR_KNEE", []),
    ],
)
def test_what_was_ordered_and_where(examination: str, text: str, sites: list[str]) -> None:
    order = ordered(examination=examination)
    assert order["code"]["text"] == text
    assert [site["coding"][0]["code"] for site in order.get("bodySite", [])] == sites


def test_an_order_without_a_reason_has_none() -> None:
    assert "reasonCode" not in ordered(reason="")
