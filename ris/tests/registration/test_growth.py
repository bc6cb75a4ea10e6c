"""Two approved masks compared: spheres of known volumes, and who may compare which."""

from __future__ import annotations

import gzip
from datetime import date
from math import pi
from types import SimpleNamespace

import numpy as np
import pytest
from django.utils import timezone

from ai.choices import JobStatus, ReviewStatus
from ai.models import AIJob, Publication, Segmentation, SegmentationVersion
from ai.services import mask_files
from ai.tests.factories import COLUMNS, MANIFEST, ROWS, make_mask, make_series, mask_file
from audit.models import AuditLog
from pacs.index.geometry import SeriesGeometry, series_geometry
from pacs.models import Study
from ris.models import Registration
from ris.registration.growth import Growth, MaskComparison

URL = "/api/ris/growth/"
CENTRE = np.array([3.0, -7.0, 12.0])


def turned(*degrees):
    """About x, then y, then z."""
    found = np.eye(3)
    for axis, angle in enumerate(np.radians(degrees)):
        a, b = (axis + 1) % 3, (axis + 2) % 3
        turn = np.eye(3)
        turn[a, a] = turn[b, b] = np.cos(angle)
        turn[b, a], turn[a, b] = np.sin(angle), -np.sin(angle)
        found = turn @ found
    return found


SHIFT = np.eye(4)
SHIFT[:3, :3] = turned(20, -12, 28)
SHIFT[:3, 3] = [14.0, -9.0, 22.0]
SEGMENT = {"number": 1, "label": "Tumour", "label_ko": "종양", "color": "#d62728"}


def stack(directions, spacing, shape, middle, heights=None):
    """Slices around ``middle``; ``spacing``: (between slices, rows, columns)."""
    across, down, normal = directions[:, 0], directions[:, 1], directions[:, 2]
    slices, rows, columns = shape
    along = np.arange(slices) * spacing[0] if heights is None else np.asarray(heights)
    along = along - along.mean()
    corner = middle - across * spacing[2] * columns / 2 - down * spacing[1] * rows / 2
    positions = corner + along[:, None] * normal
    lps = np.eye(4)
    lps[:3, 0], lps[:3, 1] = across * spacing[2], down * spacing[1]
    lps[:3, 2] = (positions[-1] - positions[0]) / (slices - 1)
    lps[:3, 3] = positions[0]
    names = tuple(str(number) for number in range(slices))
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ lps
    return SeriesGeometry(names, rows, columns, spacing, positions, affine)


def sphere(geometry, centre, radius):
    down, across = np.arange(geometry.rows), np.arange(geometry.columns)
    lps = np.diag([-1.0, -1.0, 1.0, 1.0]) @ geometry.affine
    points = (
        geometry.positions[:, None, None]
        + down[None, :, None, None] * lps[:3, 1]
        + across[None, None, :, None] * lps[:3, 0]
    )
    inside = np.linalg.norm(points - centre, axis=-1) <= radius
    return SimpleNamespace(geometry=geometry, labelmap=inside.astype(np.uint8))


def ball(radius):
    return 4 / 3 * pi * radius**3 / 1000


UPRIGHT = stack(np.eye(3), (1.0, 1.0, 1.0), (64, 64, 64), CENTRE)
OBLIQUE = stack(
    turned(15, 0, 40),
    (1.6, 0.9, 1.1),
    (48, 80, 70),
    (SHIFT @ [*CENTRE, 1])[:3],
)
UNEVEN = stack(np.eye(3), (1.0, 1.0, 1.0), (40, 64, 64), CENTRE, np.cumsum([1.0, 2.0] * 20))


def compare(before, after, shift):
    """``shift``: the earlier series to the later."""
    return MaskComparison.made(before, after, np.linalg.inv(shift)).volumes({1}, {1})


def close(value):
    return pytest.approx(value, rel=0.03, abs=0.15)


@pytest.mark.parametrize(
    ("grid", "shift"), [(UPRIGHT, np.eye(4)), (UNEVEN, np.eye(4)), (OBLIQUE, SHIFT)]
)
def test_a_sphere_that_grew_and_one_that_moved(grid, shift):
    here = (shift @ [*CENTRE, 1])[:3]
    before = sphere(UPRIGHT, CENTRE, 15)
    found = compare(before, sphere(grid, here, 18), shift)
    assert (found.before, found.after) == (close(ball(15)), close(ball(18)))
    assert (found.stable, found.grown) == (close(ball(15)), close(ball(18) - ball(15)))
    assert found.change_percent == pytest.approx(72.8, abs=3)
    assert (found.shrunk, found.unseen_before, found.unseen_after) == (close(0), 0, 0)
    lens = pi * (4 * 15 + 10) * (2 * 15 - 10) ** 2 / 12 / 1000
    aside = sphere(grid, here + shift[:3, :3] @ [0, 10, 0], 15)
    found = compare(before, aside, shift)
    assert found.stable == close(lens)
    assert (found.grown, found.shrunk) == (close(ball(15) - lens), close(ball(15) - lens))


def test_what_the_other_series_does_not_show_is_neither_grown_nor_shrunk():
    half = stack(np.eye(3), (1.0, 1.0, 1.0), (32, 64, 64), CENTRE + np.array([0.0, 0.0, 16.0]))
    whole, part = sphere(UPRIGHT, CENTRE, 15), sphere(half, CENTRE, 15)
    found = compare(whole, part, np.eye(4))
    assert (found.shrunk, found.unseen_after) == (close(0), close(ball(15) / 2))
    found = compare(part, whole, np.eye(4))
    assert (found.grown, found.unseen_before) == (close(0), close(ball(15) / 2))
    empty = SimpleNamespace(geometry=half, labelmap=np.zeros_like(part.labelmap))
    found = compare(empty, part, np.eye(4))
    assert (found.change_percent, found.grown) == (None, close(ball(15) / 2))
    assert compare(empty, empty, np.eye(4)).after == 0


def approved(patient, user, tag, mask=None, day=None, kind="108369006", **fields):
    """The segmentation of an approved job on a series of its own."""
    series = make_series(patient, tag=tag)
    Study.objects.filter(pk=series.study_id).update(study_date=day)
    manifest = MANIFEST | {"id": "tumour"}
    job = AIJob.objects.create(
        patient=patient,
        study=series.study,
        series=series,
        model_id="tumour",
        model_manifest=manifest,
        status=JobStatus.COMPLETED,
        requested_by=user,
        **({"review_status": ReviewStatus.APPROVED, "reviewed_at": timezone.now()} | fields),
    )
    coded = {"scheme": "SCT", "meaning": "Neoplasm"}
    segment = SEGMENT | {
        "category": {"value": "49755003", **coded},
        "type": {"value": kind, **coded},
    }
    segmentation = Segmentation.objects.create(
        job=job,
        segments=[segment],
        slices=list(series_geometry(series).slices),
        rows=ROWS,
        columns=COLUMNS,
    )
    content = mask_file(series, mask)
    version = SegmentationVersion(segmentation=segmentation, version=1, kind="ai", volumes_ml={})
    version.path = mask_files.write(
        segmentation_id=segmentation.pk, version_uuid=version.uuid, content=content
    )
    version.sha256 = mask_files.labelmap.sha256(content)
    version.save()
    Publication.objects.create(job=job, version=version)
    return segmentation


@pytest.fixture
def pair(db, patient_factory, users):
    """January and March: one row of voxels less in the first; in two frames of reference."""
    patient, smaller = patient_factory(), make_mask()
    smaller[:, 1] = 0
    early, late = date(2026, 1, 5), date(2026, 3, 2)
    return SimpleNamespace(
        patient=patient,
        before=approved(patient, users["rib"], "1", smaller, early),
        after=approved(patient, users["rib"], "2", None, late),
    )


def one_frame(*segmentations):
    for one in segmentations:
        one.job.series.frame_of_reference_uid = "1.2.3"
        one.job.series.save()


def ask(client, before, after, path="", **asked):
    return client.get(f"{URL}{path}", {"baseline": before.pk, "follow_up": after.pk, **asked})


def refused(answer):
    return answer.status_code, answer.json()["error"]["code"]


def test_within_one_frame_of_reference(api, pair):
    one_frame(pair.before, pair.after)
    answer = ask(api("rib"), pair.before, pair.after)
    [finding] = answer.json()["findings"]
    assert (finding["label_ko"], answer.json()["registration"]) == ("종양", None)
    volumes = [finding[f"{name}_ml"] for name in ("before", "after", "grown", "shrunk", "stable")]
    assert volumes == pytest.approx([0.03, 0.06, 0.03, 0, 0.03])
    assert finding["change_percent"] == pytest.approx(100)
    plain = gzip.decompress(ask(api("rib"), pair.before, pair.after, "labelmap/").content)
    shown = np.frombuffer(plain, np.uint8).reshape(make_mask().shape)
    assert (shown[1:4, 1, 1:6] == Growth.GROWN).all()
    assert (shown[1:4, 2, 1:6] == Growth.STABLE).all()
    assert np.count_nonzero(shown) == 30
    steps = AuditLog.objects.filter(patient_id=pair.patient.pk).values_list("action", flat=True)
    assert {"growth.read", "growth.map"} <= set(steps)
    refusal = ask(api("rib"), pair.before, pair.after, "labelmap/", type="1")
    assert refused(refusal) == (400, "ERR_101")


@pytest.mark.parametrize("onto", ["later", "earlier"])
def test_through_an_accepted_registration_of_either_direction(api, pair, users, onto):
    assert refused(ask(api("rib"), pair.before, pair.after)) == (422, "ERR_482")
    two = [pair.before.job.series, pair.after.job.series]
    shift = np.eye(4)
    shift[:3, 3] = [0, 1, 0]
    moving, fixed = two if onto == "later" else two[::-1]
    row = Registration.objects.create(
        patient=pair.patient,
        fixed_study=fixed.study,
        moving_study=moving.study,
        fixed_series=fixed.series_instance_uid,
        moving_series=moving.series_instance_uid,
        fixed_frame=fixed.frame_of_reference_uid,
        moving_frame=moving.frame_of_reference_uid,
        transform=(shift if onto == "later" else np.linalg.inv(shift)).tolist(),
        error_mm=0.3,
        status="done",
        requested_by=users["rib"],
    )
    assert refused(ask(api("rib"), pair.before, pair.after)) == (422, "ERR_482")
    Registration.objects.update(status="accepted")
    answer = ask(api("rib"), pair.before, pair.after).json()
    assert (answer["registration"], answer["error_mm"]) == (row.pk, 0.3)
    [finding] = answer["findings"]  # the row of before, moved by a voxel, lies outside the mask
    assert (finding["stable_ml"], finding["shrunk_ml"]) == pytest.approx((0, 0.03))


def test_what_is_not_compared(api, pair, users, patient_factory):
    client, user = api("rib"), users["rib"]
    one_frame(pair.before, pair.after)
    assert refused(ask(client, pair.after, pair.before)) == (400, "ERR_101")
    assert refused(ask(client, pair.after, pair.after)) == (400, "ERR_101")
    assert refused(client.get(URL, {"baseline": "x", "follow_up": 1})) == (400, "ERR_101")
    foreign = approved(patient_factory(), user, "3")
    assert refused(ask(client, foreign, pair.after)) == (422, "ERR_481")
    other = approved(pair.patient, user, "4", kind="12738006")
    assert refused(ask(client, other, pair.after)) == (422, "ERR_483")
    AIJob.objects.filter(segmentation=pair.before).update(review_status="PENDING")
    assert refused(ask(client, pair.before, pair.after)) == (422, "ERR_480")
    AIJob.objects.filter(segmentation=pair.before).update(review_status="APPROVED")
    Study.objects.filter(pk=pair.before.job.study_id).update(patient=None)  # as in quarantine
    assert refused(ask(client, pair.before, pair.after)) == (404, "ERR_207")
