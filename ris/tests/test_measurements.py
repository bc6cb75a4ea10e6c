"""Sizes over the studies of a patient."""

from __future__ import annotations

from datetime import date

import pytest
import responses
from django.conf import settings

from audit.models import AuditLog
from pacs.dicom.radiation_dose import RADIATION_DOSE_SR
from pacs.tests import index
from ris.tests.sr_documents import measurement_group, sr_document

pytestmark = pytest.mark.django_db
ELLIPSE = "Cornerstone3DTools@^0.1.0:EllipticalROI"


@pytest.fixture
def measured():
    """``measured(study, group, …)``: a report of these groups in the archive."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as archive:

        def make(study, *groups, **document):
            report = index.series(study, slices=1, modality="SR")
            archive.get(
                f"{settings.ORTHANC_URL}/dicom-web/studies/{study.study_instance_uid}/series/"
                f"{report.series_instance_uid}/metadata",
                json=[sr_document(report.instances.get().sop_instance_uid, *groups, **document)],
            )
            return study

        yield make


def area(value, site="Tumour"):
    return measurement_group("Area", value, "mm2", site=site, tracking=ELLIPSE)


def url(study):
    return f"/api/ris/studies/{study.study_instance_uid}/measurements/"


def test_a_size_of_one_name_over_the_studies(api, patient_factory, measured):
    patient = patient_factory()
    first = index.study(patient, study_date=date(2026, 1, 5))
    index.study(patient, study_date=date(2026, 2, 5))
    last = index.study(patient, study_date=date(2026, 3, 2))
    volume = {"finding": "Tumour", "tracking": "NeuroNova volume:x"}
    measured(first, area(100), area(70), measurement_group("Volume", 10.0, "mL", **volume))
    grown = measurement_group("Volume", 12.5, "mL", **volume)
    mean = measurement_group("Mean", 31.0, "[hnsf'U]", site="Tumour")
    measured(last, area(90), area(120), area(33, site=""), grown, mean)
    later = measured(index.study(patient, study_date=date(2026, 4, 1)), area(500))
    found = {(one["of"], one["name"]): one for one in api("rib").get(url(last)).json()}
    shown = {
        key: [(each["study_date"], each["measurements"], each["value"]) for each in one["studies"]]
        for key, one in found.items()
    }
    assert shown == {
        ("Tumour", "Area"): [("2026-01-05", 2, 100.0), ("2026-03-02", 2, 120.0)],
        ("", "Area"): [("2026-03-02", 1, 33.0)],
        ("Tumour", "Volume"): [("2026-01-05", 1, 10.0), ("2026-03-02", 1, 12.5)],
    }
    assert found["Tumour", "Volume"]["change_percent"] == pytest.approx(25)
    assert found["", "Area"]["change_percent"] is None
    assert len(api("rib").get(url(later)).json()[0]["studies"]) == 3
    assert AuditLog.objects.filter(action="measurement.list", patient_id=patient.pk).count() == 2


def test_how_the_scanner_was_set_is_no_size(api, patient_factory, measured):
    length = measurement_group("Scanning Length", 160.0, "mm")
    study = measured(index.study(patient_factory()), length, sop_class=RADIATION_DOSE_SR)
    assert api("rib").get(url(study)).json() == []


def test_another_persons_study_is_not_there_and_a_silent_archive_is_said(
    api, patient_factory, users, measured
):
    study = index.study(patient_factory())
    assert api("patient").get(url(study)).status_code == 404
    index.series(study, slices=1, modality="SR")
    answer = api("rib").get(url(study))
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "ERR_502")
