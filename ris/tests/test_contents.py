"""SEG, SR and other objects on a study's page: who made them, when, and which are valid."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from ai.models import Publication
from ai.tests import factories
from pacs.models import DerivedObject
from pacs.tests import index

pytestmark = pytest.mark.django_db


@pytest.fixture
def contents(api, mine):
    path = f"/api/ris/studies/{mine.study.study_instance_uid}/"
    return lambda: api("doctor").get(path).json()


def made(study, modality, at, author="", *, predecessors=(), **fields):
    """An object made at a time of one day."""
    instance = index.instance(index.series(study, slices=0, modality=modality, **fields))
    DerivedObject.objects.create(
        instance=instance,
        author=author,
        content_date=date(2026, 1, 6),
        content_time=at,
        predecessors=list(predecessors),
    )
    return instance.sop_instance_uid


def objects_of(series):
    return [one for entry in series for one in entry["objects"]]


def test_each_kind_has_its_own_list(contents, mine):
    uids = {
        modality: made(mine.study, modality, "0900", "Lee^Seoyeon=이^서연")
        for modality in ("SEG", "SR", "PR", "KO", "RTSTRUCT")
    }
    body = contents()
    assert body["segmentations"][0]["sop_instance_uids"] == [uids["SEG"]]
    assert body["structured_reports"][0]["sop_instance_uids"] == [uids["SR"]]
    assert [s["modality"] for s in body["other_objects"]] == ["PR", "KO", "RTSTRUCT"]
    assert objects_of(body["structured_reports"])[0] == {
        "sop_instance_uid": uids["SR"],
        "author": "Lee^Seoyeon=이^서연",
        "content_date": "2026-01-06",
        "content_time": "0900",
        "version": None,
        "superseded": False,
        "approved_by": "",
        "job": None,
        "model": None,
    }


def test_measurements_are_versions_by_what_they_say_and_not_by_a_name_that_two_may_have(
    contents, mine
):
    ours = {"description": "NeuroNova measurements"}
    first = made(mine.study, "SR", "1000", "Lee", **ours)
    second = made(mine.study, "SR", "1100", "Lee", predecessors=[first], **ours)
    other = made(mine.study, "SR", "1130", "Lee", **ours)
    nameless = made(mine.study, "SR", "1200", "", **ours)
    dose = [made(mine.study, "SR", at, "Lee", description="Dose Report") for at in ("08", "09")]
    found = {
        one["sop_instance_uid"]: (one["version"], one["superseded"])
        for one in objects_of(contents()["structured_reports"])
    }
    assert found == {
        first: (1, True),
        second: (2, False),
        other: (1, False),
        nameless: (None, False),
        dose[0]: (None, False),
        dose[1]: (None, False),
    }


def test_a_report_names_what_it_replaces(contents, mine):
    first = made(mine.study, "SR", "1000", "Lee")
    second = made(mine.study, "SR", "1100", "Park", predecessors=[first, "1.2.3"])
    DerivedObject.objects.filter(instance__sop_instance_uid=first).update(predecessors=[first])
    found = [
        (one["sop_instance_uid"], one["version"], one["superseded"])
        for one in objects_of(contents()["structured_reports"])
    ]
    assert sorted(found) == sorted([(first, 1, True), (second, 2, False)])


def test_reports_that_replace_each_other_are_shown(contents, mine):
    first = made(mine.study, "SR", "1000")
    second = made(mine.study, "SR", "1100", predecessors=[first])
    DerivedObject.objects.filter(instance__sop_instance_uid=first).update(predecessors=[second])
    assert len(objects_of(contents()["structured_reports"])) == 2


def test_a_published_mask_names_its_model_version_and_people(contents, mine, users):
    kept = []
    for number in (1, 2):
        job = factories.make_result(
            mine.series,
            users["doctor"],
            review_status="APPROVED",
            reviewed_by=users["rib"],
            reviewed_at=timezone.now(),
        )
        version = factories.make_version(job.segmentation, users["doctor"])
        uid = made(mine.study, "SEG", f"1{number}00", "somebody")
        Publication.objects.create(job=job, version=version, seg_sop_instance_uid=uid)
        kept.append((uid, job))
    newest, older = sorted(
        objects_of(contents()["segmentations"]), key=lambda one: one["job"], reverse=True
    )
    uid, job = kept[1]
    assert newest["sop_instance_uid"] == uid
    assert (newest["job"], newest["version"], newest["superseded"]) == (job.pk, 2, False)
    assert (newest["author"], newest["approved_by"]) == (
        users["doctor"].full_name,
        users["rib"].full_name,
    )
    assert (newest["model"]["id"], newest["model"]["version"]) == (job.model_id, job.model_version)
    assert older["superseded"]
