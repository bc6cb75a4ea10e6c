"""Rows of an earlier version, which cut long values, get those that the archive has."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from ocs.models import Order
from pacs.index.change_feed import changes_poll
from pacs.models import NameWord, Series, Study
from pacs.tests.dicom_files import mr_image, part10

pytestmark = pytest.mark.django_db
LONG = "RIS2026-000000123"


def test_cut_values_are_read_again(archive, patient_factory, users, capsys):
    patient = patient_factory(full_name="Kim Long")
    order = Order.objects.create(
        patient=patient,
        ordered_by=users["doctor"],
        job_role="RIS",
        job_type="MR_BRAIN",
        accession_number=LONG[:16],
        ordered_at="2026-01-05T10:00:00+09:00",
    )
    image = mr_image(
        PatientID=patient.patient_id,
        PatientName="Kim^Long",
        AccessionNumber=LONG,
        SeriesDescription="x" * 64,
        SeriesDate="2026.01.05",
    )
    archive.store(part10(image))
    changes_poll()
    Study.objects.update(accession_number=LONG[:16], order=order, dicom_patient_name="Kim^Lo")
    Series.objects.update(description="x" * 40, series_date=None)
    NameWord.objects.all().delete()
    call_command("reread_studies")
    study = Study.objects.get()
    assert (study.accession_number, study.order, study.patient) == (LONG, None, patient)
    assert (study.series.get().description, str(study.series.get().series_date)) == (
        "x" * 64,
        "2026-01-05",
    )
    assert {row.word.lower() for row in study.name_words.all()} == {"kim", "long"}
    call_command("reread_studies", study.study_instance_uid)
    assert capsys.readouterr().out.splitlines() == ["1 studies changed", "0 studies changed"]


def test_the_patient_stays_and_the_command_names_the_study(archive, patient_factory, capsys):
    patient, other = patient_factory(), patient_factory()
    image = mr_image(PatientID=other.patient_id)
    archive.store(part10(image))
    changes_poll()
    Study.objects.update(dicom_patient_id=patient.patient_id, patient=patient)
    call_command("reread_studies")
    assert Study.objects.get().patient == patient
    assert capsys.readouterr().out.splitlines() == [
        f"{image.StudyInstanceUID}: its Patient ID names another patient",
        "1 studies changed",
    ]
