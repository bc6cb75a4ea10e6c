"""The publication Bundle on the real FHIR server of the live stack, which also judges ours."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from pydicom import dcmread

from common.errors import ErrorCode, ExternalError
from common.http.api_client import wait_until
from fhir.clients.hapi import HapiClient, StoredResource
from fhir.facade.declarations import LocalEntry
from fhir.services.publishing import publication_retract, publication_send
from fhir.services.resources import build_publication_bundle
from fhir.services.resources.actors import actors_of
from fhir.services.resources.observations import body_structure, findings_entries
from fhir.tests.factories import BASE, GATEWAY, publication, study, uid, version, volume
from pacs.tests.dicom_files import mr_image, part10
from tests.flows.conftest import PASSWORDS, upload


class Fhir:
    """The server, asked as any other client of it would."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.client = HapiClient(url, token)

    def get(self, path: str, **params: str) -> Any:
        response = self.client.request("GET", f"/{path}", params=params)
        assert response.status_code == 200, response.text
        return response.json()

    def found(self, resource_type: str, **params: str) -> list[Any]:
        return [e["resource"] for e in self.get(resource_type, **params).get("entry", [])]

    def errors(self, resource: dict[str, Any]) -> list[str]:
        """What $validate finds wrong."""
        path = f"/{resource['resourceType']}/$validate"
        outcome = self.client.request("POST", path, json=resource, read_timeout_s=60).json()
        severe = ("error", "fatal")
        return [i["diagnostics"] for i in outcome["issue"] if i["severity"] in severe]


@pytest.fixture(scope="module")
def fhir() -> Fhir:
    """Fails where the live stack is not."""
    return Fhir(os.environ["HAPI_URL"], os.environ["HAPI_TOKEN"])


@pytest.fixture(scope="module")
def case() -> str:
    """A patient and study of this run alone: the server keeps what earlier runs sent."""
    return uuid4().hex[:12]


@pytest.fixture(scope="module")
def stored(fhir: Fhir, case: str) -> tuple[StoredResource, ...]:
    return fhir.client.transaction(build_publication_bundle(publication(case)))


def test_the_server_is_r4(fhir: Fhir) -> None:
    assert fhir.get("metadata")["fhirVersion"] == "4.0.1"


def test_a_wrong_token_is_refused_for_good(fhir: Fhir) -> None:
    with pytest.raises(ExternalError) as caught:
        HapiClient(fhir.url, "wrong").transaction(build_publication_bundle(publication()))
    assert (caught.value.code, caught.value.retryable) == (ErrorCode.FHIR_REJECTED, False)


def test_sending_again_changes_no_version(
    fhir: Fhir, case: str, stored: tuple[StoredResource, ...]
) -> None:
    again = fhir.client.transaction(build_publication_bundle(publication(case)))
    assert [(r.resource_type, r.id, r.version_id) for r in again] == [
        (r.resource_type, r.id, r.version_id) for r in stored
    ]
    assert not any(r.created for r in again)


def test_every_resource_validates(fhir: Fhir, stored: tuple[StoredResource, ...]) -> None:
    found = [
        issue
        for resource in stored
        for issue in fhir.errors(fhir.get(f"{resource.resource_type}/{resource.id}"))
    ]
    assert found == []


def test_a_structure_of_a_mask_validates(fhir: Fhir) -> None:
    facts = publication(version=version(volumes=(volume(), volume(2, anatomical=False))))
    actors = actors_of(facts)
    for found in findings_entries(facts, actors, None).volumes:
        made = body_structure(found.resource, LocalEntry(actors.patient.resource | {"id": "1"}, ""))
        assert fhir.errors(made) == []


def test_the_whole_bundle_is_validated_before_it_is_sent(fhir: Fhir) -> None:
    bundle = build_publication_bundle(publication(uuid4().hex[:12]))
    assert fhir.client.refused(bundle) == ()
    provenance = bundle["entry"][-1]["resource"]
    label = {"system": provenance["meta"]["security"][0]["system"], "code": "NO-SUCH"}
    provenance["meta"]["security"].append(label)
    faults = fhir.client.refused(bundle)
    assert any(fault.startswith("Provenance.meta.security[1]") for fault in faults), faults


def test_a_withdrawn_approval_is_entered_in_error_and_another_is_left_alone(fhir: Fhir) -> None:
    facts, other = (publication(uuid4().hex[:12]) for _ in range(2))
    receipts = [publication_send(facts=each, client=fhir.client) for each in (facts, other)]
    publication_retract(str(facts.version.uuid), client=fhir.client)
    publication_retract(str(uuid4()), client=fhir.client)
    withdrawn, kept = (fhir.get(f"DiagnosticReport/{r.diagnostic_report}") for r in receipts)
    assert (withdrawn["status"], kept["status"]) == ("entered-in-error", "preliminary")
    for result in withdrawn["result"]:
        assert fhir.get(result["reference"])["status"] == "entered-in-error"
    assert fhir.errors(withdrawn) == []


def test_everything_is_found_by_search(
    fhir: Fhir, case: str, stored: tuple[StoredResource, ...]
) -> None:
    (patient,) = fhir.found("Patient", identifier=f"{BASE}/mrn|TEST-{case}")
    (order,) = fhir.found("ServiceRequest", identifier=f"{BASE}/order|ORD-{case}")
    (by_accession,) = fhir.found("ServiceRequest", identifier=f"{BASE}/accession|ACC-{case}")
    assert by_accession["id"] == order["id"]
    (imaging_study,) = fhir.found(
        "ImagingStudy", identifier=f"urn:dicom:uid|urn:oid:{uid(f'{case}/study')}"
    )
    assert imaging_study["subject"]["reference"] == f"Patient/{patient['id']}"
    (report,) = fhir.found("DiagnosticReport", **{"based-on": f"ServiceRequest/{order['id']}"})
    assert fhir.found("DiagnosticReport", subject=f"Patient/{patient['id']}") == [report]
    assert report["imagingStudy"][0]["reference"] == f"ImagingStudy/{imaging_study['id']}"
    assert fhir.found("ImagingStudy", basedon=f"ServiceRequest/{order['id']}") == [imaging_study]
    assert fhir.found("ImagingStudy", series=uid(f"{case}/seg")) == [imaging_study]
    observations = fhir.found("Observation", subject=f"Patient/{patient['id']}")
    assert {f"Observation/{o['id']}" for o in observations} == {
        r["reference"] for r in report["result"]
    }
    (endpoint,) = fhir.found("Endpoint", identifier=f"{BASE}/endpoint|dicom-web")
    assert imaging_study["endpoint"][0]["reference"] == f"Endpoint/{endpoint['id']}"
    assert endpoint["address"] == GATEWAY


def test_both_provenances_are_found_and_linked(
    fhir: Fhir, case: str, stored: tuple[StoredResource, ...]
) -> None:
    report_id = next(r.id for r in stored if r.resource_type == "DiagnosticReport")
    (approval,) = fhir.found("Provenance", target=f"DiagnosticReport/{report_id}")
    (device_id,) = (r.id for r in stored if r.resource_type == "Device")
    ai_reference = approval["entity"][0]["what"]["reference"]
    ai = fhir.get(ai_reference)
    assert ai["agent"][0]["who"]["reference"] == f"Device/{device_id}"
    assert fhir.found("Provenance", entity=ai_reference) == [approval]
    (practitioner,) = fhir.found("Practitioner", identifier=f"{BASE}/username|radiologist")
    assert approval["agent"][0]["who"]["reference"] == f"Practitioner/{practitioner['id']}"


def test_a_correction_replaces_and_leaves_the_rest(fhir: Fhir) -> None:
    case = uuid4().hex[:12]
    before = fhir.client.transaction(build_publication_bundle(publication(case)))
    after = fhir.client.transaction(
        build_publication_bundle(publication(case, study=study(case, slices=4)))
    )
    changed = {
        new.resource_type
        for old, new in zip(before, after, strict=True)
        if new.version_id != old.version_id
    }
    assert [r.id for r in before] == [r.id for r in after]
    assert changed == {"ImagingStudy"}


def test_the_same_patient_published_by_many_at_once_is_one_patient(fhir: Fhir) -> None:
    case = uuid4().hex[:12]
    bundle = build_publication_bundle(publication(case))
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: fhir.client.transaction(bundle), range(6)))
    assert len({tuple(r.id for r in answer) for answer in answers}) == 1
    assert len(fhir.found("Patient", identifier=f"{BASE}/mrn|TEST-{case}")) == 1


def test_a_refused_resource_is_final_and_stores_nothing(fhir: Fhir) -> None:
    case = uuid4().hex[:12]
    bundle = build_publication_bundle(publication(case))
    bundle["entry"][-1]["resource"]["target"][0]["reference"] = "Patient/does-not-exist"
    with pytest.raises(ExternalError) as caught:
        fhir.client.transaction(bundle)
    assert not caught.value.retryable
    assert "HAPI-" in caught.value.detail
    assert fhir.found("Patient", identifier=f"{BASE}/mrn|TEST-{case}") == []


def test_publication_send_returns_ids_that_can_be_read(fhir: Fhir, case: str) -> None:
    receipt = publication_send(facts=publication(case), client=fhir.client)
    report = fhir.get(f"DiagnosticReport/{receipt.diagnostic_report}")
    assert report["status"] == "preliminary"
    assert fhir.get(f"ImagingStudy/{receipt.imaging_study}")["status"] == "available"


@pytest.fixture
def report(login, sample_files, tmp_path) -> int:
    """A signed report on a study of one image."""
    like = dcmread(sample_files["P2026-0001"][0], stop_before_pixels=True)
    names = ("PatientID", "PatientName", "PatientBirthDate", "PatientSex")
    image = mr_image(**{name: like.get(name) for name in names})
    (tmp_path / "image.dcm").write_bytes(part10(image))
    client = login("radiologist")
    assert upload(client, [tmp_path / "image.dcm"]).status_code == 201
    address = f"ris/studies/{image.StudyInstanceUID}/"
    wait_until(lambda: client.status(address), lambda found: found == 200, what="the study")
    words = {"findings": "A mass in the right frontal lobe.", "impression": "A mass."}
    begun = {"study_instance_uid": image.StudyInstanceUID, "template": "general", "language": "en"}
    written = client.post("ris/reports/", json=begun | {"sections": words})
    client.post(
        f"ris/reports/{written['id']}/sign/",
        json={"password": PASSWORDS["radiologist"]},
        headers={"If-Match": f'"{written["version"]}"'},
    )
    return int(written["id"])


OF_AI_RESULTS = {"BodyStructure", "Device", "RiskAssessment"}
"""Served where a result was approved on this stack; what they say is published too."""


@pytest.fixture
def shared(login, report: int) -> Iterator[None]:
    """The report's patient, with a colleague for an hour; the report told as critical."""
    client = login("radiologist")
    told = {"told": "Dr Lee", "how": "phone", "outcome": "confirmed"}
    critical = client.post(f"ris/reports/{report}/critical/", json={"category": "mass_effect"})
    client.post(f"ris/critical/{critical['id']}/attempts/", json=told)
    body = {
        "patient": client.get(f"fhir/DiagnosticReport/{report}")["subject"]["reference"].partition(
            "/"
        )[2],
        "grantee": client.get("shares/recipients/")["results"][0]["id"],
        "expires_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
    }
    share = client.post("shares/", json=body)
    yield
    client.call("DELETE", f"shares/{share['id']}/")


def test_every_type_that_we_serve_validates(fhir: Fhir, login, report: int, shared: None) -> None:
    """Of each type one resource of each set of elements that it has."""
    client = login("doctor")
    statement = client.get("fhir/metadata")
    refused = client.call("GET", "fhir/Patient?birthdate=x", also=[400]).json()
    past = client.get(f"fhir/DiagnosticReport/{report}/_history")
    faults = {(one["resourceType"], ""): fhir.errors(one) for one in (statement, refused, past)}
    for declared in statement["rest"][0]["resource"]:
        reader = login("admin") if declared["type"] == "AuditEvent" else client
        found = reader.get(f"fhir/{declared['type']}", _count=100).get("entry", [])
        assert found or declared["type"] in OF_AI_RESULTS, declared["type"]
        for resource in {tuple(e["resource"]): e["resource"] for e in found}.values():
            faults[declared["type"], resource["id"]] = fhir.errors(resource)
    assert ("DiagnosticReport", str(report)) in faults
    assert {where: what for where, what in faults.items() if what} == {}
