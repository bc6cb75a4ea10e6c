"""From draft to signed and amended, and what the database itself forbids afterwards."""

from __future__ import annotations

import threading

import pytest
from django.db import DatabaseError, connection, transaction

from audit.models import AuditLog
from common.management.commands.grant_app_role import APPLICATION
from conftest import PASSWORD
from pacs.index.list_keys import list_keys_write
from pacs.models import Study
from pacs.tests import index
from ris.choices import ReportRank
from ris.models import Report, ReportVersion, WorklistEntry
from ris.reports import services
from ris.tests.reports.factories import REPORTS, TEXT, amend, report_row, save, sign, step, write

pytestmark = pytest.mark.django_db


def problem(answer):
    said = answer.json()["error"]
    return answer.status_code, said["code"], said["field"]


@pytest.fixture
def signed(api, study):
    return sign(api("rib"), write(api("rib"), study).json()).json()


def test_a_trainees_report_is_signed_by_another_and_both_are_named(api, users, study, published):
    trainee, reader = api("doctor"), api("rib")
    report = write(trainee, study).json()
    handed = step(trainee, report, "preliminary").json()
    assert (handed["status"], handed["version"]) == ("preliminary", 2)
    assert problem(sign(trainee, report)) == (403, "ERR_005", None)
    done = sign(reader, report).json()
    assert (done["status"], done["version"], done["in_force"]) == ("signed", 3, True)
    people = [done[name]["id"] for name in ("author", "preliminary_by", "signed_by")]
    assert people == [users["doctor"].pk, users["doctor"].pk, users["rib"].pk]
    steps = AuditLog.objects.filter(object_type="report", action__in=["report.signed"])
    assert [(log.actor_id, log.patient_id) for log in steps] == [
        (users["rib"].pk, study.patient_id)
    ]
    assert published("report.preliminary", "report.signed") == [
        ("report.preliminary", {"report_id": report["id"]}),
        ("report.signed", {"report_id": report["id"]}),
    ]


def test_signing_asks_the_password_again_and_counts_what_is_wrong(api, study):
    client = api("rib")
    report = write(client, study).json()
    for _ in range(3):
        assert problem(sign(client, report, "not-mine")) == (403, "ERR_464", "password")
    assert Report.objects.get().status == "draft"
    assert AuditLog.objects.filter(action="report.sign", outcome="denied").count() == 3
    while (answer := sign(client, report, "not-mine")).status_code == 403:
        pass
    assert answer.status_code == 429
    assert step(client, report, "sign").status_code == 400


def test_an_empty_report_is_not_signed(api, study):
    client = api("rib")
    report = write(client, study, template="stroke", sections={}).json()
    assert problem(sign(client, report)) == (422, "ERR_460", "sections")
    blank = save(client, report, sections={"findings": "  \n "}).json()
    assert problem(sign(client, blank)) == (422, "ERR_460", "sections")
    preliminary = step(client, report, "preliminary")
    assert problem(preliminary) == (422, "ERR_460", "sections")


def test_what_the_template_requires_is_asked_for_by_name(api, study):
    client = api("rib")
    report = write(client, study, template="stroke", sections={"findings": "-"}).json()
    assert problem(sign(client, report)) == (422, "ERR_461", "sections.impression")
    report = save(client, report, sections={"impression": "-"}).json()
    assert problem(sign(client, report)) == (422, "ERR_461", "fields.haemorrhage")
    given = {"haemorrhage": ["none"], "acute_infarct": "absent"}
    report = save(client, report, fields=given).json()
    assert sign(client, report).status_code == 200


def test_what_was_saved_since_it_was_read_is_not_signed(api, study):
    client = api("rib")
    report = write(client, study).json()
    save(api("doctor"), report, sections={"impression": "No tumour."})
    for name in ("preliminary", "sign", "discard"):
        url = f"{REPORTS}{report['id']}/{name}/"
        unseen = client.post(url, {"password": PASSWORD, "reason": "x"}, format="json")
        assert problem(unseen) == (428, "ERR_306", "If-Match")
    late = sign(client, report | {"seen": 1})
    assert problem(late) == (409, "ERR_301", "version")
    assert sign(client, report | {"seen": 2}).status_code == 200


def test_nobody_changes_or_signs_what_is_signed(api, signed):
    client = api("rib")
    assert problem(save(client, signed, sections=TEXT)) == (409, "ERR_462", "status")
    assert problem(sign(client, signed)) == (409, "ERR_462", "status")
    again = step(client, signed, "preliminary")
    assert problem(again) == (409, "ERR_462", "status")


def test_an_amendment_names_what_it_amends_and_replaces_it_once_signed(
    api, study, signed, published
):
    client = api("rib")
    answer = amend(client, signed, sections={"impression": "Left-sided glioma."})
    draft = answer.json()
    assert (answer.status_code, draft["status"], draft["edition"]) == (201, "draft", 2)
    assert (draft["predecessor"], draft["reason"]) == (signed["id"], "the side was wrong")
    assert draft["sections"]["findings"] == TEXT["findings"]
    before = client.get(f"{REPORTS}{signed['id']}/").json()
    assert (before["status"], before["in_force"], before["successor"]) == (
        "signed",
        True,
        draft["id"],
    )
    done = sign(client, draft).json()
    assert (done["status"], done["in_force"]) == ("amended", True)
    after = client.get(f"{REPORTS}{signed['id']}/").json()
    assert (after["status"], after["in_force"], after["sections"]) == (
        "signed",
        False,
        before["sections"],
    )
    assert published("report.amended") == [("report.amended", {"report_id": draft["id"]})]


def test_only_what_is_signed_is_amended_and_only_once(api, study, signed):
    client = api("rib")
    draft = amend(client, signed).json()
    second = amend(api("doctor"), signed)
    assert problem(second) == (409, "ERR_463", "template")
    assert second.json()["error"]["detail"] == f"report {draft['id']}"
    assert problem(amend(client, draft)) == (409, "ERR_401", "status")
    assert problem(amend(client, signed, reason=" ")) == (400, "ERR_101", "reason")
    third = amend(client, sign(client, draft).json()).json()
    assert (third["edition"], third["predecessor"]) == (3, draft["id"])


def test_what_is_critical_goes_with_the_report_in_force(api, signed):
    client = api("rib")
    body = {"category": "haemorrhage"}
    flag = client.post(f"{REPORTS}{signed['id']}/critical/", body, format="json").json()
    draft = amend(client, signed).json()
    assert client.get("/api/ris/critical/").json()["results"][0]["report"] == signed["id"]
    amended = sign(client, draft).json()
    assert amended["critical"]["id"] == flag["id"]
    assert client.get(f"{REPORTS}{signed['id']}/").json()["critical"] is None


def test_the_worklist_shows_the_state_of_the_newest_report(api, study):
    index.series(study, slices=1)
    list_keys_write(Study.objects.filter(pk=study.pk))
    client = api("rib")

    def shown():
        rank = WorklistEntry.objects.get(pk=study.pk).report
        return ReportRank(rank).name

    report = write(client, study).json()
    assert shown() == "DRAFT"
    signed_one = sign(client, report).json()
    assert shown() == "SIGNED"
    draft = amend(client, signed_one).json()
    client.post(f"{REPORTS}{draft['id']}/preliminary/")
    assert shown() == "SIGNED"
    sign(client, draft)
    assert shown() == "AMENDED"


FORBIDDEN = [
    "UPDATE ris_reportversion SET sections = '{}'",
    "UPDATE ris_reportversion SET status = 'draft'",
    "DELETE FROM ris_reportversion",
    "UPDATE ris_report SET status = 'draft'",
    "UPDATE ris_report SET signed_by_id = NULL",
    "UPDATE ris_report SET version = version + 1",
    "DELETE FROM ris_report",
    "INSERT INTO ris_reportversion (report_id, number, status, template, language, sections,"
    " fields, taken_over, key_images, reason, author_id, at) SELECT report_id, 99, status,"
    " template, language, '{}', fields, taken_over, key_images, reason, author_id, at"
    " FROM ris_reportversion",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_database_itself_keeps_what_is_signed(users, study, statement):
    report_row(study, users["rib"], "signed")
    refused = pytest.raises(DatabaseError, match="report")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert ReportVersion.objects.get().sections == TEXT


def test_a_signed_report_follows_its_study_to_another_patient(users, study, patient_factory):
    report = report_row(study, users["rib"], "signed")
    other = patient_factory()
    assert Report.objects.filter(pk=report.pk).update(patient=other, in_force=False) == 1


def test_the_applications_account_adds_versions_and_no_more():
    assert APPLICATION["ris_reportversion"] == ("SELECT", "INSERT")


@pytest.fixture
def nothing_left():
    """The flush after a test deletes row by row, which the triggers refuse."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET FOREIGN_KEY_CHECKS = 0")
        for table in ("ris_reportversion", "ris_report"):
            cursor.execute(f"TRUNCATE {table}")
        cursor.execute("SET FOREIGN_KEY_CHECKS = 1")


@pytest.mark.django_db(transaction=True)
def test_of_two_amendments_at_once_one_wins(users, patient_factory, nothing_left):
    report = report_row(index.study(patient_factory()), users["rib"], "signed")
    start, outcomes = threading.Barrier(2), []

    def run(actor):
        try:
            start.wait(10)
            services.report_amend(actor=actor, report_id=report.pk, reason="the side")
            outcomes.append("begun")
        except Exception as error:
            outcomes.append(getattr(error, "code", error).name)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(users[who],)) for who in ("rib", "doctor")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["REPORT_EXISTS", "begun"]
