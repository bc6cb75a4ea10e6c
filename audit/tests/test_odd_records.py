"""Records that the application's account can insert and none of our processes writes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import JSONField, Value
from django.utils import timezone

from audit import probes, tasks
from audit.models import AuditCursor, AuditLog, AuditVerdict
from audit.services import buffer, bursts, chain, check_runs
from audit.services.verification import Verification
from audit.tests import viewer
from common.outbox.models import OutboxEvent

pytestmark = pytest.mark.django_db

BURST = {
    "requests": 1,
    "until": "2026-03-02T09:41:07.541+00:00",
    "items": bursts.pack([(1, "1.2", 1)]),
}
ODD_BURSTS = [
    {"requests": 1, "until": 5, "items": ""},
    BURST | {"until": None},
    BURST | {"until": "2026-13-02T09:41:07Z"},
    BURST | {"until": "2026-03-02T09:41:07"},
    BURST | {"requests": "many"},
    BURST | {"requests": []},
    list(BURST),
]
ODD_RAW: list[Any] = [
    {},
    None,
    [],
    {"entries": None},
    {"entries": []},
    {"entries": [5]},
    {"entries": [[5, {}]]},
    {"entries": [["no id", {}]]},
]
ODD_ITEMS = ["", 5, None, "no base64!", "AAAA", {"a": 1}]


def inserted(**fields):
    if fields["detail"] is None:  # else it would be the NULL of SQL
        fields["detail"] = Value(None, JSONField())
    made = AuditLog.objects.create(occurred_at=timezone.now(), outcome="ok", **fields)
    return AuditLog.objects.get(pk=made.pk)


def key_of_now():
    return f"{round(timezone.now().timestamp() * 1000)}-1"


def backdated():
    return [found.place for found in Verification().breaks() if found.kind == "record_backdated"]


@pytest.mark.parametrize("detail", ODD_BURSTS[:-1])
def test_an_odd_burst_is_found(detail):
    odd = inserted(action="dicomweb.retrieve", detail=detail, source_key=key_of_now())
    at = bursts.instant(int(odd.source_key.partition("-")[0]))
    AuditLog.objects.update(occurred_at=at)
    assert backdated() == [str(odd.pk)], "before it is sealed"
    chain.seal_pending()
    assert backdated() == [str(odd.pk)], "and after"


@pytest.mark.parametrize("detail", ODD_RAW)
@pytest.mark.parametrize("key", ["now", "1-1", "none"])
def test_an_odd_row_of_raw_entries_is_found(detail, key):
    place = key_of_now() if key == "now" else key
    odd = inserted(action="audit.unverified", object_id=place, detail=detail)
    if key == "now":
        at = bursts.instant(int(place.partition("-")[0]))
        AuditLog.objects.update(occurred_at=at)
    assert backdated() == [str(odd.pk)]


@pytest.mark.parametrize(
    "detail", [*ODD_BURSTS, *ODD_RAW, *({**BURST, "items": i} for i in ODD_ITEMS)]
)
def test_an_odd_record_is_shown(api, detail):
    odd = inserted(action="dicomweb.retrieve", object_type="series", object_id="1.2", detail=detail)
    AuditLog.objects.update(source_key="1-1")
    admin = api("admin")
    listed = admin.get("/api/audit/logs/", {"action": "dicomweb.retrieve"})
    assert [row["id"] for row in listed.json()["results"]] == [odd.pk]
    assert isinstance(listed.json()["results"][0]["detail"], dict)
    assert admin.get(f"/api/audit/logs/{odd.pk}/items/").status_code == 200
    assert admin.get("/api/audit/logs/", {"sop_instance_uid": "1.2"}).status_code == 200


@pytest.mark.parametrize("detail", [*ODD_RAW, *ODD_BURSTS])
def test_an_odd_record_hides_no_entry_and_stops_nothing(detail):
    first = viewer.add(1)
    buffer.flush_stream()
    key = viewer.add(2)
    assert key > first
    AuditCursor.objects.update(last_id="9999999999999-0")
    inserted(action="audit.unverified", object_id=key, detail=detail)
    assert buffer.flush_stream() == 1
    assert AuditLog.objects.filter(source_key=key).count() == 1


def test_a_verification_that_fails_is_told_like_a_break(users, monkeypatch):
    check, _ = check_runs.request_check(actor=users["admin"])

    def failed(_):
        raise RuntimeError

    monkeypatch.setattr(Verification, "breaks", failed)
    with pytest.raises(RuntimeError):
        tasks.verify.run(check.pk)
    assert AuditVerdict.objects.get().state == "failed"
    assert OutboxEvent.objects.filter(topic="audit.broken").count() == 1
    assert probes.intact() == 0.0
    monkeypatch.undo()
    monkeypatch.setattr(tasks.verify, "delay", tasks.verify.run)
    tasks.verify_daily.run()
    assert probes.intact() == 1.0
