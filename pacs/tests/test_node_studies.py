"""What a DICOM node finds and is given: matching of its keys, and what never exists for it."""

from __future__ import annotations

import pytest

from pacs.index import node_studies
from pacs.models import QuarantinedStudy, Study, UnfiledStudy
from pacs.tests import index

pytestmark = pytest.mark.django_db


@pytest.fixture
def study(patient_factory):
    made = index.study(patient_factory(full_name="김민준"))
    index.series(made, description="t1 mprage")
    return made


def found(modalities=(), **keys):
    return [each.study_id for each in node_studies.series_matching(keys, list(modalities))]


@pytest.mark.parametrize(
    ("keys", "matches"),
    [
        ({}, True),
        ({"PatientName": "Kim*"}, True),
        ({"PatientName": "*"}, True),
        ({"PatientName": "Lee*"}, False),
        ({"PatientName": "Kim.*"}, False),
        ({"StudyDate": "20260105"}, True),
        ({"StudyDate": "20260101-20260131"}, True),
        ({"StudyDate": "-20260104"}, False),
        ({"StudyDate": "20260105-"}, True),
        ({"Modality": "MR"}, True),
        ({"ModalitiesInStudy": "CT\\MR"}, True),
        ({"ModalitiesInStudy": "CT"}, False),
        ({"SeriesDescription": "t? mprage"}, True),
        ({"StudyInstanceUID": "1.2.3\\1.2.4"}, False),
    ],
)
def test_keys_are_matched_as_dicom_says(study, keys, matches):
    assert (study.pk in found(**keys)) is matches


def test_a_date_that_is_none_is_refused(study):
    with pytest.raises(ValueError, match="time data"):
        found(StudyDate="yesterday")


def test_a_node_of_other_modalities_finds_nothing(study):
    assert found(["CT"]) == []
    assert found(["CT", "MR"]) == [study.pk]


def restrict(study):
    study.patient.restricted = True
    study.patient.save()


def lose_patient(study):
    Study.objects.filter(pk=study.pk).update(patient=None)


def contradict(study):
    UnfiledStudy.objects.create(
        orthanc_id=index.orthanc_id(),
        reason="study_of_another_patient",
        study_instance_uid=study.study_instance_uid,
        last_instance_at=study.last_instance_at,
    )


@pytest.mark.parametrize("hide", [restrict, lose_patient, contradict])
def test_what_is_not_for_nodes_does_not_exist_for_them(study, hide):
    uid = study.study_instance_uid
    assert found() == [study.pk]
    hide(study)
    assert found() == []
    assert node_studies.instances_of({"StudyInstanceUID": uid}, []) == []


def test_a_quarantined_study_does_not_exist_for_them(study, users):
    QuarantinedStudy.objects.create(
        study_instance_uid=study.study_instance_uid, uploaded_by=users["external"]
    )
    assert found() == []


def test_a_retrieval_names_its_study(study):
    named = node_studies.instances_of({"StudyInstanceUID": study.study_instance_uid}, [])
    assert [each.patient_id for each in named] == [study.patient_id] * 3
    assert node_studies.instances_of({"PatientID": study.patient.patient_id}, []) == []
