"""A mask on a multi-frame image, from the model's answer to the published SEG."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ai.models import AIJob, Publication
from ai.services import jobs
from ai.services.companions import publication_objects
from ai.services.dicom_seg import read_labelmap
from ai.services.review import job_review
from ai.tests import factories
from ai.tests.seg_sources import complaints, enhanced_mr, reread
from ai.tests.test_drawings import begin, save
from pacs.models import Instance, Series

pytestmark = pytest.mark.django_db


@pytest.fixture
def series(patient_factory: Any) -> Series:
    """One image whose frames lie from the top down."""
    made = factories.make_series(patient_factory(), slices=1)
    heights = range(2 * factories.SLICES, 0, -2)
    made.instances.update(
        frames=factories.SLICES, image_position=[[0.0, 0.0, float(z)] for z in heights]
    )
    return made


def archived(image: Instance) -> dict[str, Any]:
    """What the archive's metadata answers for it."""
    header = enhanced_mr(factories.ROWS, factories.COLUMNS, image.frames)
    header.SOPInstanceUID = image.sop_instance_uid
    for group, place in zip(
        header.PerFrameFunctionalGroupsSequence, image.image_position or (), strict=True
    ):
        group.PlanePositionSequence[0].ImagePositionPatient = place
    found: dict[str, Any] = header.to_json_dict()
    return found


def test_its_seg_names_the_frames_that_the_model_marked(
    service: Any, series: Series, answers: Any, users: Any, settings: Any, tmp_path: Path
) -> None:
    study, image = series.study, series.instances.get()
    mask = factories.make_mask()
    mask[1, 0, 0] = 1  # each slice is another one
    heat = np.zeros(mask.shape, np.uint8) + (np.arange(5, dtype=np.uint8) * 10)[:, None, None]
    answers(
        mask=factories.mask_file(series, mask),
        heat=gzip.compress(heat.tobytes()),
        has_probability=True,
    )
    job = jobs.job_create(
        actor=users["doctor"],
        study_instance_uid=study.study_instance_uid,
        model_type="brain_extraction",
    )
    jobs.job_run(job.pk)
    job = AIJob.objects.get(pk=job.pk)
    assert job.status == "COMPLETED", job.error_detail
    uid = image.sop_instance_uid
    assert job.segmentation.slices == [f"{uid}/frames/{number}" for number in (5, 4, 3, 2, 1)]
    job_review(actor=users["doctor"], job_id=job.pk, decision="approve")
    place = f"{settings.ORTHANC_URL}/dicom-web/studies/{study.study_instance_uid}"
    service.get(f"{place}/series/{series.series_instance_uid}/metadata", json=[archived(image)])
    publication = Publication.objects.get()
    assert publication.version is not None
    made = publication_objects(publication, publication.version)
    seg = made["seg"]
    assert complaints(seg, tmp_path) == []
    frames = read_labelmap(reread(seg), [uid] * 5, factories.ROWS, factories.COLUMNS)
    np.testing.assert_array_equal(frames, mask[::-1])
    for groups in seg.PerFrameFunctionalGroupsSequence:
        source = groups.DerivationImageSequence[0].SourceImageSequence[0]
        assert source.ReferencedSOPInstanceUID == uid
        place = (image.image_position or [])[int(source.ReferencedFrameNumber) - 1]
        assert list(groups.PlanePositionSequence[0].ImagePositionPatient) == place

    found = {
        float(groups.PlanePositionSequence[0].ImagePositionPatient[2]): int(frame.max())
        for groups, frame in zip(
            made["map"].PerFrameFunctionalGroupsSequence, made["map"].pixel_array, strict=True
        )
    }
    assert found == {2.0 * (index + 1): 10 * index for index in range(5)}


def test_what_is_drawn_by_hand_on_its_frames_is_published(
    api: Any, service: Any, series: Series, users: Any, settings: Any, tmp_path: Path
) -> None:
    """Saved bottom up, as the grid counts; the frames of the image lie from the top down."""
    image, doctor = series.instances.get(), api("doctor")
    uid, study = image.sop_instance_uid, series.study.study_instance_uid
    number = begin(doctor, series).json()["id"]
    mask = factories.make_mask()
    mask[1, 0, 0] = 2
    assert save(doctor, series, number, mask).json() == {"version": 1}
    grid = doctor.get(f"/api/ai/segmentations/{number}/versions/1/").json()
    assert grid["slices"] == [f"{uid}/frames/{frame}" for frame in (5, 4, 3, 2, 1)]
    final = save(doctor, series, number, mask, base_version=1, final=True)
    assert final.json() == {"version": 2}, final.json()
    place = f"{settings.ORTHANC_URL}/dicom-web/studies/{study}"
    service.get(f"{place}/series/{series.series_instance_uid}/metadata", json=[archived(image)])
    publication = Publication.objects.get()
    assert publication.version is not None
    seg = publication_objects(publication, publication.version)["seg"]
    assert complaints(seg, tmp_path) == []
    frames = read_labelmap(reread(seg), [uid] * 5, factories.ROWS, factories.COLUMNS)
    np.testing.assert_array_equal(frames, mask[::-1])
