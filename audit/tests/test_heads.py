"""Signed heads, their keys, and verifications that an administrator starts."""

from __future__ import annotations

import json
import random
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from audit import probes, services, tasks
from audit.models import AuditCheck, AuditLog, AuditSeal, AuditVerdict
from audit.services import chain, check_runs, heads, key_rings
from audit.services.verification import Verification
from audit.tests import history
from common.outbox import tasks as outbox
from common.outbox.models import OutboxEvent

pytestmark = pytest.mark.django_db
ALERTS = Path(__file__).resolve().parents[2] / "deploy" / "monitoring" / "alerts.yml"


def kinds():
    return [found.kind for found in Verification().breaks()]


def write_sealed(count=3):
    for number in range(count):
        services.record(actor=None, action="test.done", object_id=number)
    chain.seal_pending()


def test_a_head_says_what_is_sealed_and_names_the_line_before_it(heads_file):
    write_sealed()
    heads.sign_head()
    services.record(actor=None, action="test.waits")
    heads.sign_head()
    first, second = (json.loads(line) for line in heads_file.read_text().splitlines())
    last = AuditSeal.objects.order_by("-seq")[0]
    assert (second["seq"], second["digest"], second["records"]) == (last.seq, last.digest, 4)
    assert second["log_id"] == AuditLog.objects.order_by("-pk")[0].pk
    assert second["previous"] == heads.digest_of(json.dumps(first, sort_keys=True))
    assert heads_file.stat().st_mode & 0o777 == 0o600
    assert kinds() == []


def test_whoever_has_the_public_key_verifies_a_head_without_us():
    from base64 import b64decode

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    head = heads.sign_head()
    line = json.loads(heads.last_written().line())
    signature = b64decode(line.pop("signature"))
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key_rings.public_keys()["1"]))
    public.verify(signature, json.dumps(line, sort_keys=True).encode())
    assert head.is_genuine()


def test_keys_rotate_and_what_they_made_before_still_verifies(settings):
    write_sealed()
    heads.sign_head()
    (hmac_key,) = settings.AUDIT_HMAC_KEYS.values()
    (signing_key,) = settings.AUDIT_SIGNING_KEYS.values()
    settings.AUDIT_HMAC_KEYS = {"2": "n" * 40, "1": hmac_key}
    settings.AUDIT_SIGNING_KEYS = {"b": "m" * 40, "1": signing_key}
    write_sealed(2)
    heads.sign_head()
    assert list(AuditSeal.objects.order_by("seq").values_list("key_id", flat=True)) == [
        *("1", "1", "1"),
        *("2", "2"),
    ]
    assert heads.last_written().key_id == "b"
    assert kinds() == []
    settings.AUDIT_HMAC_KEYS = {"2": "n" * 40}
    assert kinds() == ["key_unknown"] * 3


def test_an_older_key_seals_nothing_once_a_newer_one_did(settings):
    settings.AUDIT_HMAC_KEYS = {"2": "n" * 40, "1": "o" * 40}
    write_sealed(2)
    last = AuditSeal.objects.get(seq=2)
    previous = AuditSeal.objects.get(seq=1).digest
    AuditSeal.objects.filter(seq=2).update(
        digest=chain.digest(previous, 2, last.log, "o" * 40), key_id="1"
    )
    assert kinds() == ["key_unknown"]


def test_seals_from_before_there_were_key_ids_still_verify():
    write_sealed(1)
    log = AuditLog.objects.create(occurred_at=timezone.now(), action="test.old", outcome="ok")
    key = key_rings.hmac_keys()["1"]
    digest = chain.digest(AuditSeal.objects.get().digest, 2, log, key)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_auditseal (seq, log_id, digest) VALUES (2, %s, %s)", [log.pk, digest]
        )
    assert kinds() == []


def test_a_process_without_the_keys_neither_seals_nor_signs(settings):
    settings.AUDIT_HMAC_KEYS = settings.AUDIT_SIGNING_KEYS = {}
    services.record(actor=None, action="test.done")
    for work in (chain.seal_pending, heads.sign_head, kinds):
        with pytest.raises(key_rings.KeysMissing):
            work()


def test_a_line_that_a_full_disk_tore_is_passed_over(heads_file):
    heads.sign_head()
    with heads_file.open("a") as file:
        file.write('{"number": 2, "prev')
    heads.sign_head()
    assert len(heads_file.read_text().splitlines()) == 3
    assert kinds() == []


FORGED = [
    "[" * 200_000,
    '{"number": ' + "[" * 200_000,
    "{}",
    "null",
    "7" * 5000,
    *(
        json.dumps(body, sort_keys=True)
        for body in (
            *({name: 5} for name in ("signature", "key_id", "previous", "at", "digest")),
            {"key_id": []},
            {"signature": "\ud800"},
            {"at": "2026-03-02T09:41:07"},
            {"restarted": 1},
            {"cursors": {"a": 5}},
            {"cursors": None},
            {"number": True},
            {"number": 2**63 - 1},
            {"number": 10**4000},
            {"seq": None},
            {"more": 1},
        )
    ),
]


@pytest.mark.parametrize("forged", FORGED)
@pytest.mark.parametrize("is_last", [True, False])
def test_a_forged_line_is_found_and_stops_no_signing(heads_file, forged, is_last):
    write_sealed()
    heads.sign_head()
    genuine = json.loads(heads_file.read_text())
    if forged.startswith('{"') and forged.endswith("}"):
        forged = json.dumps(genuine | json.loads(forged), sort_keys=True)
    with heads_file.open("a") as file:
        file.write(f"{forged}\n")
    if not is_last:
        assert heads.sign_head().number == 2
    assert kinds() == ["head_forged"]


def test_after_a_restore_the_heads_begin_anew_and_say_so(heads_file):
    write_sealed(6)
    heads.sign_head()
    kept = list(AuditSeal.objects.filter(seq__lte=2).values_list("log_id", flat=True))
    AuditSeal.objects.filter(seq__gt=2).delete()
    AuditLog.objects.exclude(pk__in=kept).delete()
    assert kinds() == ["tables_behind"]
    call_command("restart_heads")
    write_sealed(2)
    heads.sign_head()
    verification = Verification()
    assert list(verification.breaks()) == []
    assert len(verification.restarts) == 1
    heads_file.unlink()  # the machine of before is gone
    call_command("restart_heads")
    assert kinds() == []


def test_a_record_that_was_never_signed_alerts_too():
    assert probes.head_age() is None
    rules = yaml.safe_load(ALERTS.read_text())
    rule = next(r for g in rules["groups"] for r in g["rules"] if r["alert"] == "AuditUnsigned")
    assert "absent(cdss_audit_head_age_seconds)" in rule["expr"]
    heads.sign_head()
    assert probes.head_age() < 60


def test_an_administrator_starts_a_verification_and_follows_it(api, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.verify, "delay", sent.append)
    admin = api("admin")
    assert admin.get("/api/audit/verify/").json()["state"] is None
    started = admin.post("/api/audit/verify/")
    assert (started.status_code, started.json()["state"]) == (202, "waiting")
    assert started.json()["intact"] is None
    assert admin.post("/api/audit/verify/").status_code == 202
    assert sent == [AuditCheck.objects.get().pk], "one at a time"
    assert AuditLog.objects.filter(action="audit.verify").count() == 1
    tasks.verify.run(sent[0])
    done = admin.get("/api/audit/verify/").json()
    assert (done["state"], done["intact"], done["breaks"]) == ("done", True, [])
    assert done["done"] == done["total"] > 0


def test_a_break_is_listed_alerted_and_a_metric(api, users, monkeypatch):
    assert probes.intact() is None
    write_sealed()
    victim = AuditLog.objects.earliest("pk")
    AuditLog.objects.filter(pk=victim.pk).update(outcome="denied")
    check, _ = check_runs.request_check(actor=users["admin"])
    tasks.verify.run(check.pk)
    shown = api("admin").get("/api/audit/verify/").json()
    assert (shown["intact"], shown["break_count"]) == (False, 1)
    assert shown["breaks"] == [{"kind": "record_changed", "place": str(victim.pk)}]
    assert probes.intact() == 0.0
    outbox.deliver.run(OutboxEvent.objects.get(topic="audit.broken").pk)
    (alert,) = api("admin").get("/api/alert/notifications/").json()["results"]
    assert (alert["kind"], alert["link"]) == ("audit_broken", "/admin/audit")
    AuditLog.objects.filter(pk=victim.pk).update(outcome="ok")
    monkeypatch.setattr(tasks.verify, "delay", tasks.verify.run)
    tasks.verify_daily.run()
    assert probes.intact() == 1.0


def test_a_verification_whose_worker_died_does_not_keep_the_next_waiting(api, users):
    check_runs.request_check(actor=users["admin"])
    silent = check_runs.SILENCE + timedelta(seconds=1)
    AuditCheck.objects.update(requested_at=timezone.now() - silent)
    assert api("admin").get("/api/audit/verify/").json()["state"] == "failed"
    assert check_runs.request_check(actor=users["admin"])[1]


def test_a_verification_that_died_and_is_delivered_again_counts_from_nothing(users):
    write_sealed()
    AuditLog.objects.filter(pk=AuditLog.objects.earliest("pk").pk).update(outcome="denied")
    check, _ = check_runs.request_check(actor=users["admin"])
    found = [{"kind": "record_changed", "place": "1"}] * 3
    AuditVerdict.objects.create(
        check_asked=check, state="running", done=99, breaks=found, break_count=3
    )
    tasks.verify.run(check.pk)
    verdict = AuditVerdict.objects.get()
    assert (verdict.state, verdict.break_count, len(verdict.breaks)) == ("done", 1, 1)
    assert verdict.done == verdict.total


def test_a_verification_is_not_run_while_one_runs(users, monkeypatch):
    check, _ = check_runs.request_check(actor=users["admin"])
    monkeypatch.setattr(chain, "SEAL_LOCK_WAIT_S", 0)
    begun, over = threading.Event(), threading.Event()

    def run_elsewhere():
        with chain.alone("verify") as is_alone:
            assert is_alone
            begun.set()
            over.wait(10)
        connection.close()

    thread = threading.Thread(target=run_elsewhere)
    thread.start()
    assert begun.wait(10)
    tasks.verify.run(check.pk)
    assert not AuditVerdict.objects.exists()
    over.set()
    thread.join(10)
    tasks.verify.run(check.pk)
    assert AuditVerdict.objects.get().state == "done"


def test_progress_is_reported_up_to_the_whole(monkeypatch):
    history.lived(history.Clock(random.Random(1)))
    for module in ("verification", "head_file"):
        monkeypatch.setattr(f"audit.services.{module}.CHUNK", 2)
    steps = []
    assert list(Verification(steps.append).breaks()) == []
    assert steps == sorted(steps) and len(steps) > 3
    assert steps[:2] == [2, 4], "the heads are followed too"


def test_the_command_tells_breaks_and_fails(capsys):
    write_sealed()
    call_command("verify_audit")
    assert "the audit record is intact" in capsys.readouterr().out
    AuditLog.objects.update(outcome="denied")
    with pytest.raises(CommandError, match="3 breaks"):
        call_command("verify_audit")
    assert "or its seal was changed" in capsys.readouterr().out
