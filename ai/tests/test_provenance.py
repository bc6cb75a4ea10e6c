"""Where a mask comes from: what its run used, who changed what, and the finding it tracks."""

from __future__ import annotations

import gzip
import io

import numpy as np
import pydicom
import pytest

from ai.models import AIJob, Publication, Segmentation, SegmentationVersion
from ai.services import jobs, publication
from ai.services.heatmaps import heatmap_levels
from ai.tests import factories
from ai.tests.seg_sources import stored
from ai.tests.test_review import archived_headers, review, save
from audit.models import AuditLog
from common.errors import ErrorCode, ExternalError
from pacs.index.geometry import series_geometry

pytestmark = pytest.mark.django_db
RECORD = {
    "runtime": {"python": "3.11.2", "onnxruntime": "1.23.2"},
    "parameters": {"threshold": 0.5},
    "files": {"model.onnx": "c1" * 32},
    "input_sha256": "ab" * 32,
    "input_instances": factories.SLICES,
}


def traced(client, segmentation, version):
    answer = client.get(f"/api/ai/segmentations/{segmentation.pk}/versions/{version}/provenance/")
    assert answer.status_code == 200
    return answer.json()


def test_a_version_tells_its_input_model_and_every_hand_that_changed_it(api, job, answers, users):
    answers(record=RECORD)
    jobs.job_run(job.pk)
    job.refresh_from_db()
    doctor, mask = api("doctor"), factories.make_mask()
    mask[2] = 0
    mask[0, 0, 0] = 1
    save(doctor, job, mask)
    review(doctor, job, version=2, comment="corrected")
    body = traced(doctor, job.segmentation, 2)
    assert body["input"]["sha256"] == RECORD["input_sha256"]
    assert body["input"]["instances"] == factories.SLICES
    model = body["model"]
    assert (model["id"], model["version"]) == ("brain_extraction", "1.0.2")
    for field in ("runtime", "parameters", "files"):
        assert model[field] == RECORD[field]
    assert body["requested"]["username"] == users["doctor"].username
    assert [
        (step["version"], step["kind"], step["parent"], step["author"], *step["changes"])
        for step in body["chain"]
    ] == [
        (1, "ai", None, None, {"segment": 1, "added": 30, "removed": 0, "assist": []}),
        (2, "edited", 1, "doctor1", {"segment": 1, "added": 1, "removed": 10, "assist": []}),
    ]
    assert (body["review"]["decision"], body["review"]["comment"]) == ("APPROVED", "corrected")
    assert {each["kind"] for each in body["publication"]} >= {"seg"}
    first = traced(doctor, job.segmentation, 1)
    assert [step["version"] for step in first["chain"]] == [1]
    assert (first["review"], first["publication"]) == (None, None)
    read = AuditLog.objects.filter(action="segmentation.provenance").first()
    assert read.patient_id == job.patient_id


def test_what_was_not_recorded_is_null(api, completed):
    AIJob.objects.update(record=None)
    SegmentationVersion.objects.update(changes=None)
    body = traced(api("doctor"), completed.segmentation, 1)
    assert body["input"] is None
    assert [body["model"][name] for name in ("runtime", "parameters", "files")] == [None] * 3
    assert body["chain"][0]["changes"] is None


def test_a_version_that_is_not_there_is_404(api, completed):
    path = f"/api/ai/segmentations/{completed.segmentation.pk}/versions/9/provenance/"
    assert api("doctor").get(path).status_code == 404


def tracking_of_next(job, users, series, **changes):
    """The tracking UID that the first segment of a later result gets."""
    later = AIJob.objects.create(
        patient=job.patient,
        study=series.study,
        series=series,
        requested_by=users["doctor"],
        model_id=job.model_id,
        model_version=job.model_version,
        **({"model_manifest": job.model_manifest} | changes),
    )
    jobs.job_run(later.pk)
    return Segmentation.objects.get(job=later).tracked_segments[0].tracking_uid


@pytest.fixture
def followed(completed, service, settings):
    """A later study of the same patient, whose run is answered."""
    series = factories.make_series(completed.patient, tag="7")
    body = factories.run_answer(series, job_id="0b8d3ef2-5f0e-5a6b-9a53-000000000007")
    service.upsert("POST", f"{settings.INFERENCE_URL}/inference", json=body)
    place = f"{settings.INFERENCE_URL}/inference/{body['job_id']}/mask"
    service.get(place, body=factories.mask_file(series))
    return series


def test_a_finding_of_a_network_keeps_its_tracking_in_a_follow_up(completed, followed, users):
    first = completed.segmentation.tracked_segments[0].tracking_uid
    assert tracking_of_next(completed, users, followed) == first


def test_a_rejected_finding_is_not_tracked_on(api, completed, followed, users):
    review(api("doctor"), completed, "reject")
    first = completed.segmentation.tracked_segments[0].tracking_uid
    assert tracking_of_next(completed, users, followed) != first


def test_what_an_assistant_marks_is_a_new_finding(completed, followed, users):
    manifest = completed.model_manifest | {"kind": "assist"}
    first = completed.segmentation.tracked_segments[0].tracking_uid
    assert tracking_of_next(completed, users, followed, model_manifest=manifest) != first


def heat_of(shape=(factories.SLICES, factories.ROWS, factories.COLUMNS)):
    return np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)


def test_a_heatmap_lies_on_the_slices_of_the_mask(api, job, answers, series):
    heat, slices = heat_of(), list(series_geometry(series).slices)
    mask = factories.mask_file(series, factories.make_mask()[::-1])
    answers(
        mask=mask,
        heat=gzip.compress(heat[::-1].tobytes()),
        slices=slices[::-1],
        has_probability=True,
    )
    jobs.job_run(job.pk)
    doctor = api("doctor")
    answer = doctor.get(f"/api/ai/jobs/{job.pk}/heatmap/")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.content) == heat.tobytes()
    segmentation = Segmentation.objects.get(job=job)
    np.testing.assert_array_equal(heatmap_levels(segmentation), heat)
    body = doctor.get(f"/api/ai/segmentations/{segmentation.pk}/").json()
    assert body["has_heatmap"] is True


def test_a_result_without_a_heatmap_says_so(api, completed):
    answer = api("doctor").get(f"/api/ai/jobs/{completed.pk}/heatmap/")
    assert (answer.status_code, answer.json()["error"]["detail"]) == (
        404,
        "the model gave no probability map",
    )
    path = f"/api/ai/segmentations/{completed.segmentation.pk}/"
    assert api("doctor").get(path).json()["has_heatmap"] is False


def test_the_report_and_the_map_are_in_the_archive_before_the_seg(
    api, job, answers, service, settings
):
    """And say of the finding, its origin and its people what the server knows."""
    answers(heat=gzip.compress(heat_of().tobytes()), has_probability=True)
    jobs.job_run(job.pk)
    job.refresh_from_db()
    mask = factories.make_mask()
    mask[2] = 0
    save(api("doctor"), job, mask)
    review(api("rib"), job, version=2)
    archive = f"{settings.ORTHANC_URL}/dicom-web/studies"
    place = f"{job.study.study_instance_uid}/series/{job.series.series_instance_uid}/metadata"
    service.get(f"{archive}/{place}", json=archived_headers(job.series))
    came = []

    def stow(request):
        body = request.body.split(b"\r\n\r\n", 1)[1].rsplit(b"\r\n--", 1)[0]
        came.append(pydicom.dcmread(io.BytesIO(body)))
        return 200, {}, '{"00081199": {}}'

    service.add_callback("POST", archive, stow)
    publication.seg_publish(job.pk)
    heat, report, seg = came
    assert [each.Modality for each in came] == ["PMAP", "SR", "SEG"]
    kept = Publication.objects.get()
    assert [each.SOPInstanceUID for each in came] == [
        kept.map_sop_instance_uid,
        kept.sr_sop_instance_uid,
        kept.seg_sop_instance_uid,
    ]
    assert all((kept.map_stored_at, kept.sr_stored_at, kept.seg_stored_at))
    tracked = job.segmentation.tracked_segments[0]
    assert seg.SegmentSequence[0].TrackingUID == tracked.tracking_uid
    assert tracked.tracking_uid in str(report)
    texts = [item.TextValue for item in report.ContentSequence if item.ValueType == "TEXT"][-3:]
    assert texts[0].startswith("Version 1 made by brain_extraction 1.0.2, ")
    assert texts[1].endswith(": Brain +0 -10 voxels")
    assert texts[2].startswith("Version 2 approved by ")
    np.testing.assert_array_equal(np.sort(heat.pixel_array.ravel()), np.sort(heat_of().ravel()))
    publication.seg_publish(job.pk)
    assert [stored(each) for each in came[3:]] == [stored(each) for each in came[:3]]


@pytest.mark.parametrize("slices", [factories.SLICES - 1, factories.SLICES + 1, None])
def test_a_heatmap_off_the_grid_is_refused_with_a_sentence(job, answers, slices):
    heat = heat_of((slices, factories.ROWS, factories.COLUMNS)) if slices else None
    answers(heat=b"no gzip" if heat is None else gzip.compress(heat), has_probability=True)
    with pytest.raises(ExternalError) as refused:
        jobs.job_run(job.pk)
    assert (refused.value.code, refused.value.retryable) == (ErrorCode.INFERENCE_FAILED, False)
    sentence = "what the model returned does not fit the series (probability map: "
    assert refused.value.detail.startswith(sentence)
    assert not Segmentation.objects.exists()
