"""Whatever somebody does to the tables or to the signed heads is found; nothing else is."""

from __future__ import annotations

import os
import random
from contextlib import contextmanager
from datetime import timedelta
from itertools import cycle, islice

import pytest
from django.db import connection, transaction
from django.db.models import F

from audit.models import AuditCursor, AuditHead, AuditLog, AuditSeal, ShownPatient
from audit.services import buffer, chain, heads, key_rings, stream
from audit.services.verification import Verification
from audit.tests import history

pytestmark = pytest.mark.django_db
TRIALS = 1000 if os.environ.get("CDSS_TEST_THOROUGH") else 40
SEED = 20261128
OLD = timedelta(minutes=25)


def found():
    return list(Verification().breaks())


def edit(chance):
    victim = chance.choice(AuditLog.objects.all())
    changes = {
        "actor_username": "somebody.else",
        "actor_id": 4711,
        "patient_id": 4711,
        "outcome": "denied",
        "action": "test.hidden",
        "object_id": "4711",
        "source_ip": "192.0.2.1",
        "detail": {"nothing": "here"},
        "occurred_at": victim.occurred_at - timedelta(milliseconds=1),
        "recorded_at": victim.recorded_at + timedelta(seconds=1),
        "source_key": "1-1",
    }
    name = chance.choice(sorted(changes))
    AuditLog.objects.filter(pk=victim.pk).update(**{name: changes[name]})


def delete_in_the_middle(chance):
    seals = list(AuditSeal.objects.order_by("seq"))
    begin = chance.randrange(len(seals) - 3)
    victims = seals[begin : begin + chance.randint(1, 3)]
    without_seals = chance.random() < 0.8
    with _no_foreign_keys():
        if without_seals:
            AuditSeal.objects.filter(seq__in=[seal.seq for seal in victims]).delete()
        AuditLog.objects.filter(pk__in=[seal.log_id for seal in victims])._raw_delete("default")
    if without_seals and chance.random() < 0.5:  # as if they had never been
        last = victims[-1].seq
        for seq in AuditSeal.objects.filter(seq__gt=last).order_by("seq").values_list("seq"):
            AuditSeal.objects.filter(seq=seq[0]).update(seq=F("seq") - len(victims))


def cut_tail(chance):
    _cut(AuditSeal.objects.count() - chance.randint(1, 5))


def empty(chance):
    _cut(0)
    if chance.random() < 0.5:
        AuditHead.objects.all().delete()
        AuditCursor.objects.all().delete()


def insert_in_the_past(chance):
    records = list(AuditLog.objects.order_by("recorded_at"))
    newest = records[-1].recorded_at
    known = [log for log in records if log.recorded_at < newest - OLD]
    near = chance.choice(known)
    ids = [pk for pk in history.free_ids() if pk < known[-1].pk] + [min(known[0].pk, 0) - 5]
    recorded_at = chance.choice([near.recorded_at, newest])
    key = f"{round(near.occurred_at.timestamp() * 1000)}-{chance.randrange(10**6, 10**9)}"
    forged = AuditLog.objects.create(
        pk=chance.choice([None, *ids]),
        occurred_at=near.occurred_at,
        action="test.forged",
        outcome="ok",
        source_key=chance.choice([None, key]),
    )
    AuditLog.objects.filter(pk=forged.pk).update(recorded_at=recorded_at)


def reorder(chance):
    one, two = chance.sample(list(AuditSeal.objects.order_by("seq")), 2)
    if chance.random() < 0.5:
        AuditSeal.objects.filter(seq__in=[one.seq, two.seq]).delete()
        AuditSeal.objects.create(seq=one.seq, log_id=two.log_id, digest=one.digest)
        AuditSeal.objects.create(seq=two.seq, log_id=one.log_id, digest=two.digest)
    else:
        columns = ("action", "object_id", "occurred_at", "recorded_at", "detail", "source_key")
        first = {name: getattr(one.log, name) for name in columns}
        second = {name: getattr(two.log, name) for name in columns}
        AuditLog.objects.filter(pk__in=[one.log_id, two.log_id]).update(source_key=None)
        AuditLog.objects.filter(pk=one.log_id).update(**second)
        AuditLog.objects.filter(pk=two.log_id).update(**first)


def move_cursor_ahead(chance):
    cursor = AuditCursor.objects.get()
    milliseconds, _, number = cursor.last_id.partition("-")
    moved = int(milliseconds) + chance.choice([1, 1000, chance.randrange(1, 10**9)])
    AuditCursor.objects.update(last_id=f"{moved}-{number}")


def poison_seal(chance):
    seals = list(AuditSeal.objects.select_related("log").order_by("seq"))
    begin = chance.randrange(len(seals))
    how = chance.choice(["digest", "key_id", "wrong key", "right key"])
    if how == "digest":
        AuditSeal.objects.filter(pk=seals[begin].pk).update(
            digest=f"{chance.getrandbits(256):064x}"
        )
    elif how == "key_id":
        AuditSeal.objects.filter(pk=seals[begin].pk).update(key_id=chance.choice(["0", "9", ""]))
    else:  # the whole rest of the chain is made anew over an edited record
        key = "k" * 40 if how == "wrong key" else key_rings.hmac_keys()["1"]
        seals[begin].log.outcome = "denied"
        seals[begin].log.save()
        previous = seals[begin - 1].digest if begin else ""
        for seal in seals[begin:]:
            previous = chain.digest(previous, seal.seq, seal.log, key)
            AuditSeal.objects.filter(pk=seal.pk).update(digest=previous)


def restore_an_older_snapshot(chance):
    lines = list(heads.lines())
    line = chance.choice(lines[:-1])
    head = heads.read(line)
    if head.seq == heads.read(lines[-1]).seq:
        head = heads.read(lines[0])
    _cut(head.seq)
    AuditHead.objects.update(number=head.number, digest=heads.digest_of(line))
    AuditCursor.objects.all().delete()
    for life, last_id in head.cursors.items():
        AuditCursor.objects.create(life=life, last_id=last_id)


def bend_the_heads(chance):
    path = heads._path()
    lines = list(heads.lines())
    place = chance.randrange(len(lines))
    how = chance.choice(["cut", "edit", "remove", "delete", "garbage"])
    if how == "delete":
        path.unlink()
        return
    if how == "cut":
        lines = lines[:-1]
    elif how == "edit":
        seq = heads.read(lines[place]).seq
        lines[place] = lines[place].replace(f'"seq": {seq}', f'"seq": {seq + 1}')
    elif how == "remove":
        del lines[place]
    else:
        lines[place] = "{}"
    path.write_text("".join(f"{line}\n" for line in lines))


def bend_who_was_shown(chance):
    row = chance.choice(ShownPatient.objects.all())
    other = chance.choice(AuditLog.objects.exclude(pk=row.log_id))
    how = chance.choice(["remove", "patient", "record", "add", "add twice", "all"])
    if how == "remove":
        row.delete()
    elif how == "patient":
        ShownPatient.objects.filter(pk=row.pk).update(patient_id=4711)
    elif how == "record":
        ShownPatient.objects.filter(pk=row.pk).update(log=other)
    elif how == "add":
        ShownPatient.objects.create(patient_id=4711, log=other)
    elif how == "add twice":
        ShownPatient.objects.create(patient_id=row.patient_id, log_id=row.log_id)
    else:
        ShownPatient.objects.all().delete()


TAMPERINGS = [
    edit,
    delete_in_the_middle,
    cut_tail,
    empty,
    insert_in_the_past,
    reorder,
    move_cursor_ahead,
    poison_seal,
    restore_an_older_snapshot,
    bend_the_heads,
    bend_who_was_shown,
]


@contextmanager
def _no_foreign_keys():
    with connection.cursor() as cursor:
        cursor.execute("SET FOREIGN_KEY_CHECKS = 0")
        yield
        cursor.execute("SET FOREIGN_KEY_CHECKS = 1")


def _cut(seq):
    """Everything after seal ``seq`` is gone, with what was not sealed yet."""
    kept = list(AuditSeal.objects.filter(seq__lte=seq).values_list("log_id", flat=True))
    AuditSeal.objects.filter(seq__gt=seq).delete()
    ShownPatient.objects.exclude(log__in=kept).delete()
    AuditLog.objects.exclude(pk__in=kept).delete()


@pytest.fixture
def trial(heads_file):
    """``with trial():`` does something to a copy of tables and heads, then takes it back."""

    @contextmanager
    def copy():
        kept = heads_file.read_bytes()
        life = stream().get(buffer.LIFE)
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
        heads_file.write_bytes(kept)
        stream().set(buffer.LIFE, life)

    return copy


def test_every_tampering_is_found(trial):
    chance = random.Random(SEED)
    history.lived(history.Clock(chance))
    assert found() == []
    missed = []
    for number, tamper in enumerate(islice(cycle(TAMPERINGS), TRIALS)):
        with trial():
            tamper(chance)
            if tamper is insert_in_the_past and chance.random() < 0.5:
                chain.seal_pending(everywhere=True)
            if not found():
                missed.append((number, tamper.__name__))
    assert missed == []


def test_a_record_that_nobody_touched_raises_no_alarm(trial):
    chance = random.Random(SEED + 1)
    clock = history.Clock(chance)
    history.lived(clock)
    alarms = []
    for number in range(TRIALS):
        with trial():
            clock.on(seconds=1)
            for _ in range(chance.randint(1, 3)):
                chance.choice([history.work, history.seal, history.sign])(clock)
            if breaks := found():
                alarms.append((number, breaks))
    assert alarms == []
