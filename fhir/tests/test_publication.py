"""Validation before sending, and what comes back."""

from __future__ import annotations

from typing import Any

import pytest
import responses

from common.errors import ErrorCode, ExternalError
from fhir.clients.hapi import HapiClient
from fhir.services.publishing import FhirReceipt, bundle_validate, publication_send
from fhir.services.resources import build_publication_bundle
from fhir.tests.factories import publication, version, volume

URL = "http://fhir.test/fhir"


def entry_of(bundle: dict[str, Any], resource_type: str) -> dict[str, Any]:
    return next(
        e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == resource_type
    )


@pytest.mark.parametrize(
    ("resource_type", "element", "value", "path"),
    [
        ("Patient", "gender", ["secret"], "Patient.gender"),
        ("Patient", "birthDate", "secret", "Patient.birthDate"),
        ("Patient", "secret_element", 1, "Patient.secret_element"),
        ("Observation", "status", None, "Observation.status"),
        ("DiagnosticReport", "issued", "secret", "DiagnosticReport.issued"),
    ],
)
def test_an_invalid_resource_is_named_by_its_path_and_without_its_value(
    resource_type: str, element: str, value: object, path: str
) -> None:
    bundle = build_publication_bundle(publication())
    entry_of(bundle, resource_type)[element] = value
    with pytest.raises(ExternalError) as caught:
        bundle_validate(bundle)
    assert caught.value.code is ErrorCode.FHIR_REJECTED
    assert not caught.value.retryable
    assert path in caught.value.detail
    assert not {"secret", "김민준", "TEST-a"} & set(caught.value.detail.split())
    assert "김민준" not in repr(caught.value)


@responses.activate
def test_an_impossible_volume_never_leaves_the_process() -> None:
    facts = publication(version=version(volumes=(volume(volume_ml=float("nan")),)))
    with pytest.raises(ExternalError, match=r"Observation\.valueQuantity\.value"):
        publication_send(facts=facts, client=HapiClient(URL, "token"))
    assert len(responses.calls) == 0


@responses.activate
def test_the_receipt_holds_the_servers_ids() -> None:
    entries = [
        {"response": {"status": "201 Created", "location": f"{type_}/id-{type_}/_history/1"}}
        for type_ in (
            e["resource"]["resourceType"] for e in build_publication_bundle(publication())["entry"]
        )
    ]
    responses.post(f"{URL}/Bundle/$validate", json={"resourceType": "OperationOutcome"})
    responses.post(URL, json={"resourceType": "Bundle", "entry": entries})
    receipt = publication_send(facts=publication(), client=HapiClient(URL, "token"))
    assert receipt == FhirReceipt("id-DiagnosticReport", "id-ImagingStudy")


@responses.activate
def test_what_the_server_finds_invalid_is_not_sent_and_named_without_its_value() -> None:
    issue = {
        "severity": "error",
        "code": "processing",
        "diagnostics": "Unknown code for 김민준",
        "expression": ["Bundle.entry[12].resource/*Provenance/7ee1*/.reason[0]"],
        "extension": [
            {
                "url": "http://hl7.org/fhir/StructureDefinition/operationoutcome-message-id",
                "valueString": "Terminology_TX_NoValid_2_CC",
            }
        ],
    }
    quoting = {"severity": "fatal", "expression": ["Patient.name = 'Kim'"]}
    warning = {"severity": "warning", "expression": ["Patient"]}
    outcome = {"resourceType": "OperationOutcome", "issue": [warning, issue, quoting]}
    responses.post(f"{URL}/Bundle/$validate", json=outcome)
    with pytest.raises(ExternalError) as caught:
        publication_send(facts=publication(), client=HapiClient(URL, "token"))
    assert (caught.value.code, caught.value.retryable) == (ErrorCode.FHIR_REJECTED, False)
    assert caught.value.detail == "Provenance.reason[0]: Terminology_TX_NoValid_2_CC; invalid"
    assert len(responses.calls) == 1, "nothing was stored"


@pytest.mark.parametrize("answer", [{"status": 500, "body": "<html>"}, {"json": {"entry": []}}])
@responses.activate
def test_a_server_that_cannot_validate_is_asked_again(answer: dict[str, Any]) -> None:
    responses.post(f"{URL}/Bundle/$validate", **answer)
    with pytest.raises(ExternalError) as caught:
        publication_send(facts=publication(), client=HapiClient(URL, "token"))
    assert caught.value.retryable
