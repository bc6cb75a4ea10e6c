"""Each demand of the FHIR standard notes, pinned on the Bundle itself."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from xml.etree import ElementTree

import pytest

from fhir.services.publishing import bundle_validate
from fhir.services.resources import (
    PublicationFacts,
    PublishedEncounter,
    PublishedModel,
    PublishedPatient,
    PublishedPractitioner,
    PublishedStudy,
    build_publication_bundle,
)
from fhir.tests.factories import (
    BASE,
    DOCTOR,
    GATEWAY,
    RADIOLOGIST,
    ai_result,
    publication,
    study,
    uid,
    version,
    volume,
)


class Built:
    """A Bundle with its references resolved."""

    def __init__(self, facts: PublicationFacts) -> None:
        self.bundle = build_publication_bundle(facts)
        self.by_url = {e["fullUrl"]: e["resource"] for e in self.bundle["entry"]}

    def all(self, resource_type: str) -> list[Any]:
        return [r for r in self.by_url.values() if r["resourceType"] == resource_type]

    def one(self, resource_type: str) -> Any:
        (resource,) = self.all(resource_type)
        return resource

    def at(self, reference: dict[str, Any]) -> Any:
        return self.by_url[reference["reference"]]

    def url_of(self, resource: dict[str, Any]) -> str:
        entries = self.bundle["entry"]
        return str(next(e["request"]["url"] for e in entries if e["resource"] is resource))

    def provenance(self, asserted_by: str) -> Any:
        return next(
            p for p in self.all("Provenance") if p["meta"]["security"][0]["code"] == asserted_by
        )


@pytest.fixture
def built() -> Built:
    return Built(publication())


def references(node: Any) -> list[str]:
    """Every Reference.reference below a node."""
    if isinstance(node, list):
        return [r for item in node for r in references(item)]
    if isinstance(node, dict):
        own = [node["reference"]] if isinstance(node.get("reference"), str) else []
        return own + [r for value in node.values() for r in references(value)]
    return []


@pytest.mark.parametrize(
    "facts",
    [
        publication(),
        publication(order=None, encounter=None, comment="작은 병변", preview_png=b"\x89PNG"),
        publication(ai_result=ai_result(risk_score=None, confidence=None, parameters={})),
        publication(version=version(kind="ai", author=None)),
        publication(
            patient=PublishedPatient(mrn="X", full_name="E C", birth_date=None, gender="U")
        ),
    ],
    ids=["full", "no order", "no scores", "unedited", "little known"],
)
def test_every_resource_is_valid_and_every_reference_resolves(facts: PublicationFacts) -> None:
    built = Built(facts)
    bundle_validate(built.bundle)
    targets = set(references([e["resource"] for e in built.bundle["entry"]]))
    assert targets - {"#parameters"} <= set(built.by_url)
    json.dumps(built.bundle, allow_nan=False)


def test_it_is_one_transaction_of_puts_on_natural_keys(built: Built) -> None:
    assert built.bundle["type"] == "transaction"
    assert {e["request"]["method"] for e in built.bundle["entry"]} == {"PUT"}
    assert len(built.by_url) == len(built.bundle["entry"])
    for entry in built.bundle["entry"]:
        resource, url = entry["resource"], entry["request"]["url"]
        if "id" in resource:
            assert url == f"{resource['resourceType']}/{resource['id']}"
        else:
            assert url.startswith(f"{resource['resourceType']}?identifier=")


def test_the_same_facts_give_the_same_bundle_in_any_order_and_zone() -> None:
    facts = publication()
    reordered = PublishedStudy(
        study_instance_uid=facts.study.study_instance_uid,
        started=datetime(2026, 1, 5, 18, 30, tzinfo=timezone(timedelta(hours=9))),
        description=facts.study.description,
        series=tuple(reversed(facts.study.series)),
    )
    assert json.dumps(build_publication_bundle(facts)) == json.dumps(
        build_publication_bundle(publication(study=reordered))
    )


def test_another_version_shares_only_what_is_not_its_own() -> None:
    first, second = Built(publication("a")), Built(publication("b"))
    shared = {first.by_url[url]["resourceType"] for url in set(first.by_url) & set(second.by_url)}
    assert shared == {"Practitioner", "Device", "Endpoint"}


def test_keys_are_escaped() -> None:
    patient = PublishedPatient(mrn="A|1,&\\", full_name="x", birth_date=None, gender="O")
    built = Built(publication(patient=patient))
    url = built.url_of(built.one("Patient"))
    assert url == f"Patient?identifier={BASE}/mrn%7CA%5C%7C1%5C%2C%26%5C%5C"


def test_patient(built: Built) -> None:
    patient = built.one("Patient")
    assert patient["identifier"][0]["system"] == f"{BASE}/mrn"
    assert patient["identifier"][0]["value"] == "TEST-a"
    assert patient["identifier"][0]["type"]["coding"][0]["code"] == "MR"
    assert (patient["gender"], patient["birthDate"]) == ("male", "1974-03-02")


@pytest.mark.parametrize(
    ("gender", "code"), [("M", "male"), ("F", "female"), ("O", "other"), ("U", "unknown")]
)
def test_gender(gender: Any, code: str) -> None:
    patient = PublishedPatient(mrn="1", full_name="x", birth_date=None, gender=gender)
    assert Built(publication(patient=patient)).one("Patient")["gender"] == code


def test_service_request_is_the_order(built: Built) -> None:
    order = built.one("ServiceRequest")
    assert [(i["type"]["coding"][0]["code"], i["value"]) for i in order["identifier"]] == [
        ("PLAC", "ORD-a"),
        ("ACSN", "ACC-a"),
    ]
    assert built.url_of(order) == f"ServiceRequest?identifier={BASE}/order%7CORD-a"
    assert built.at(order["requester"])["identifier"][0]["value"] == DOCTOR.username
    assert built.at(order["encounter"])["resourceType"] == "Encounter"
    assert order["code"]["coding"][0]["code"] == "MR_BRAIN_CONTRAST"
    assert order["code"]["text"] == "MRI of the brain with contrast"
    assert [site["coding"][0]["code"] for site in order["bodySite"]] == ["12738006"]
    assert (order["status"], order["priority"]) == ("active", "stat")
    assert order["reasonCode"] == [{"text": "First seizure"}]
    assert [c["coding"][0]["code"] for c in order["category"]] == ["363679005"]


def test_imaging_study(built: Built) -> None:
    imaging_study = built.one("ImagingStudy")
    study_uid = uid("a/study")
    assert imaging_study["identifier"] == [
        {"system": "urn:dicom:uid", "value": f"urn:oid:{study_uid}"}
    ]
    assert built.url_of(imaging_study) == (
        f"ImagingStudy?identifier=urn:dicom:uid%7Curn:oid:{study_uid}"
    )
    assert imaging_study["started"] == "2026-01-05T09:30:00.000+00:00"
    assert [m["code"] for m in imaging_study["modality"]] == ["MR", "SEG"]
    assert built.at(imaging_study["subject"]) == built.one("Patient")
    assert built.at(imaging_study["basedOn"][0]) == built.one("ServiceRequest")
    assert (imaging_study["numberOfSeries"], imaging_study["numberOfInstances"]) == (2, 4)
    source, seg = imaging_study["series"]
    assert (source["uid"], seg["uid"]) == (uid("a/t1"), uid("a/seg"))
    assert [i["uid"] for i in source["instance"]] == [uid(f"a/t1/{n}") for n in (1, 2, 3)]
    assert seg["instance"][0]["uid"] == uid("a/seg/1")
    assert seg["instance"][0]["sopClass"]["code"] == "urn:oid:1.2.840.10008.5.1.4.1.1.66.4"
    assert source["bodySite"]["code"] == "12738006"
    assert "bodySite" not in seg, "its header has no body part"


def test_a_study_date_without_time_stays_a_date() -> None:
    dated = study()
    dated = PublishedStudy(
        study_instance_uid=dated.study_instance_uid, started=date(2026, 1, 5), series=dated.series
    )
    assert Built(publication(study=dated)).one("ImagingStudy")["started"] == "2026-01-05"


def test_a_negative_number_is_left_out_rather_than_refused() -> None:
    source, seg = study().series
    odd = PublishedStudy(
        study_instance_uid=uid("a/study"), started=None, series=(replace(source, number=-1), seg)
    )
    built = Built(publication(study=odd))
    bundle_validate(built.bundle)
    first, _ = built.one("ImagingStudy")["series"]
    assert "number" not in first
    assert "started" not in built.one("ImagingStudy")
    assert built.one("DiagnosticReport")["effectiveDateTime"] == "2026-01-05T10:15:00.000+00:00"


@pytest.mark.parametrize(
    ("kind", "code"), [("outpatient", "AMB"), ("inpatient", "IMP"), ("emergency", "EMER")]
)
def test_encounter(kind: Any, code: str) -> None:
    started = datetime(2026, 1, 4, 7, tzinfo=UTC)
    visit = PublishedEncounter(encounter_number="9", kind=kind, started_at=started)
    encounter = Built(publication(encounter=visit)).one("Encounter")
    assert (encounter["class"]["code"], encounter["status"]) == (code, "in-progress")
    assert encounter["period"] == {"start": "2026-01-04T07:00:00.000+00:00"}
    over = replace(visit, ended_at=started + timedelta(days=1))
    assert Built(publication(encounter=over)).one("Encounter")["status"] == "finished"


def test_a_practitioner_without_a_name_goes_by_the_user_name() -> None:
    nameless = PublishedPractitioner(username="locum", full_name="")
    built = Built(publication(approver=nameless))
    bundle_validate(built.bundle)
    assert "locum" in [p["name"][0]["text"] for p in built.all("Practitioner")]


def test_endpoint_is_the_gateway(built: Built) -> None:
    endpoint = built.at(built.one("ImagingStudy")["endpoint"][0])
    assert endpoint["connectionType"]["code"] == "dicom-wado-rs"
    assert endpoint["address"] == GATEWAY


def test_device_names_model_and_version(built: Built) -> None:
    device = built.one("Device")
    assert device["deviceName"] == [{"name": "Brain extraction", "type": "model-name"}]
    assert device["version"] == [{"value": "1.0.2"}]
    assert built.url_of(device).endswith("ai-model%7Cbrain_extraction/1.0.2")


def test_observations(built: Built) -> None:
    volume_, risk, confidence = built.all("Observation")
    assert volume_["valueQuantity"] == {
        "value": 1482.346,
        "unit": "ml",
        "system": "http://unitsofmeasure.org",
        "code": "mL",
    }
    finding, tracking = volume_["component"]
    assert finding["valueCodeableConcept"]["coding"][0]["code"] == "12738006"
    assert tracking["valueString"] == uid("a/tracking/1")
    assert (risk["valueQuantity"]["value"], confidence["valueQuantity"]["value"]) == (0.42, 0.93)
    assert risk["code"]["text"] == "AI risk score"
    for observation in (volume_, risk, confidence):
        assert observation["status"] == "final"
        assert built.at(observation["subject"]) == built.one("Patient")
        assert built.at(observation["device"]) == built.one("Device")
        assert built.at(observation["derivedFrom"][0]) == built.one("ImagingStudy")


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("ai", "Mean foreground probability"),
        ("edited", "Mean foreground probability, before the mask was edited"),
    ],
)
def test_the_confidence_is_one_number_under_the_name_of_what_it_is(kind: Any, title: str) -> None:
    model = PublishedModel(
        id="m",
        version="1",
        name="M",
        manufacturer="Maker",
        confidence_label="Mean foreground probability",
        confidence_meaning="It is not calibrated.",
    )
    facts = publication(
        model=model, version=version(kind=kind), ai_result=ai_result(confidence=0.99649)
    )
    built = Built(facts)
    confidence = built.all("Observation")[-1]
    assert (confidence["code"]["text"], confidence["valueQuantity"]["value"]) == (title, 0.996)
    assert confidence["note"] == [{"text": "It is not calibrated."}]
    assert f"{title}: 0.996." in built.one("DiagnosticReport")["conclusion"]
    assert built.one("Device")["manufacturer"] == "Maker"


def test_what_the_model_says_carries_the_label_of_that() -> None:
    def labels(facts: PublicationFacts) -> list[str | None]:
        found = Built(facts).all("Observation")
        return [o.get("meta", {}).get("security", [{}])[0].get("code") for o in found]

    assert labels(publication()) == [None, "AIAST", "AIAST"], "a person drew the mask"
    assert labels(publication(version=version(kind="ai"))) == ["AIAST"] * 3


def test_every_resource_has_a_narrative_that_is_xhtml() -> None:
    strange = PublishedPatient(mrn="<&>", full_name="a < b\x0b & c", birth_date=None, gender="U")
    built = Built(publication(patient=strange, comment="x < y"))
    for resource in built.by_url.values():
        assert resource["text"]["status"] == "generated"
        assert text_of(resource).startswith(resource["resourceType"])
    assert "a < b  & c<&>" in text_of(built.one("Patient"))


def text_of(resource: Any) -> str:
    document = ElementTree.fromstring(resource["text"]["div"])  # noqa: S314  (our own)
    return "".join(document.itertext())


def test_a_reference_with_an_identifier_names_its_target(built: Built) -> None:
    named = [r for r in with_identifier([*built.by_url.values()]) if "reference" in r]
    assert named
    for reference in named:
        target = built.at(reference)
        assert reference["type"] == target["resourceType"]
        assert reference["identifier"] in target["identifier"]


def with_identifier(node: Any) -> list[Any]:
    if isinstance(node, list):
        return [found for item in node for found in with_identifier(item)]
    if isinstance(node, dict):
        own = [node] if isinstance(node.get("identifier"), dict) else []
        return own + [found for value in node.values() for found in with_identifier(value)]
    return []


def test_one_volume_per_segment_and_no_score_the_model_did_not_give() -> None:
    facts = publication(
        version=version(volumes=(volume(1), volume(2, label="Tumour", code_scheme="99LOCAL"))),
        ai_result=ai_result(risk_score=None, confidence=0.0),
    )
    first, second, confidence = Built(facts).all("Observation")
    assert (first["code"]["text"], second["code"]["text"]) == ("Brain volume", "Tumour volume")
    assert "coding" not in second["component"][0]["valueCodeableConcept"]
    assert confidence["valueQuantity"]["value"] == 0.0


def test_diagnostic_report(built: Built) -> None:
    report = built.one("DiagnosticReport")
    assert report["code"]["text"] == "AI result: Brain extraction 1.0.2"
    assert report["category"][0]["coding"][0]["code"] == "RAD"
    assert built.at(report["subject"]) == built.one("Patient")
    assert built.at(report["encounter"]) == built.one("Encounter")
    assert built.at(report["basedOn"][0]) == built.one("ServiceRequest")
    assert report["issued"] == "2026-01-05T10:15:00.000+00:00"
    assert report["effectiveDateTime"] == "2026-01-05T09:30:00.000+00:00"
    for role in ("performer", "resultsInterpreter"):
        approver = built.at(report[role][0])
        assert approver["identifier"][0]["value"] == RADIOLOGIST.username
    assert [built.at(r) for r in report["result"]] == built.all("Observation")
    assert built.at(report["imagingStudy"][0]) == built.one("ImagingStudy")
    assert "Brain: 1482.3 ml." in report["conclusion"]
    form = report["presentedForm"][0]
    data = b64decode(form["data"])
    assert data.decode() == report["conclusion"] + "\n"
    assert form["size"] == len(data)
    assert b64decode(form["hash"]) == hashlib.sha1(data, usedforsecurity=False).digest()


def test_the_report_text_does_not_name_the_patient(built: Built) -> None:
    text = built.one("DiagnosticReport")["conclusion"]
    assert "김민준" not in text
    assert "TEST-a" not in text


def test_comment_and_preview_are_part_of_the_report() -> None:
    report = Built(publication(comment="No lesion.", preview_png=b"png")).one("DiagnosticReport")
    assert report["conclusion"].endswith("No lesion.")
    assert report["presentedForm"][1]["contentType"] == "image/png"
    assert b64decode(report["presentedForm"][1]["data"]) == b"png"
