"""The audit log asked for one image; this app tells it what the image is part of."""

from __future__ import annotations

import pytest

from audit import services
from audit.models import AuditLog
from audit.services import buffer
from audit.tests import viewer
from pacs.tests import index

LOGS = "/api/audit/logs/"


@pytest.mark.django_db
def test_an_instance_finds_its_bursts_and_what_held_it_whole(api, patient_factory):
    admin = api("admin")
    study = index.study(patient_factory())
    series = index.series(study, slices=4)
    uids = list(series.instances.order_by("id").values_list("sop_instance_uid", flat=True))
    text = viewer.constants(object_id=series.series_instance_uid)

    def seen(*numbers):
        for number in numbers:
            viewer.add(burst=text, item=f"{uids[number]} 1")
        buffer.flush_stream()
        return AuditLog.objects.latest("id").pk

    def record(object_type, object_id):
        services.record(actor=None, action="t.read", object_type=object_type, object_id=object_id)
        return AuditLog.objects.latest("id").pk

    holding = {seen(0, 1), seen(1)}
    seen(0, 2)
    holding |= {
        record("study", study.study_instance_uid),
        record("series", series.series_instance_uid),
        record("instance", uids[1]),
    }
    record("instance", uids[0])
    found = admin.get(LOGS, {"sop_instance_uid": uids[1]}).json()["results"]
    assert {row["id"] for row in found} == holding
    assert admin.get(LOGS, {"sop_instance_uid": "1.9.9"}).json()["count"] == 0
