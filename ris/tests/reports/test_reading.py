"""Who reads which report, in lists, in full, as a summary; and studies by their reports."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import AuditLog
from pacs.tests import index
from ris.models import Report, ReportVersion
from ris.tests.reports.factories import REPORTS, TEXT, amend, report_row, sign, write

pytestmark = pytest.mark.django_db
STUDIES = "/api/ris/studies/"


@pytest.fixture
def shared(study, users):
    index.share(study, users["external"], by=users["admin"])
    return study


def seen(client, path=REPORTS):
    return [row["id"] for row in client.get(path).json()["results"]]


READERS = [
    # role, sees the draft, sees the signed: list, in full, summary, versions
    ("admin", 200, 200, 200, 200),
    ("doctor", 200, 200, 200, 200),
    ("rib", 200, 200, 200, 200),
    ("lab", 403, 403, 403, 403),
    ("nurse", 404, 403, 200, 403),
    ("patient", 404, 200, 200, 200),
    ("external", 404, 200, 200, 200),
    (None, 401, 401, 401, 401),
]


@pytest.mark.parametrize(("role", "draft", "full", "summary", "versions"), READERS)
def test_rights(api, users, shared, role, draft, full, summary, versions):
    signed = report_row(shared, users["rib"], "signed")
    open_one = report_row(shared, users["rib"], template="stroke")
    client = api(role)
    url = f"{REPORTS}{signed.pk}/"
    assert client.get(f"{REPORTS}{open_one.pk}/summary/").status_code == draft
    assert client.get(url).status_code == full
    assert client.get(f"{url}summary/").status_code == summary
    assert client.get(f"{url}versions/").status_code == versions
    if summary == 200:
        assert (open_one.pk in seen(client)) == (draft == 200)
        assert signed.pk in seen(client)


def test_only_who_sees_drafts_sees_versions(api, users, shared):
    report = report_row(shared, users["rib"], "signed")
    counts = {
        role: api(role).get(f"{REPORTS}{report.pk}/versions/").json()["count"]
        for role in ("rib", "patient", "external")
    }
    assert counts == {"rib": 1, "patient": 0, "external": 0}
    for role in ("nurse", "patient", "external", "lab"):
        assert not ReportVersion.objects.visible_to(users[role]).exists()


def test_a_patient_reads_it_after_the_hospitals_delay(api, users, study, settings):
    settings.REPORT_PATIENT_DELAY_HOURS = 24
    patient = api("patient")
    early = report_row(study, users["rib"], "signed", signed_at=timezone.now())
    assert seen(patient) == []
    assert patient.get(f"{REPORTS}{early.pk}/").status_code == 404
    assert seen(api("nurse")) == [early.pk]
    settings.REPORT_PATIENT_DELAY_HOURS = 0
    assert seen(patient) == [early.pk]


def test_nobody_reads_what_another_patient_or_a_restricted_one_has(
    api, users, patient_factory, study
):
    other = report_row(index.study(patient_factory()), users["rib"], "signed")
    closed = report_row(index.study(patient_factory(restricted=True)), users["rib"], "signed")
    assert seen(api("patient")) == []
    assert seen(api("external")) == []
    for role in ("admin", "doctor", "rib", "nurse"):
        assert seen(api(role)) == [other.pk]
        assert api(role).get(f"{REPORTS}{closed.pk}/summary/").status_code == 404


def test_an_amendment_replaces_what_others_read(api, study, settings):
    settings.REPORT_PATIENT_DELAY_HOURS = 0
    reader, patient, nurse = api("rib"), api("patient"), api("nurse")
    first = sign(reader, write(reader, study).json()).json()
    draft = amend(reader, first, sections={"impression": "No tumour."}).json()
    assert seen(patient) == seen(nurse) == [first["id"]]
    for client, begun in ((reader, draft["id"]), (patient, None), (nurse, None)):
        rows = {row["id"]: row for row in client.get(REPORTS).json()["results"]}
        assert rows[first["id"]]["successor"] == begun
    sign(reader, draft)
    assert seen(patient) == seen(nurse) == [draft["id"]]
    assert patient.get(f"{REPORTS}{first['id']}/").status_code == 404
    assert seen(reader) == [draft["id"], first["id"]]


def test_a_nurse_reads_impression_and_recommendation(api, users, study):
    sections = {**TEXT, "recommendation": "MRI in 3 months."}
    report = report_row(study, users["rib"], "signed", sections=sections)
    nurse = api("nurse").get(f"{REPORTS}{report.pk}/summary/").json()
    assert (nurse["impression"], nurse["recommendation"]) == (
        TEXT["impression"],
        "MRI in 3 months.",
    )
    assert [one["key"] for one in nurse["sections"]] == ["impression", "recommendation"]
    log = AuditLog.objects.get(action="report.summary")
    assert (log.patient_id, log.actor_id) == (study.patient_id, users["nurse"].pk)


def test_a_patient_reads_all_sections_with_their_labels_and_fields(api, users, study):
    report = report_row(
        study,
        users["rib"],
        "signed",
        template="brain_tumour",
        language="ko",
        fields={"midline_shift": 5.5, "location": ["frontal", "insula"], "lesion_count": "single"},
    )
    body = api("patient").get(f"{REPORTS}{report.pk}/summary/").json()
    assert body["title"] == "뇌종양 MRI"
    assert [(one["label"], one["text"]) for one in body["sections"]] == [
        (
            "판독 소견",
            f"{TEXT['findings']}\n병변 수: 단발\n위치: 전두엽, 뇌섬엽\n정중선 편위: 5.5 mm",
        ),
        ("결론", TEXT["impression"]),
    ]


def test_filters_and_order(api, users, patient_factory, study):
    now = timezone.now()
    old = report_row(study, users["rib"], "signed", signed_at=now - timedelta(days=40))
    new = report_row(index.study(patient_factory()), users["doctor"], "signed", template="stroke")
    draft = report_row(study, users["doctor"], template="trauma", language="ko")
    client = api("rib")

    def found(query):
        return sorted(seen(client, f"{REPORTS}?{query}"))

    assert found(f"patient={study.patient_id}") == [old.pk, draft.pk]
    assert found(f"patient_id={new.patient.patient_id}") == [new.pk]
    assert found(f"study_instance_uid={study.study_instance_uid}") == [old.pk, draft.pk]
    assert found("status=signed") == [old.pk, new.pk]
    assert found("status=draft,amended") == [draft.pk]
    assert found("template=stroke") == [new.pk]
    assert found("language=ko") == [draft.pk]
    assert found(f"reader={users['doctor'].pk}") == [new.pk, draft.pk]
    assert found("in_force=true") == [old.pk, new.pk]
    day = (now - timedelta(days=20)).date()
    assert found(f"signed_after={day}") == [new.pk]
    assert found(f"signed_before={day}") == [old.pk]
    assert seen(client, f"{REPORTS}?ordering=signed_at&in_force=true") == [old.pk, new.pk]
    bad = client.get(f"{REPORTS}?status=done")
    assert (bad.status_code, bad.json()["error"]["field"]) == (400, "status")
    assert AuditLog.objects.filter(action="report.list").exists()
    assert found("created_before=9999-12-31&created_after=0001-01-01") == [old.pk, new.pk, draft.pk]


def test_studies_by_their_reports(api, users, patient_factory):
    none, draft, signed, amended = (index.study(patient_factory()) for _ in range(4))
    report_row(draft, users["rib"])
    report_row(signed, users["rib"], "signed")
    first = report_row(amended, users["rib"], "signed")
    reader = api("rib")
    second = amend(reader, {"id": first.pk}).json()
    sign(reader, second)

    def found(query, client=reader):
        rows = client.get(f"{STUDIES}?{query}").json()["results"]
        return {row["study_instance_uid"] for row in rows}

    def uids(*studies):
        return {study.study_instance_uid for study in studies}

    assert found("has_report=true") == uids(draft, signed, amended)
    assert found("has_report=false") == uids(none)
    assert found("report_status=draft") == uids(draft)
    assert found("report_status=signed") == uids(signed)
    assert found("report_status=amended") == uids(amended)
    assert found("report_status=draft,signed") == uids(draft, signed)
    assert found("has_report=true", api("nurse")) == uids(signed, amended)
    assert reader.get(f"{STUDIES}?report_status=lost").status_code == 400


def test_a_study_names_the_reports_that_a_person_may_read(api, users, study):
    signed = report_row(study, users["rib"], "signed")
    draft = report_row(study, users["rib"], template="stroke")
    url = f"{STUDIES}{study.study_instance_uid}/"
    shown = api("rib").get(url).json()["reports"]
    assert [row["id"] for row in shown] == [draft.pk, signed.pk]
    assert shown[0]["study_instance_uid"] == study.study_instance_uid
    assert [row["id"] for row in api("nurse").get(url).json()["reports"]] == [signed.pk]
    assert "sections" not in shown[0]
    assert Report.objects.visible_to(users["lab"]).count() == 0
