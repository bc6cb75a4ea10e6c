"""A laboratory result that is out is in OpenEMR: once, and as it is now."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import connections
from django.utils import timezone

from common.outbox import tasks
from common.outbox.models import OutboxEvent
from lis.tests.factories import HB, K, analyte, blood, lab_order
from lis.tests.test_bench import enter, verify
from openemr.router import ALIAS
from openemr.tests.schema import openemr, openemr_schema

__all__ = ["openemr", "openemr_schema"]
pytestmark = pytest.mark.django_db(databases=["default", ALIAS])
RESULT = "SELECT result_code, result, units, `range`, abnormal, result_status FROM procedure_result"


def sql(statement: str) -> list[tuple[object, ...]]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def deliver() -> None:
    for _ in range(2):  # the second are those that the first have written
        for event in OutboxEvent.objects.filter(status="PENDING", attempts=0).order_by("pk"):
            tasks.deliver(event.pk)


@pytest.fixture
def order(openemr, users, patient_factory):
    return lab_order(users["doctor"], patient_factory())


def test_a_result_is_sent_and_corrected(api, order):
    verify(
        api("doctor"),
        enter(api("lab"), order, blood(analyte(K, 5.5), analyte(HB, 13.1, "g/dL"))).json(),
    )
    deliver()
    assert sql(RESULT)[0] == (K, "5.5", "mmol/L", "3.4 - 4.8", "high", "final")
    amended = enter(
        api("lab"), order, blood(analyte(K, 4.4), analyte(HB, 13.1, "g/dL")), reason="haemolysis"
    ).json()
    verify(api("doctor"), amended)
    api("doctor").post(f"/api/ocs/orders/{order.pk}/confirm/")
    deliver()
    assert sql(RESULT)[0] == (K, "4.4", "mmol/L", "3.4 - 4.8", "no", "correct")
    assert sql("SELECT external_id, order_status FROM procedure_order") == [
        (f"CDSS{order.accession_number}", "complete")
    ]


def test_a_correction_leaves_no_earlier_value_as_final(api, order):
    both = blood(analyte(K, 5.5), analyte(HB, 13.1, "g/dL"))
    verify(api("doctor"), enter(api("lab"), order, both).json())
    deliver()
    for rows in ((analyte(HB, 13.1, "g/dL"), analyte(K, 4.4)), (analyte(K, 4.4),)):
        amended = enter(api("lab"), order, blood(*rows), reason="haemolysis").json()
        verify(api("doctor"), amended)
        deliver()
    status = "SELECT result_code, result, result_status FROM procedure_result ORDER BY result_code"
    assert sorted(sql(status)) == sorted([(HB, "13.1", "error"), (K, "4.4", "correct")])


def test_a_result_that_is_not_out_stays_here(api, order):
    enter(api("lab"), order, blood(analyte(K, 5.5)))
    deliver()
    assert sql(RESULT) == []


def test_a_result_waits_for_openemr(api, order):
    cache.set("openemr:down", timezone.now(), None)
    cache.set("openemr:tried", True, 60)
    verify(api("doctor"), enter(api("lab"), order, blood(analyte(K, 5.5))).json())
    deliver()
    assert sql(RESULT) == []
    waiting = OutboxEvent.objects.filter(status="PENDING", topic="lis.report.send")
    waiting.update(next_attempt_at=timezone.now())
    cache.delete("openemr:tried")
    for event in waiting:
        tasks.deliver(event.pk)
    assert len(sql(RESULT)) == 1
