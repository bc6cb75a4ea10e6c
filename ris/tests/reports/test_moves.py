"""Reports of a study that is moved: they follow it, and nobody overlooks that."""

from __future__ import annotations

import pytest
from django.utils import timezone

from audit.models import AuditLog
from pacs.index.study_moves import study_moved
from pacs.tests import index
from ris.models import Report
from ris.reports.archiving import reports_archive
from ris.tests.reports.factories import REPORTS, amend, report_row, save, sign, step, write

pytestmark = pytest.mark.django_db


def move(study, patient):
    """As the gateway's index does when the images turn out to be another's, or nobody's."""
    before, study.patient = study.patient_id, patient
    study_moved(study, before)
    study.save()


def test_a_report_follows_its_study_to_nobody_and_to_another(users, study, patient_factory):
    first, other = study.patient, patient_factory()
    report = report_row(study, users["rib"], "signed")
    move(study, None)
    report.refresh_from_db()
    assert (report.patient, report.moved_from) == (None, first)
    assert report.moved_at
    assert not Report.objects.visible_to(users["rib"]).exists()
    move(study, other)
    report.refresh_from_db()
    assert (report.patient, report.moved_from) == (other, first)
    logged = AuditLog.objects.filter(action="report.move").values_list("patient_id", flat=True)
    assert list(logged) == [first.pk]
    move(study, first)
    report.refresh_from_db()
    assert (report.patient, report.moved_at, report.moved_from) == (first, None, None)


def test_a_signed_report_says_so_until_it_is_amended(api, users, patient_factory, settings):
    settings.REPORT_PATIENT_DELAY_HOURS = 0
    theirs = patient_factory(user=users["patient"])
    study = index.study(patient_factory())
    report = report_row(study, users["rib"], "signed", signed_at=timezone.now())
    move(study, theirs)
    reader, patient = api("rib"), api("patient")
    shown = reader.get(f"{REPORTS}{report.pk}/").json()
    assert (shown["patient"]["patient_id"], bool(shown["moved_at"])) == (theirs.patient_id, True)
    assert api("nurse").get(f"{REPORTS}{report.pk}/summary/").json()["moved_at"]
    assert patient.get(f"{REPORTS}{report.pk}/").status_code == 404
    assert reports_archive() == 0
    amended = sign(reader, amend(reader, {"id": report.pk}).json()).json()
    assert amended["moved_at"] is None
    assert patient.get(f"{REPORTS}{amended['id']}/").status_code == 200


def test_a_draft_is_checked_for_its_new_patient_before_it_goes_on(api, study, patient_factory):
    client = api("rib")
    report = write(client, study).json()
    move(study, patient_factory())
    for refused in (step(client, report, "preliminary"), sign(client, report)):
        assert refused.json()["error"]["code"] == "ERR_466"
    kept = save(client, report, sections={"findings": "-"}).json()
    assert kept["moved_at"]
    checked = save(client, kept, patient_checked=True).json()
    assert (checked["version"], checked["moved_at"]) == (3, None)
    assert save(client, checked, patient_checked=True).json()["version"] == 3
    assert sign(client, checked).status_code == 200


def test_a_checked_preliminary_report_goes_out_again(api, study, patient_factory, published):
    client = api("rib")
    report = step(client, write(client, study).json(), "preliminary").json()
    move(study, patient_factory())
    save(client, report, patient_checked=True)
    sent = [("report.preliminary", {"report_id": report["id"]})]
    assert published("report.preliminary") == sent * 2
