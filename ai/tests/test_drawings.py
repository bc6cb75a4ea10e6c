"""A segmentation without a model: begun empty, saved, reviewed and published like any other."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from ai.events import DRAWING_BEGUN
from ai.models import AIJob, Segmentation, SegmentationVersion
from ai.selectors.publication import published_segs
from ai.services import drawings
from ai.services.algorithms import segment_algorithms
from ai.services.labelmap import compress
from ai.tests import factories
from audit.models import AuditLog
from common.http.fetch import Fetcher
from common.outbox.models import OutboxEvent
from pacs.index.geometry import series_geometry
from pacs.tests.fake_orthanc import fetched

pytestmark = pytest.mark.django_db
URL = "/api/ai/segmentations/"
ABNORMAL = {"value": "49755003", "scheme": "SCT", "meaning": "Morphologically Abnormal Structure"}
NEOPLASM = {"value": "108369006", "scheme": "SCT", "meaning": "Neoplasm"}
NECROSIS = {"value": "6574001", "scheme": "SCT", "meaning": "Necrosis"}
SEGMENTS = [
    {"number": 1, "label": "Tumor", "category": ABNORMAL, "type": NEOPLASM, "color": "#e4572e"},
    {"number": 2, "label": "Necrosis", "category": ABNORMAL, "type": NECROSIS},
]


def begin(client, series, segments=SEGMENTS, **changes):
    body = {
        "study_instance_uid": series.study.study_instance_uid,
        "series_instance_uid": series.series_instance_uid,
        "segments": segments,
    }
    return client.post(URL, body | changes, format="json")


def save(client, series, segmentation_id, mask, base_version=0, final=False, assisted=()):
    geometry = series_geometry(series)
    meta = {
        "segmentation": segmentation_id,
        "base_version": base_version,
        "slices": list(geometry.slices),
        "rows": geometry.rows,
        "columns": geometry.columns,
        "final": final,
        "assisted": list(assisted),
    }
    form = {"meta": json.dumps(meta), "labelmap": SimpleUploadedFile("labelmap", compress(mask))}
    url = f"/api/segmentation/{series.study.study_instance_uid}/save/"
    return client.post(url, form, format="multipart")


def test_begun_saved_approved(api, series, users):
    doctor = api("doctor")
    begun = begin(doctor, series)
    assert begun.status_code == 201, begun.json()
    number = begun.json()["id"]
    shown = doctor.get(f"{URL}{number}/").json()
    assert [s["label"] for s in shown["segments"]] == ["Tumor", "Necrosis"]
    assert shown["versions"] == []
    job_url = f"/api/ai/jobs/{shown['job']}/"
    assert doctor.get(job_url).json()["origin"] == "manual"

    mask = factories.make_mask()
    mask[2, 2, 2:5] = 2
    assert save(doctor, series, number, mask).json() == {"version": 1}
    stale = save(doctor, series, number, mask)
    assert (stale.status_code, stale.json()["error"]["code"]) == (409, "ERR_301")
    final = save(doctor, series, number, mask, base_version=1, final=True)
    assert final.json() == {"version": 2}, final.json()

    job = doctor.get(job_url).json()
    assert (job["status"], job["review_status"]) == ("COMPLETED", "APPROVED")
    volumes = {one["label"]: one["volume_ml"] for one in job["result"]["measurements"]}
    assert volumes == {"Tumor": pytest.approx(0.054), "Necrosis": pytest.approx(0.006)}
    assert job["publication"]["status"] == "PENDING"
    version = SegmentationVersion.objects.get(segmentation=number, version=2)
    assert {made.type for made in segment_algorithms(version).values()} == {"MANUAL"}
    record = AuditLog.objects.get(action="segmentation.manual")
    assert record.patient_id == series.study.patient_id


def test_one_that_was_never_saved_is_rejected_and_not_approved(api, series):
    doctor = api("doctor")
    number = begin(doctor, series).json()["id"]
    job = Segmentation.objects.get(pk=number).job_id
    review = f"/api/ai/jobs/{job}/review/"
    approved = doctor.post(review, {"decision": "approve"}, format="json")
    assert (approved.status_code, approved.json()["error"]["code"]) == (422, "ERR_405")
    assert doctor.get(f"/api/ai/jobs/{job}/").status_code == 200
    rejected = doctor.post(review, {"decision": "reject"}, format="json")
    assert rejected.json()["review_status"] == "REJECTED"


def test_two_drawings_on_a_series_stand_side_by_side(api, series):
    doctor = api("doctor")
    for _ in range(2):
        number = begin(doctor, series).json()["id"]
        assert save(doctor, series, number, factories.make_mask(), final=True).status_code == 201
    of_jobs = {each.job.pk: each.superseded for each in published_segs(series.study_id).values()}
    assert list(of_jobs.values()) == [False, False]


@pytest.mark.parametrize(
    ("segments", "words"),
    [
        ([], "segments"),
        ([SEGMENTS[0] | {"number": 2}], "1, 2, 3"),
        ([SEGMENTS[0], SEGMENTS[1] | {"label": "tumor"}], "same label"),
        ([SEGMENTS[0] | {"type": NEOPLASM | {"meaning": "Brain"}}], "does not mean"),
        ([SEGMENTS[0] | {"type": NEOPLASM | {"value": "1"}}], "not a SNOMED CT code"),
        ([SEGMENTS[0] | {"category": NEOPLASM}], "CID 7150"),
        ([SEGMENTS[0] | {"type": NEOPLASM | {"scheme": "DCM"}}], "SCT"),
    ],
)
def test_segments_that_no_seg_could_hold_are_refused(api, series, segments, words):
    answer = begin(api("doctor"), series, segments)
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert words in f"{error['detail']} {error['field']}"
    assert not AIJob.objects.exists()


def test_a_series_that_is_no_volume_is_refused(api, series):
    series.instances.filter(number=2).update(rows=9)
    answer = begin(api("doctor"), series)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "ERR_407")
    assert not AIJob.objects.exists()


def test_labels_that_were_not_declared_are_refused(api, series):
    doctor = api("doctor")
    number = begin(doctor, series).json()["id"]
    mask = np.full((5, 6, 7), 3, np.uint8)
    assert save(doctor, series, number, mask).json()["error"]["code"] == "ERR_123"


def test_the_images_that_were_drawn_on_are_recorded_as_those_of_a_run(
    api, series, service, monkeypatch
):
    monkeypatch.setattr(Fetcher, "get", fetched)
    doctor, lines = api("doctor"), []
    for instance in series.instances.order_by("sop_instance_uid"):
        content = f"file {instance.number}".encode()
        service.get(f"{settings.ORTHANC_URL}/instances/{instance.orthanc_id}/file", body=content)
        lines.append(f"{instance.sop_instance_uid} {hashlib.sha256(content).hexdigest()}\n")
    number = begin(doctor, series).json()["id"]
    assert save(doctor, series, number, factories.make_mask()).status_code == 201
    event = OutboxEvent.objects.get(topic=DRAWING_BEGUN)
    drawings.input_record(event.payload["job_id"])
    told = doctor.get(f"{URL}{number}/versions/1/provenance/").json()["input"]
    assert told["sha256"] == hashlib.sha256("".join(lines).encode()).hexdigest()
    assert told["instances"] == len(lines)
