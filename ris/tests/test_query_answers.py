"""Answers to C-FIND: one for each study or patient, and never more rows than answers."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pydicom.dataset import Dataset
from pynetdicom.dsutils import decode, encode

from pacs.index import node_studies
from pacs.tests import index
from ris.modality.query_answers import answers, keys_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def studies(patient_factory):
    """Three of two patients, the newest first; of each two series."""
    first, second = patient_factory(), patient_factory()
    made = [
        index.study(patient, study_date=date(2026, 1, day))
        for patient, day in ((first, 9), (second, 8), (first, 7))
    ]
    for study in made:
        index.series(study, slices=1)
        index.series(study, slices=1, modality="SEG")
    return made


def ask(level, *modalities, **keys):
    question = Dataset()
    question.QueryRetrieveLevel = level
    for keyword in ("PatientID", "StudyInstanceUID", "PatientName"):
        setattr(question, keyword, keys.get(keyword, ""))
    return [answer for answer, _ in answers(question, keys_of(question), list(modalities))]


def test_a_question_without_keys_is_answered_once_for_each(studies):
    uids = [each.study_instance_uid for each in studies]
    assert [answer.StudyInstanceUID for answer in ask("STUDY")] == uids
    assert [answer.StudyInstanceUID for answer in ask("STUDY", "SEG")] == uids
    patients = [answer.PatientID for answer in ask("PATIENT")]
    assert sorted(patients) == sorted({study.patient.patient_id for study in studies})
    assert ask("STUDY", "CT") == []


@pytest.mark.parametrize("level", ["STUDY", "PATIENT", "SERIES", "IMAGE"])
def test_the_database_reads_no_more_rows_than_are_answered(studies, monkeypatch, level):
    monkeypatch.setattr(node_studies, "MOST", 2)
    with CaptureQueriesContext(connection) as asked:
        assert len(ask(level)) == 2
    assert asked[0]["sql"].endswith("LIMIT 2")
    assert len(asked) <= 2


@pytest.mark.parametrize(
    ("name", "number"), [("Kim*", 3), ("kim^m*", 3), ("K_m*", 0), ("*jun*", 3)]
)
def test_wild_cards(studies, name, number):
    assert len(ask("STUDY", PatientName=name)) == number


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("홍^길동", ["", "ISO 2022 IR 149"]),
        ("Hong^Gildong=洪^吉洞=홍^길동", ["", "ISO 2022 IR 149"]),
        ("김^뷁", "ISO_IR 192"),
        ("山田^太郎", "ISO_IR 192"),
        ("Müller^Jan", "ISO_IR 192"),
    ],
)
def test_a_name_is_answered_as_it_is_written(studies, settings, name, said):
    settings.DICOM_CHARACTER_SET = "ISO 2022 IR 149"
    type(studies[0]).objects.update(dicom_patient_name=name)
    answer = ask("STUDY")[0]
    assert answer.SpecificCharacterSet == said
    sent = encode(answer, is_implicit_vr=True, is_little_endian=True)
    read = decode(BytesIO(sent), is_implicit_vr=True, is_little_endian=True)
    assert str(read.PatientName) == name
