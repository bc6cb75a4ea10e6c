"""A result about a patient follows what it rests on: moved data is named and not approved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from ai.choices import JobStatus, ReviewStatus
from ai.manifest import parse_manifest
from ai.models import AIJob, Publication
from ai.selectors.moved_sources import on_moved_sources
from ai.selectors.patient_facts import ROWS, facts_known
from ai.services.drawings import _no_result
from ai.services.jobs import series_key
from ai.services.rule_runs import rule_run
from ai.services.sequences import sequence_facts
from ai.tests import factories
from ai.tests.test_rule_jobs import manifest
from common.errors import BusinessError, ErrorCode
from common.outbox.models import OutboxEvent
from pacs.events import STUDY_MOVED
from pacs.index import matching

pytestmark = pytest.mark.django_db


def source(kind: str, pk: int) -> dict[str, str]:
    return {"kind": kind, "id": str(pk), "label": ""}


def rule(patient: Any, user: Any, model: str, facts: dict[str, tuple[str, int]]) -> AIJob:
    """A completed result of a rule on rows named by their kind."""
    about = manifest(model)
    return AIJob.objects.create(
        patient=patient,
        model_id=model,
        model_version=about["version"],
        model_manifest=about,
        status=JobStatus.COMPLETED,
        requested_by=user,
        result=_no_result(()),
        facts={
            name: {"value": 1, "unit": "", "at": None, "source": source(kind, pk)}
            for name, (kind, pk) in facts.items()
        },
    )


@pytest.fixture
def pair(patient_factory: Any) -> Any:
    return patient_factory(patient_id="RIGHT"), patient_factory(patient_id="WRONG")


@pytest.fixture
def measured(pair: Any, users: Any) -> AIJob:
    """A result about WRONG, measured in an approved mask that lies on images of RIGHT."""
    _, wrong = pair
    mask = factories.make_result(factories.make_series(wrong), users["doctor"])
    AIJob.objects.filter(pk=mask.pk).update(review_status=ReviewStatus.APPROVED)
    Publication.objects.create(job=mask, version=mask.segmentation.versions.get())
    return rule(wrong, users["doctor"], "M1", {"mask": ("ai_job", mask.pk)})


def move(study: Any, to: Any) -> None:
    """As two records are parted again."""
    study.dicom_patient_id = to.patient_id
    study.save()
    begin = timezone.now() - timedelta(days=1)
    args = {"from_patient_id": study.patient_id, "patient_id": to.pk}
    assert matching.studies_part(**args, since=begin) == 1
    study.refresh_from_db()


def shown(api: Any, job: AIJob) -> tuple[bool, bool]:
    client = api("doctor")
    listed = client.get("/api/ai/jobs/").json()["results"]
    one = client.get(f"/api/ai/jobs/{job.pk}/").json()
    return one["sources_moved"], next(r["sources_moved"] for r in listed if r["id"] == job.pk)


def review(api: Any, job: AIJob, decision: str) -> Any:
    body = {"decision": decision}
    return api("doctor").post(f"/api/ai/jobs/{job.pk}/review/", body, format="json")


def test_what_rests_on_a_study_that_was_moved_says_so_and_is_not_approved(
    api: Any, pair: Any, measured: AIJob
) -> None:
    right, wrong = pair
    study = AIJob.objects.exclude(pk=measured.pk).get().study
    assert shown(api, measured) == (False, False)
    move(study, right)
    assert shown(api, measured) == (True, True)
    event = OutboxEvent.objects.filter(topic=STUDY_MOVED).first()
    assert event is not None
    assert event.payload == {"study_id": study.pk, "patient_id": right.pk, "before": wrong.pk}
    refused = review(api, measured, "approve")
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "ERR_441")
    with pytest.raises(BusinessError) as run:
        rule_run(measured)
    assert run.value.code == ErrorCode.SOURCES_MOVED
    move(study, wrong)
    assert shown(api, measured) == (False, False)
    move(study, right)
    assert review(api, measured, "reject").json()["review_status"] == "REJECTED"


def test_a_study_of_nobody_is_moved_too(measured: AIJob) -> None:
    mask = AIJob.objects.exclude(pk=measured.pk).get()
    apps.get_model("pacs.Study").objects.update(patient=None)
    assert on_moved_sources([measured.pk, mask.pk]) == {measured.pk, mask.pk}


def test_one_of_several_sequences_counts(api: Any, pair: Any, users: Any) -> None:
    right, wrong = pair
    job = factories.make_result(factories.make_series(wrong), users["doctor"])
    other = factories.make_series(wrong, tag="2")
    AIJob.objects.filter(pk=job.pk).update(facts=sequence_facts({"flair": other}))
    assert shown(api, job) == (False, False)
    move(other.study, right)
    assert shown(api, job) == (True, True)
    refused = review(api, job, "approve")
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "ERR_441")


def test_more_images_of_any_sequence_are_another_input(pair: Any) -> None:
    right, _ = pair
    about = parse_manifest(factories.MANIFEST)
    first, other = factories.make_series(right), factories.make_series(right, tag="2")
    before = series_key(about, first, {}, {"flair": other})
    assert before == series_key(about, first, {}, {"flair": other}) != series_key(about, first, {})
    other.instances.first().delete()
    assert series_key(about, first, {}, {"flair": other}) != before


def test_any_row_and_any_chain_counts(pair: Any, users: Any) -> None:
    right, wrong = pair
    vitals = apps.get_model("emr.Vitals").objects.create(
        patient=wrong, systolic_mmhg=140, measured_at=timezone.now()
    )
    first = rule(wrong, users["doctor"], "MG", {"age": ("vitals", vitals.pk)})
    second = rule(wrong, users["doctor"], "MM", {"diagnosis": ("ai_job", first.pk)})
    said = rule(wrong, users["doctor"], "MM", {"age": ("given", users["doctor"].pk)})
    every = [first.pk, second.pk, said.pk]
    assert on_moved_sources(every) == set()
    type(vitals).objects.filter(pk=vitals.pk).update(patient=right)
    assert on_moved_sources(every) == {first.pk, second.pk}


def test_a_diagnosis_on_moved_data_is_no_fact_any_more(pair: Any, users: Any) -> None:
    right, wrong = pair
    vitals = apps.get_model("emr.Vitals").objects.create(
        patient=wrong, systolic_mmhg=140, measured_at=timezone.now()
    )
    made = rule(wrong, users["doctor"], "MG", {"age": ("vitals", vitals.pk)})
    chosen = {"classes": [{"id": "glioblastoma", "label": "Glioblastoma", "probability": 1}]}
    AIJob.objects.filter(pk=made.pk).update(
        review_status=ReviewStatus.APPROVED, reviewed_at=timezone.now(), result=chosen
    )
    assert facts_known(users["doctor"], wrong)["diagnosis"].value == "glioblastoma"
    type(vitals).objects.update(patient=right)
    assert "diagnosis" not in facts_known(users["doctor"], wrong)


def test_every_kind_of_origin_has_rows_of_a_patient() -> None:
    assert ROWS.keys() == {
        *("problem", "prescription", "vitals", "order", "ai_job", "performance", "plan"),
    }
    for model in ROWS.values():
        assert apps.get_model(model)._meta.get_field("patient")


def test_a_job_shows_the_card_of_the_version_that_ran(api: Any, completed: Any) -> None:
    """Whatever the service offers by now."""
    own = completed.model_manifest | {"version": "0.9", "intended_use": "Of before."}
    AIJob.objects.filter(pk=completed.pk).update(model_version="0.9", model_manifest=own)
    card = api("doctor").get(f"/api/ai/jobs/{completed.pk}/").json()["card"]
    assert (card["version"], card["intended_use"]) == ("0.9", "Of before.")
    assert card["outputs"]["segments"][0]["label_ko"] == "뇌"
