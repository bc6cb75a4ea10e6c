"""Results without a mask: quantities, classes and scores as Observations, and no SEG."""

from __future__ import annotations

from typing import Any

import pytest
import responses

from ai.selectors.publication import publication_get, publication_view
from ai.services import jobs, review
from ai.tests import factories
from common.outbox import tasks
from common.outbox.models import OutboxEvent, OutboxStatus
from fhir.services.gather import publication_facts
from fhir.services.publishing import bundle_validate
from fhir.services.resources import (
    PublicationFacts,
    PublishedClass,
    PublishedCode,
    PublishedMask,
    PublishedQuantity,
)
from fhir.tests.factories import BASE, ai_result, publication, study, uid, version
from fhir.tests.test_bundle import Built
from fhir.tests.test_handlers import VALID, stored

SHIFT = PublishedQuantity(id="midline-shift", label="Midline shift", value=4.25, unit="mm")
BLEEDING = PublishedCode(value="50960005", scheme="SCT", meaning="Hemorrhage")
CLASSES = (
    PublishedClass(id="normal", label="Normal", probability=0.25),
    PublishedClass(id="bleeding", label="Bleeding", probability=0.75, code=BLEEDING),
)


def facts(**result: Any) -> PublicationFacts:
    """An approved result without a mask."""
    scores = {"risk_score": None, "confidence": None}
    return publication(
        seg_series_instance_uid=None,
        seg_sop_instance_uid=None,
        version=version(kind="ai", author=None, version=1, volumes=()),
        ai_result=ai_result(**(scores | result)),
    )


@pytest.mark.parametrize(
    "result",
    [
        {"risk_score": 0.42},
        {"quantities": (SHIFT,)},
        {"classes": CLASSES},
        {"quantities": (SHIFT,), "classes": CLASSES, "risk_score": 0.1, "confidence": 0.9},
    ],
)
def test_every_bundle_is_valid_and_names_no_seg(result: dict[str, Any]) -> None:
    built = Built(facts(**result))
    bundle_validate(built.bundle)
    assert len(built.all("Observation")) == sum(
        len(each) if key == "quantities" else 1 for key, each in result.items()
    )
    approval = built.provenance("CLINAST")
    assert [each["what"]["display"] for each in approval["entity"]] == ["AI result of job 17"]
    assert uid("a/seg/1") not in str([built.one("DiagnosticReport"), *built.all("Provenance")])
    assert "segmentation" not in built.one("DiagnosticReport")["conclusion"]


def test_a_quantity_has_its_value_unit_and_code() -> None:
    coded = PublishedQuantity(id="v", label="Volume", value=0.00012345678, unit="mL", code=BLEEDING)
    local, sct = Built(facts(quantities=(SHIFT, coded))).all("Observation")
    assert local["valueQuantity"]["value"] == 4.25
    assert (local["valueQuantity"]["unit"], local["valueQuantity"]["code"]) == ("mm", "mm")
    assert local["code"]["text"] == "Midline shift"
    assert local["code"]["coding"][0]["system"] == f"{BASE}/ai-result/brain_extraction"
    assert sct["valueQuantity"]["value"] == 0.000123457
    assert sct["code"]["coding"][0]["code"] == "50960005"


def test_a_classification_says_the_most_probable_class_and_each_probability() -> None:
    built = Built(facts(classes=CLASSES))
    observation = built.one("Observation")
    assert observation["valueCodeableConcept"]["coding"][0]["code"] == "50960005"
    assert "valueQuantity" not in observation
    shown = {c["code"]["text"]: c["valueQuantity"]["value"] for c in observation["component"]}
    assert shown == {"Normal": 0.25, "Bleeding": 0.75}
    assert "AI classification: Bleeding (0.75)." in built.one("DiagnosticReport")["conclusion"]


def test_the_model_asserts_what_it_found() -> None:
    built = Built(facts(quantities=(SHIFT,)))
    targets = [built.at(each) for each in built.provenance("AIAST")["target"]]
    assert targets == built.all("Observation")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ai_result": ai_result(risk_score=None, quantities=(), classes=())}, "nothing"),
        ({"version": version()}, "no SEG"),
        ({"seg_sop_instance_uid": uid("a/seg/1")}, "no segment volume"),
    ],
)
def test_facts_that_contradict_themselves_are_refused(
    changes: dict[str, Any], sentence: str
) -> None:
    values: dict[str, Any] = {
        "study": study(),
        "seg_series_instance_uid": None,
        "seg_sop_instance_uid": None,
        "version": version(kind="ai", author=None, volumes=()),
    }
    with pytest.raises(ValueError, match=sentence):
        publication(**(values | changes))


@pytest.mark.django_db
def test_an_approved_score_arrives_in_the_record(
    users: Any, patient_factory: Any, settings: Any
) -> None:
    body_site = {"value": "12738006", "scheme": "SCT", "meaning": "Brain"}
    manifest = factories.maskless_manifest("score", {"risk_score": "p"}) | {
        "body_site": body_site,
        "manufacturer": "Maker",
    }
    series = factories.make_series(patient_factory())
    with responses.RequestsMock() as upstream:
        upstream.get(f"{settings.INFERENCE_URL}/models", json={"models": [manifest]})
        upstream.post(
            f"{settings.INFERENCE_URL}/inference",
            json=factories.run_answer(series, segmentation="", risk_score=0.8),
        )
        factories.grants_written(upstream)
        upstream.post(f"{settings.HAPI_URL}/Bundle/$validate", json=VALID)
        upstream.add_callback("POST", settings.HAPI_URL, stored)
        job = jobs.job_create(
            actor=users["doctor"],
            study_instance_uid=series.study.study_instance_uid,
            model_type="tiny_score",
        )
        jobs.job_run(job.pk)
        review.job_review(actor=users["rib"], job_id=job.pk, decision="approve")
        event = OutboxEvent.objects.get(topic="ai.result.approved")
        tasks.deliver.run(event.pk)
    event.refresh_from_db()
    assert event.status == OutboxStatus.DONE
    assert publication_view(publication_get(job.pk).job)["status"] == "PUBLISHED"
    found = publication_facts(job.pk)
    assert found.model.body_site == PublishedCode(**body_site)
    assert (found.model.manufacturer, found.ai_result.risk_score) == ("Maker", 0.8)
    assert found.version.uuid == publication_facts(job.pk).version.uuid
    assert found.seg_sop_instance_uid is None


def about_a_patient(**result: Any) -> PublicationFacts:
    """The approved result of a rule: no study, no series, no images."""
    scores: dict[str, Any] = {"risk_score": None, "confidence": None}
    said: dict[str, Any] = {
        "chosen": True,
        "parameters": {},
        "statements": ("No atrial fibrillation: the profile applies.",),
        "inputs": ("Age: 76.4 a (2026-01-05, patient 1)",),
    }
    return publication(
        study=None,
        source_series_instance_uid=None,
        order=None,
        encounter=None,
        preview_png=None,
        seg_series_instance_uid=None,
        seg_sop_instance_uid=None,
        version=version(kind="ai", author=None, version=1, volumes=()),
        ai_result=ai_result(**(scores | said | result)),
    )


@pytest.mark.parametrize(
    "result", [{"risk_score": 0.0927}, {"quantities": (SHIFT,)}, {"classes": CLASSES[:1]}]
)
def test_a_result_about_a_patient_is_valid_without_a_study(result: dict[str, Any]) -> None:
    built = Built(about_a_patient(**result))
    bundle_validate(built.bundle)
    kinds = {entry["resource"]["resourceType"] for entry in built.bundle["entry"]}
    assert not kinds & {"ImagingStudy", "Endpoint"}
    observation = built.one("Observation")
    assert "No atrial fibrillation: the profile applies." in [
        n["text"] for n in observation["note"]
    ]
    assert "derivedFrom" not in observation
    assert "component" not in observation
    conclusion = built.one("DiagnosticReport")["conclusion"]
    assert "Age: 76.4 a (2026-01-05, patient 1)" in conclusion
    assert "profile applies" in conclusion
    sources = built.provenance("AIAST")["entity"]
    assert [each["what"]["display"] for each in sources] == ["Age: 76.4 a (2026-01-05, patient 1)"]


def test_a_measurement_of_masks_names_their_studies_and_segs() -> None:
    """The one on the server by its id there, the other by its UID alone."""
    masks = [
        PublishedMask(
            label=label, study_instance_uid=uid, seg_sop_instance_uid=f"{uid}.9", imaging_study=at
        )
        for label, uid, at in (("Lesion", "2.25.1", "77"), ("Prior", "2.25.2", ""))
    ]
    built = Built(about_a_patient(quantities=(SHIFT,), masks=tuple(masks)))
    bundle_validate(built.bundle)
    uids = {"system": "urn:dicom:uid"}
    known = [
        {
            "reference": "ImagingStudy/77",
            "type": "ImagingStudy",
            "identifier": uids | {"value": "urn:oid:2.25.1"},
            "display": "Lesion: SEG 2.25.1.9",
        },
        {
            "type": "ImagingStudy",
            "identifier": uids | {"value": "urn:oid:2.25.2"},
            "display": "Prior: SEG 2.25.2.9",
        },
    ]
    observation, report = built.one("Observation"), built.one("DiagnosticReport")
    assert observation["derivedFrom"] == report["imagingStudy"] == known
    assert [each["what"] for each in built.provenance("AIAST")["entity"]][:2] == known
    assert observation["category"][0]["coding"][0]["code"] == "imaging"


@pytest.mark.parametrize("of_images", [True, False])
def test_a_risk_is_a_risk_assessment_with_its_basis(of_images: bool) -> None:
    built = Built((facts if of_images else about_a_patient)(risk_score=0.0927))
    bundle_validate(built.bundle)
    risk = built.one("RiskAssessment")
    assert risk["prediction"][0]["probabilityDecimal"] == 0.0927
    kinds = [built.at(each)["resourceType"] for each in risk["basis"]]
    assert kinds == (["ImagingStudy"] if of_images else []) + ["Observation"]
    assert (len(risk.get("note", [])) > 1) is not of_images


def test_a_study_and_its_series_belong_together() -> None:
    with pytest.raises(ValueError, match="belong together"):
        publication(study=None)
