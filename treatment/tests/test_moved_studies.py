"""A measured study turns out to be another patient's: what rested on it says so."""

from __future__ import annotations

from typing import Any

import pytest

from emr.services.patient_merging import merge_confirm, merge_propose
from treatment.tests.factories import (
    CURVES,
    RESPONSES,
    patch,
    post,
    response_body,
    study_of,
)

pytestmark = pytest.mark.django_db


def measured(doctor: Any, patient: Any) -> list[Any]:
    """A baseline, half of it, and a growth from there; the studies."""
    studies = [study_of(patient, ago, str(ago)) for ago in (200, 100, 60)]
    sizes = [(40, 25), (20, 20), (25, 20)]
    for study, size in zip(studies, sizes, strict=True):
        post(doctor, RESPONSES, response_body(study, *size, baseline=study is studies[0]))
    return studies


def shown(doctor: Any, patient: Any) -> list[tuple[bool, str, bool]]:
    """Oldest first: whether its study has moved, its response, whether another study moved."""
    rows = doctor.get(RESPONSES, {"patient": patient.pk, "ordering": "assessed_on"}).json()
    return [
        (row["study_moved"], row["response"], "other_study_moved" in row["judgement"]["reasons"])
        for row in rows["results"]
    ]


def refile(study: Any, patient: Any) -> None:
    study.patient = patient
    study.save(update_fields=["patient"])


def test_a_response_whose_study_is_of_another_patient_is_not_evaluated(api, patient_factory):
    doctor, patient, other = api("doctor"), patient_factory(), patient_factory()
    _, middle, newest = measured(doctor, patient)
    assert shown(doctor, patient) == [
        (False, "BASELINE", False),
        (False, "SD", False),
        (False, "PD", False),
    ]
    refile(middle, other)
    assert shown(doctor, patient) == [
        (False, "BASELINE", False),
        (True, "NE", False),
        (False, "SD", True),
    ]
    row = doctor.get(RESPONSES, {"study_instance_uid": middle.study_instance_uid}).json()
    [moved] = row["results"]
    assert moved["judgement"]["reasons"] == ["study_moved"]
    patch(doctor, RESPONSES, moved, 400, flair="increased")
    curves = doctor.get(CURVES, {"patient": patient.pk}).json()["diameters"]
    assert middle.study_instance_uid not in [one["study_instance_uid"] for one in curves]
    refile(middle, patient)
    assert shown(doctor, patient)[2] == (False, "PD", False)
    refile(newest, None)  # nobody's again
    assert shown(doctor, patient)[2] == (True, "NE", False)


def test_without_its_baseline_nothing_is_evaluated(api, patient_factory):
    doctor, patient = api("doctor"), patient_factory()
    baseline, *_ = measured(doctor, patient)
    refile(baseline, patient_factory())
    assert shown(doctor, patient) == [(True, "NE", False), (False, "NE", True), (False, "NE", True)]


def test_the_patient_of_a_moved_study_has_it_measured(api, patient_factory):
    doctor, patient, other = api("doctor"), patient_factory(), patient_factory()
    baseline, *_ = measured(doctor, patient)
    refile(baseline, other)
    post(doctor, RESPONSES, response_body(baseline, 30, 30, baseline=True))
    assert shown(doctor, other) == [(False, "BASELINE", False)]
    assert shown(doctor, patient)[0] == (True, "NE", False)


def test_a_study_that_is_merged_with_its_patient_has_not_moved(api, users, patient_factory):
    doctor, patient, into = api("doctor"), patient_factory(), patient_factory()
    measured(doctor, patient)
    merge = merge_propose(
        actor=users["doctor"], survivor=into.pk, duplicate=patient.pk, reason="twice", fields={}
    )
    merge_confirm(actor=users["admin"], pk=merge.pk)
    assert [row[0] for row in shown(doctor, into)] == [False, False, False]


def test_a_study_that_left_the_archive_keeps_its_response(api, patient_factory):
    doctor, patient = api("doctor"), patient_factory()
    _, middle, _ = measured(doctor, patient)
    middle.series.all().delete()
    middle.delete()
    assert [row[:2] for row in shown(doctor, patient)] == [
        (False, "BASELINE"),
        (False, "SD"),
        (False, "PD"),
    ]
