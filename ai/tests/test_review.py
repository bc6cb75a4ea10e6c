"""Edited versions, the decision, and the steps of publication."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ai.choices import ReviewStatus
from ai.models import AIJob, Publication, SegmentationVersion
from ai.selectors.publication import publication_view
from ai.services import publication
from ai.services.segmentations import version_labelmap
from ai.tests import factories
from ai.tests.seg_sources import mr_series
from audit.models import AuditLog
from common.outbox.models import OutboxEvent, OutboxStatus

pytestmark = pytest.mark.django_db


def save(client, job, mask=None, labelmap=None, study=None, **changes):
    segmentation = job.segmentation
    meta = {
        "segmentation": segmentation.pk,
        "base_version": 1,
        "slices": segmentation.slices,
        "rows": segmentation.rows,
        "columns": segmentation.columns,
        "final": False,
    } | changes
    data = gzip.compress((factories.make_mask() if mask is None else mask).tobytes())
    return client.post(
        f"/api/segmentation/{study or job.study.study_instance_uid}/save/",
        {
            "meta": json.dumps(meta),
            "labelmap": SimpleUploadedFile("labelmap.gz", labelmap or data),
        },
        format="multipart",
    )


def review(client, job, decision="approve", **body):
    return client.post(
        f"/api/ai/jobs/{job.pk}/review/", {"decision": decision, **body}, format="json"
    )


def code(answer):
    return answer.status_code, answer.json().get("error", {}).get("code")


def test_a_save_is_the_next_version_with_its_author_and_parent(api, completed):
    doctor = api("doctor")
    mask = factories.make_mask()
    mask[2] = 0
    assert save(doctor, completed, mask).json() == {"version": 2}
    body = doctor.get(f"/api/ai/segmentations/{completed.segmentation.pk}/").json()
    second = body["versions"][1]
    assert (second["kind"], second["author"], second["parent"]) == ("edited", "doctor1", 1)
    assert second["volumes_ml"] == {"1": 0.04}
    assert body["versions"][0]["volumes_ml"] == {"1": 0.06}


def test_the_volume_shown_is_that_of_the_version_that_counts(api, completed):
    doctor = api("doctor")

    def shown():
        result = doctor.get(f"/api/ai/jobs/{completed.pk}/").json()["result"]
        return result["version"], result["kind"], result["measurements"]

    assert shown() == (1, "ai", [{"label": "Brain", "volume_ml": 0.06}])
    mask = factories.make_mask()
    mask[2] = 0
    save(doctor, completed, mask)
    assert shown() == (2, "edited", [{"label": "Brain", "volume_ml": 0.04}])
    review(doctor, completed, version=2)
    assert shown() == (2, "edited", [{"label": "Brain", "volume_ml": 0.04}])
    factories.make_version(completed.segmentation, completed.requested_by)  # never approved
    assert shown() == (2, "edited", [{"label": "Brain", "volume_ml": 0.04}])


def test_a_result_names_study_model_and_people(api, users, completed):
    series = completed.series
    series.description = "T1 3D"
    series.save()
    study = completed.study
    study.description, study.accession_number = "MRI brain", "A-1"
    study.study_date, study.study_time = "2026-01-05", "101530"
    study.save()
    review(api("rib"), completed)
    listed = api("doctor").get("/api/ai/jobs/").json()["results"][0]
    for body in (listed, api("doctor").get(f"/api/ai/jobs/{completed.pk}/").json()):
        assert body["study"] == {
            "description": "MRI brain",
            "study_date": "2026-01-05",
            "study_time": "101530",
            "accession_number": "A-1",
        }
        assert body["series_description"] == "T1 3D"
        assert (body["model"]["name"], body["model"]["version"]) == ("Brain extraction", "1.0.2")
        assert body["patient_name"] == study.patient.full_name
        assert body["requested_by_name"] == users["doctor"].full_name
        assert body["reviewed_by_name"] == users["rib"].full_name
        assert body["reviewed_at"]


def test_a_save_in_another_slice_order_lands_on_the_right_slices(api, completed):
    mask = factories.make_mask()
    mask[0, 0, 0] = 1
    answer = save(
        api("doctor"), completed, mask[::-1].copy(), slices=completed.segmentation.slices[::-1]
    )
    assert answer.status_code == 201
    np.testing.assert_array_equal(
        version_labelmap(SegmentationVersion.objects.get(version=2)), mask
    )


def test_the_labelmap_comes_back_byte_for_byte(api, completed):
    doctor = api("doctor")
    base = f"/api/ai/segmentations/{completed.segmentation.pk}/versions/1/"
    grid = doctor.get(base).json()
    assert (grid["rows"], grid["columns"]) == (factories.ROWS, factories.COLUMNS)
    answer = doctor.get(f"{base}labelmap/")
    assert answer["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.content) == factories.make_mask().tobytes()
    assert doctor.get(base.replace("/1/", "/9/")).status_code == 404


BOMB = gzip.compress(bytes(50_000_000))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"rows": 9}, (400, "ERR_121")),
        ({"columns": 9}, (400, "ERR_121")),
        ({"slices": ["1.2.3"]}, (400, "ERR_122")),
        ({"slices": ["1.2.3"] * factories.SLICES}, (400, "ERR_122")),
        ({"slices": "x"}, (400, "ERR_101")),
        ({"labelmap": b"plain"}, (400, "ERR_120")),
        ({"labelmap": BOMB}, (400, "ERR_121")),
        ({"mask": np.zeros((1, 2, 3), np.uint8)}, (400, "ERR_121")),
        ({"mask": factories.make_mask() * 7}, (400, "ERR_123")),
        ({"base_version": -1}, (400, "ERR_101")),
        ({"base_version": 0}, (409, "ERR_301")),
        ({"base_version": 3}, (409, "ERR_301")),
        ({"segmentation": 999999}, (404, "ERR_207")),
        ({"study": "1.2.3"}, (400, "ERR_101")),
    ],
    ids=lambda v: str(v)[:40] if not isinstance(v, dict) else ",".join(v),
)
def test_what_does_not_fit_is_refused_and_changes_nothing(api, completed, changes, expected):
    assert code(save(api("doctor"), completed, **changes)) == expected
    assert SegmentationVersion.objects.count() == 1


def test_two_doctors_the_second_hears_of_the_first(api, completed):
    assert save(api("doctor"), completed).status_code == 201
    assert code(save(api("rib"), completed)) == (409, "ERR_301")
    assert save(api("rib"), completed, base_version=2).json() == {"version": 3}


def test_approve_once_and_only_once(api, completed):
    doctor = api("doctor")
    answer = review(doctor, completed, comment="good")
    assert (answer.status_code, answer.json()["review_status"]) == (202, "APPROVED")
    for decision in ("approve", "reject"):
        assert code(review(doctor, completed, decision)) == (409, "ERR_402")
    assert code(save(doctor, completed)) == (409, "ERR_402")
    assert Publication.objects.count() == 1
    assert OutboxEvent.objects.filter(topic="ai.version.approved").count() == 1
    assert AuditLog.objects.filter(action="ai_job.approve").count() == 1


def test_approval_names_the_version_looked_at(api, completed):
    doctor = api("doctor")
    save(doctor, completed)
    assert code(review(doctor, completed, version=1)) == (409, "ERR_301")
    assert review(doctor, completed, version=2).status_code == 202
    assert Publication.objects.get().version.version == 2


def test_final_saves_and_approves_in_one_step(api, completed):
    assert save(api("doctor"), completed, final=True).json() == {"version": 2}
    completed.refresh_from_db()
    assert completed.review_status == ReviewStatus.APPROVED
    assert Publication.objects.get().version.version == 2


def test_an_empty_mask_cannot_be_final_and_is_not_kept(api, completed):
    empty = np.zeros_like(factories.make_mask())
    assert code(save(api("doctor"), completed, empty, final=True)) == (422, "ERR_405")
    assert SegmentationVersion.objects.count() == 1


def test_reject_publishes_nothing(api, completed):
    assert review(api("rib"), completed, "reject").json()["review_status"] == "REJECTED"
    assert not Publication.objects.exists()
    assert not OutboxEvent.objects.filter(topic="ai.version.approved").exists()


def test_a_job_that_is_not_completed_cannot_be_reviewed(api, job):
    assert code(review(api("doctor"), job)) == (409, "ERR_401")


def test_an_unknown_decision_is_refused(api, completed):
    assert code(review(api("doctor"), completed, "maybe")) == (400, "ERR_101")


def test_publication_steps_are_idempotent_and_visible(api, completed):
    review(api("doctor"), completed)

    def state():
        return publication_view(AIJob.objects.get(pk=completed.pk))

    assert state()["status"] == "PENDING"
    uid = Publication.objects.get().seg_sop_instance_uid
    for _ in range(2):
        publication.seg_seen("1.2.3")
        publication.seg_seen(uid)
    assert OutboxEvent.objects.filter(topic="ai.seg.seen").count() == 1
    seen = state()
    assert seen["seg"]["seen_at"] is not None
    assert seen["status"] == "PENDING"
    for _ in range(2):
        publication.fhir_done(job_id=completed.pk, diagnostic_report="dr-1", imaging_study="is-1")
    assert state()["status"] == "PUBLISHED"
    assert state()["fhir"]["diagnostic_report"] == "dr-1"
    steps = [e.step for e in completed.events.all()]
    assert steps[-4:] == ["approved", "seg_stored", "seg_seen", "published"]


def archived_headers(series):
    """What the archive's metadata answers for the series of the factories."""
    instances = list(series.instances.order_by("number"))
    heights = [i.image_position[2] for i in instances]
    headers = mr_series(factories.ROWS, factories.COLUMNS, heights)
    for header, instance in zip(headers, instances, strict=True):
        header.SOPInstanceUID = instance.sop_instance_uid
        header.SeriesInstanceUID = series.series_instance_uid
        header.StudyInstanceUID = series.study.study_instance_uid
    return [header.to_json_dict() for header in headers]


def test_a_feed_faster_than_the_archives_answer_loses_nothing(api, completed, service, settings):
    """The object can be indexed, and even be in FHIR, before STOW-RS answers."""
    review(api("doctor"), completed)
    uid = Publication.objects.get().seg_sop_instance_uid
    study, series = completed.study, completed.series
    archive = f"{settings.ORTHANC_URL}/dicom-web/studies"
    service.get(
        f"{archive}/{study.study_instance_uid}/series/{series.series_instance_uid}/metadata",
        json=archived_headers(series),
    )

    def stored(_):
        publication.seg_seen(uid)
        publication.fhir_done(job_id=completed.pk, diagnostic_report="dr", imaging_study="is")
        return 200, {}, '{"00081199": {}}'

    service.add_callback("POST", archive, stored)
    publication.seg_publish(completed.pk)
    assert publication_view(AIJob.objects.get(pk=completed.pk))["status"] == "PUBLISHED"
    assert Publication.objects.get().seg_seen_at is not None
    assert [e.step for e in completed.events.all()].count("seg_stored") == 1


def test_a_dead_step_shows_as_failed_until_redriven(api, completed):
    review(api("doctor"), completed)
    OutboxEvent.objects.filter(topic="ai.version.approved").update(status=OutboxStatus.DEAD)
    body = api("doctor").get(f"/api/ai/jobs/{completed.pk}/").json()
    assert body["publication"]["status"] == "FAILED"


def test_a_damaged_mask_file_is_noticed(api, completed, settings):
    version = SegmentationVersion.objects.get()
    (settings.AI_SEG_DIR / version.path).write_bytes(b"changed")
    url = f"/api/ai/segmentations/{completed.segmentation.pk}/versions/1/labelmap/"
    answer = api("doctor").get(url)
    assert code(answer) == (500, "ERR_500")
