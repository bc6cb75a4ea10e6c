"""CT dose: what Radiation Dose SR and images say, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import call_command

from pacs.index.change_feed import changes_poll
from pacs.index.doses import doses_between, study_dose
from pacs.models import DerivedObject, Series, Study
from pacs.tests.dicom_files import ct_dose_report, mr_image, part10

pytestmark = pytest.mark.django_db
BRAIN = {"protocol": "Head", "region": "Head", "ctdi_vol": 46.2, "dlp": 812.4}
SCOUT = {"protocol": "Scout", "region": "Head", "ctdi_vol": 0.1, "dlp": 3.2}


@pytest.fixture
def indexed(archive, patient_factory):
    """``indexed(image, …)``: one study of a patient, from the archive; the study and its dose."""

    def make(*images):
        study_uid, patient = images[0].StudyInstanceUID, patient_factory()
        for image in images:
            image.StudyInstanceUID, image.PatientID = study_uid, patient.patient_id
            archive.store(part10(image))
        changes_poll()
        study = Study.objects.get(study_instance_uid=study_uid)
        return study, study_dose(study, study.series.all())

    return make


def ct(ctdi_vol, image_type=("ORIGINAL", "PRIMARY", "AXIAL"), **attributes):
    if ctdi_vol is not None:
        attributes["CTDIvol"] = ctdi_vol
    return mr_image(Modality="CT", ImageType=[*image_type], **attributes)


def test_a_dose_report_says_it(indexed):
    study, dose = indexed(ct(99.0), ct_dose_report(815.6, [SCOUT, BRAIN]))
    assert (dose.source, dose.ctdi_vol, dose.dlp) == ("report", 46.2, 815.6)
    assert [(one.protocol, one.region, one.dlp) for one in dose.events] == [
        ("Scout", "Head", 3.2),
        ("Head", "Head", 812.4),
    ]
    [found] = doses_between(date(2026, 1, 5), date(2026, 1, 5))
    assert (found.procedure, found.dose) == (study.description, dose)
    assert doses_between(date(2026, 1, 6), date(2026, 1, 9)) == []


def test_images_say_the_highest_of_the_originals_and_no_dlp(indexed):
    series = {"SeriesInstanceUID": "1.2.3.4"}
    images = [ct(value, **series) for value in (40.5, 44.0, 41.0)]
    _, dose = indexed(*images, ct(70.0, ("DERIVED", "SECONDARY")), mr_image())
    assert (dose.source, dose.ctdi_vol, dose.dlp, dose.events) == ("images", 44.0, None, ())


def test_nothing_is_said_and_nothing_is_guessed(indexed):
    assert indexed(ct(None), ct(0.0), mr_image())[1] is None
    _, dose = indexed(ct_dose_report(None, [BRAIN], dlp_unit="uGy.m2", ctdi_unit="mGy"))
    assert (dose.ctdi_vol, dose.dlp) == (46.2, None)


def test_a_report_of_each_series_counts_an_event_once(indexed):
    first = ct_dose_report(3.2, [SCOUT])
    both = ct_dose_report(815.6, [SCOUT, BRAIN])
    _, dose = indexed(first, both)
    assert (dose.dlp, len(dose.events)) == (815.6, 2)


def test_the_report_with_all_events_knows_the_total_of_what_says_none_itself(indexed):
    silent = {"protocol": "Scout", "region": "Head"}
    _, dose = indexed(ct_dose_report(None, [silent]), ct_dose_report(812.4, [silent, BRAIN]))
    assert (dose.ctdi_vol, dose.dlp, len(dose.events)) == (46.2, 812.4, 2)


def test_studies_of_before_are_read_again(indexed):
    study, dose = indexed(ct(44.0), ct_dose_report(815.6, [BRAIN]))
    Series.objects.update(ctdi_vol=None)
    DerivedObject.objects.update(dose=None)
    call_command("reread_studies")
    assert study_dose(study, study.series.all()) == dose
    assert Series.objects.get(modality="CT").ctdi_vol == 44.0
