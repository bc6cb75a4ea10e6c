"""A draft that is given up: kept with its versions, and out of the way."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from audit.models import AuditLog
from pacs.index.list_keys import list_keys_write
from pacs.models import Study
from pacs.tests import index
from ris.choices import ReportRank
from ris.models import Report, ReportVersion, WorklistEntry
from ris.tests.reports.factories import REPORTS, TEXT, amend, save, sign, step, write

pytestmark = pytest.mark.django_db


def discard(client, report, reason="the wrong study"):
    return step(client, report, "discard", reason=reason)


def test_a_discarded_draft_is_kept_and_another_one_begun(api, users, study):
    index.series(study, slices=1)
    list_keys_write(Study.objects.filter(pk=study.pk))
    client = api("rib")
    draft = write(client, study).json()
    assert discard(client, draft, " ").json()["error"]["field"] == "reason"
    done = discard(client, draft)
    assert (done.status_code, done.json()["status"], done.json()["version"]) == (
        200,
        "discarded",
        2,
    )
    versions = ReportVersion.objects.filter(report=draft["id"]).order_by("number")
    assert [(one.status, one.reason, one.sections["findings"]) for one in versions] == [
        ("draft", "", TEXT["findings"]),
        ("discarded", "the wrong study", TEXT["findings"]),
    ]
    assert AuditLog.objects.get(action="report.discard").patient_id == study.patient_id
    assert WorklistEntry.objects.get(pk=study.pk).report == ReportRank.NONE
    assert client.get(REPORTS).json()["count"] == 0
    assert client.get(f"{REPORTS}?status=discarded").json()["count"] == 1
    for role in ("nurse", "patient"):
        assert api(role).get(f"{REPORTS}?status=discarded").json()["count"] == 0
    assert client.get("/api/ris/studies/?has_report=true").json()["count"] == 0
    for late in (save(client, done.json(), sections=TEXT), sign(client, draft)):
        assert late.json()["error"]["code"] == "ERR_401"
    again = write(client, study)
    assert again.status_code == 201
    assert discard(client, again.json()).status_code == 200
    assert sign(client, write(client, study).json()).status_code == 200


def test_the_database_keeps_it(api, study):
    discard(api("rib"), write(api("rib"), study).json())
    with pytest.raises(DatabaseError, match="report"), transaction.atomic():
        Report.objects.update(status="draft", discarded=0)


def test_an_amendment_is_discarded_and_begun_anew(api, study):
    client = api("rib")
    signed = sign(client, write(client, study).json()).json()
    draft = amend(client, signed).json()
    assert discard(client, draft).status_code == 200
    shown = client.get(f"{REPORTS}{signed['id']}/").json()
    assert (shown["successor"], shown["in_force"]) == (None, True)
    second = amend(client, signed).json()
    assert second["edition"] == 2
    assert sign(client, second).json()["status"] == "amended"


def test_only_a_draft_that_alerts_nobody_is_discarded(api, study):
    client = api("rib")
    draft = write(client, study).json()
    client.post(f"{REPORTS}{draft['id']}/critical/", {"category": "herniation"}, format="json")
    assert discard(client, draft).json()["error"]["code"] == "ERR_401"
    other = write(client, study, template="stroke").json()
    save(client, other, fields={"haemorrhage": ["none"], "acute_infarct": "absent"})
    step(client, other, "preliminary")
    assert discard(client, other).json()["error"]["code"] == "ERR_401"
    signed = sign(client, other).json()
    assert discard(client, signed).json()["error"]["code"] == "ERR_462"
