"""Masks of other systems: taken with their origin, or refused with a sentence and nothing kept."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from copy import deepcopy

import highdicom as hd
import nibabel as nib
import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pydicom import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import (
    ExplicitVRLittleEndian,
    generate_uid,
)

from ai.models import AIJob, Segmentation
from ai.selectors.segmentations import newest_version
from ai.services.outside_masks import RTSTRUCT
from ai.services.segmentations import version_labelmap
from ai.tests import factories
from pacs.index.geometry import series_geometry

pytestmark = pytest.mark.django_db
URL = "/api/ai/segmentations/import/"
NAMED = {
    "number": 1,
    "label": "Tumor",
    "category": {
        "value": "49755003",
        "scheme": "SCT",
        "meaning": "Morphologically Abnormal Structure",
    },
    "type": {"value": "108369006", "scheme": "SCT", "meaning": "Neoplasm"},
}


def send(client, series, content, **fields):
    form = {
        "study_instance_uid": series.study.study_instance_uid,
        "file": SimpleUploadedFile("mask", content),
    } | fields
    return client.post(URL, form, format="multipart")


def sources(series):
    """Headers as another system reads them from the archive."""
    made = []
    for instance in series.instances.all():
        one = Dataset()
        one.file_meta = FileMetaDataset()
        one.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        one.SOPClassUID, one.SOPInstanceUID = instance.sop_class_uid, instance.sop_instance_uid
        one.StudyInstanceUID = series.study.study_instance_uid
        one.SeriesInstanceUID = series.series_instance_uid
        one.FrameOfReferenceUID = series.frame_of_reference_uid
        one.PatientID = series.study.patient.patient_id
        one.PatientName = one.PatientBirthDate = one.PatientSex = ""
        one.StudyDate = one.StudyTime = one.AccessionNumber = one.StudyID = ""
        one.Modality, one.InstanceNumber = "MR", instance.number
        one.Rows, one.Columns = instance.rows, instance.columns
        one.ImagePositionPatient = instance.image_position
        one.ImageOrientationPatient = instance.image_orientation
        one.PixelSpacing, one.SliceThickness = instance.pixel_spacing, 2
        made.append(one)
    return sorted(made, key=lambda each: each.ImagePositionPatient[2])


def seg(series, mask, kind="BINARY"):
    described = [
        hd.seg.SegmentDescription(
            segment_number=number,
            segment_label=label,
            segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
            segmented_property_type=code,
            algorithm_type="MANUAL",
        )
        for number, label, code in (
            (1, "Tumor", codes.SCT.Neoplasm),
            (2, "Core", codes.SCT.Necrosis),
        )
    ]
    pixels = mask.copy()
    if kind == "FRACTIONAL":
        pixels = np.stack([(mask == 1) * 0.6, (mask == 2) * 0.4], axis=-1)
    return hd.seg.Segmentation(
        source_images=sources(series),
        pixel_array=pixels,
        segmentation_type=kind,
        segment_descriptions=described,
        series_instance_uid=generate_uid(),
        series_number=7,
        sop_instance_uid=generate_uid(),
        instance_number=1,
        manufacturer="Other",
        manufacturer_model_name="Workstation",
        software_versions="1",
        device_serial_number="1",
        content_creator_name="Reader^One",
    )


def written(dataset):
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def two_segments():
    mask = factories.make_mask()
    mask[2, 2, 2:5] = 2
    return mask


def kept(answer):
    segmentation = Segmentation.objects.get(pk=answer.json()["id"])
    return segmentation, version_labelmap(newest_version(segmentation))


@pytest.mark.parametrize("kind", ["BINARY", "LABELMAP"])
def test_a_seg_becomes_version_1_with_its_names_codes_and_origin(api, series, kind):
    mask, doctor = two_segments(), api("doctor")
    content = written(seg(series, mask, kind))
    answer = send(doctor, series, content)
    assert answer.status_code == 201, answer.json()
    segmentation, found = kept(answer)
    np.testing.assert_array_equal(found, mask)
    named = [(s.label, s.type.value) for s in segmentation.tracked_segments]
    assert named == [("Tumor", "108369006"), ("Core", "6574001")]
    job = doctor.get(f"/api/ai/jobs/{segmentation.job_id}/").json()
    assert job["origin"] == "import"
    assert job["parameters"] == {
        "kind": "SEG",
        "author": "Reader^One",
        "device": "Other Workstation",
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def test_fractions_from_one_half_count_and_the_result_says_so(api, series):
    answer = send(api("doctor"), series, written(seg(series, two_segments(), "FRACTIONAL")))
    segmentation, found = kept(answer)
    np.testing.assert_array_equal(found, (two_segments() == 1).astype(np.uint8))
    assert "one half" in segmentation.job.result["warnings"][0]


def nifti(series, mask, affine=None, dtype=np.uint8):
    placed = series_geometry(series).affine if affine is None else affine
    return gzip.compress(nib.Nifti1Image(mask.transpose(2, 1, 0).astype(dtype), placed).to_bytes())


def import_nifti(client, series, content, segments=(NAMED,)):
    return send(
        client,
        series,
        content,
        series_instance_uid=series.series_instance_uid,
        segments=json.dumps(list(segments)),
    )


def test_a_nifti_of_any_axis_order_with_its_names_asked(api, series):
    geometry, mask = series_geometry(series), factories.make_mask()
    image = nib.Nifti1Image(mask.transpose(2, 1, 0), geometry.affine)
    turned = image.as_reoriented(nib.orientations.axcodes2ornt("SAL"))
    for content in (nifti(series, mask, dtype=np.float32), turned.to_bytes()):
        answer = import_nifti(api("doctor"), series, content)
        assert answer.status_code == 201, answer.json()
        segmentation, found = kept(answer)
        np.testing.assert_array_equal(found, mask)
        assert segmentation.tracked_segments[0].label == "Tumor"
        assert segmentation.job.parameters["kind"] == "NIfTI"


def rtstruct(series, contours, **changes):
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = RTSTRUCT
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    made.PatientID = series.study.patient.patient_id
    made.StudyInstanceUID = series.study.study_instance_uid
    made.Modality, made.Manufacturer, made.OperatorsName = "RTSTRUCT", "Planner", "Kim^A"
    roi, drawn = Dataset(), Dataset()
    roi.ROINumber, roi.ROIName = 1, "GTV"
    roi.ReferencedFrameOfReferenceUID = series.frame_of_reference_uid
    drawn.ReferencedROINumber, drawn.ContourSequence = 1, []
    for points in contours:
        one = Dataset()
        one.ContourGeometricType = "CLOSED_PLANAR"
        one.NumberOfContourPoints = len(points)
        one.ContourData = [float(value) for value in np.ravel(points)]
        drawn.ContourSequence.append(one)
    made.StructureSetROISequence, made.ROIContourSequence = [roi], [drawn]
    for keyword, value in changes.items():
        setattr(made, keyword, value)
    return made


def square(low, high, z):
    """In the patient's mm: the pixels are 1 mm and begin at 0."""
    return [(low, low, z), (high, low, z), (high, high, z), (low, high, z)]


def test_contours_are_filled_on_their_slice_and_holes_stay_open(api, series):
    z = series_geometry(series).positions[2][2]
    file = rtstruct(series, [square(0.5, 5.5, z), square(2.5, 3.5, z)])
    answer = import_nifti(api("doctor"), series, written(file))
    assert answer.status_code == 201, answer.json()
    segmentation, found = kept(answer)
    expected = np.zeros_like(found)
    expected[2, 1:6, 1:6] = 1
    expected[2, 3, 3] = 0
    np.testing.assert_array_equal(found, expected)
    assert segmentation.job.parameters["author"] == "Kim^A"


def changed(dataset, **values):
    copy = deepcopy(dataset)
    for keyword, value in values.items():
        setattr(copy, keyword, value)
    return copy


def moved(dataset, by):
    copy = deepcopy(dataset)
    for group in copy.PerFrameFunctionalGroupsSequence:
        place = group.PlanePositionSequence[0]
        place.ImagePositionPatient = [
            place.ImagePositionPatient[0] + by,
            *place.ImagePositionPatient[1:],
        ]
    return copy


def test_a_file_of_another_series_on_the_same_grid_is_refused(api, series):
    z = series_geometry(series).positions[2][2]
    named = Dataset()
    named.SeriesInstanceUID = "1.2.3"
    contours = rtstruct(series, [square(1, 4, z)], RTReferencedSeriesSequence=[named])
    for file in (changed(seg(series, two_segments()), ReferencedSeriesSequence=[named]), contours):
        answer = import_nifti(api("doctor"), series, written(file))
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (422, "ERR_440"), error
        assert "another series" in error["detail"]
    assert not AIJob.objects.exists()


def test_the_names_and_codes_of_the_file_stand_before_those_sent(api, series):
    answer = import_nifti(
        api("doctor"), series, written(seg(series, two_segments())), [NAMED | {"label": "Other"}]
    )
    assert [each.label for each in kept(answer)[0].tracked_segments] == ["Tumor", "Core"]


def test_what_belongs_to_something_else_is_refused_and_nothing_is_kept(api, series):
    good = seg(series, two_segments())
    z = series_geometry(series).positions[2][2]
    shifted = series_geometry(series).affine.copy()
    shifted[0, 3] += 1.5
    point = rtstruct(series, [square(1, 4, z)])
    point.ROIContourSequence[0].ContourSequence[0].ContourGeometricType = "POINT"
    cases = {
        "another patient": written(changed(good, PatientID="P-other")),
        "another study": written(changed(good, StudyInstanceUID="1.2.3")),
        "another frame of reference": written(changed(good, FrameOfReferenceUID="1.2.3")),
        "beside every image": written(moved(good, 3.0)),
        "does not lie on an image": written(rtstruct(series, [square(1, 4, z + 1)])),
        "is POINT": written(point),
        "beside that of the series": nifti(series, factories.make_mask(), shifted),
        "voxels, the series": nifti(series, factories.make_mask()[:3]),
        "not whole numbers": nifti(series, factories.make_mask() * 0.5, dtype=np.float32),
        "marks no voxel": nifti(series, np.zeros_like(factories.make_mask())),
        "neither DICOM nor": b"hello",
        "neither DICOM nor a": nifti(series, factories.make_mask())[:-30],
    }
    for words, content in cases.items():
        answer = import_nifti(api("doctor"), series, content)
        error = answer.json()["error"]
        assert 400 <= answer.status_code < 500, (words, error)
        assert words in error["detail"]
    assert not AIJob.objects.exists()
    assert not Segmentation.objects.exists()


def test_names_and_codes_that_no_file_holds_are_asked_for(api, series):
    answer = import_nifti(api("doctor"), series, nifti(series, factories.make_mask()), ())
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "segments")
    assert "state them" in answer.json()["error"]["detail"]
    assert not AIJob.objects.exists()


def test_a_file_that_names_no_series_needs_one_named(api, series):
    answer = send(api("doctor"), series, nifti(series, factories.make_mask()))
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "series_instance_uid")
