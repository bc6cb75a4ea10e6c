"""Rows of an import get their uuids in short transactions, and nobody waits for another's row."""

from __future__ import annotations

import threading
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from openemr.missing_uuids import _fill, missing_fill
from openemr.models import ListEntry, PatientData, UuidRegistry
from openemr.router import ALIAS

pytestmark = pytest.mark.django_db(databases=["default", ALIAS], transaction=True)
KEPT = bytes(range(16))


@pytest.fixture
def imported(openemr: str) -> list[int]:
    """Five allergies without a uuid and one with; their numbers."""
    UuidRegistry.objects.all().delete()
    ListEntry.objects.all().delete()
    PatientData.objects.all().delete()
    for n in range(6):
        ListEntry.objects.create(
            pid=1, type="allergy", title="Latex", uuid=(None, bytes(16), KEPT)[n] if n < 3 else None
        )
    return list(ListEntry.objects.order_by("pk").values_list("pk", flat=True))


def uuids() -> list[bytes]:
    return [bytes(row.uuid or b"") for row in ListEntry.objects.order_by("pk")]


def test_what_lacks_a_uuid_gets_its_own_and_is_registered(imported: list[int]) -> None:
    assert list(missing_fill(ListEntry, chunk=2)) == [2, 1, 2]
    found = uuids()
    assert found[2] == KEPT
    assert len(set(found)) == 6
    registered = UuidRegistry.objects.values_list("uuid", "table_name", "table_id")
    assert {bytes(uuid) for uuid, *_ in registered} == {*found} - {KEPT}
    assert {tuple(place) for _, *place in registered} == {("lists", "id")}
    assert list(missing_fill(ListEntry)) == []


def test_a_row_that_is_in_use_is_left_and_said(imported: list[int]) -> None:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic(using=ALIAS):
            ListEntry.objects.select_for_update().get(pk=imported[0])
            held.set()
            done.wait(20)
        connections[ALIAS].close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(10)
        out = StringIO()
        call_command("fill_openemr_uuids", stdout=out)
    finally:
        done.set()
        holder.join()
    assert "lists: 1 rows are in use; run the command again" in out.getvalue()
    assert [not any(uuid) for uuid in uuids()] == [True] + [False] * 5
    out = StringIO()
    call_command("fill_openemr_uuids", stdout=out)
    assert "patient_data: no uuid is missing" in out.getvalue()
    assert all(any(uuid) for uuid in uuids())


def test_no_row_outside_of_a_chunk_is_locked(imported: list[int]) -> None:
    """Rows without a uuid are found by their key: by the index of uuids all of them are read."""
    ListEntry.objects.bulk_create(ListEntry(pid=1, type="allergy", title="-") for _ in range(3000))
    last = ListEntry.objects.latest("pk").pk
    with transaction.atomic(using=ALIAS):
        first = ListEntry.objects.earliest("pk").pk
        assert _fill(ListEntry, [first]) == 1
        other = connections[ALIAS].copy()
        with other.cursor() as cursor:
            cursor.execute("SET innodb_lock_wait_timeout = 1")
            assert cursor.execute("UPDATE lists SET title = 'x' WHERE id = %s", [last]) == 1
        other.close()


def test_without_an_openemr_it_says_so(settings: Any) -> None:
    settings.OPENEMR_ENABLED = False
    with pytest.raises(CommandError, match="OPENEMR_DATABASE_URL"):
        call_command("fill_openemr_uuids")
