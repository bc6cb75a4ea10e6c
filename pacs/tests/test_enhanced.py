"""A multi-frame image of functional groups is a volume like a series of single images."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from pydicom.dataset import Dataset
from pydicom.uid import EnhancedMRImageStorage

from common.errors import BusinessError
from pacs.index.change_feed import changes_poll
from pacs.index.geometry import series_geometry
from pacs.models import Instance, Series
from pacs.tests.dicom_files import mr_image, part10

pytestmark = pytest.mark.django_db
OBLIQUE = [0.96, 0.28, 0.0, 0.0, 0.0, -1.0]
HEIGHTS = [3.0, 0.0, 9.0, 6.0]
"""Frames in no order."""


def item(**values: Any) -> list[Dataset]:
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return [made]


def enhanced(patient: Any, *, orientation_per_frame: bool = False, **attributes: Any) -> Dataset:
    """An oblique Enhanced MR image of a gradient echo with inversion, given gadolinium."""
    normal = np.cross(OBLIQUE[:3], OBLIQUE[3:])
    orientation = item(ImageOrientationPatient=OBLIQUE)
    shared = item(
        PixelMeasuresSequence=item(PixelSpacing=[0.5, 0.25], SliceThickness=3),
        MREchoSequence=item(EffectiveEchoTime=3.5),
        MRTimingAndRelatedParametersSequence=item(RepetitionTime=1900),
        MRModifierSequence=item(InversionRecovery="YES"),
        MRDiffusionSequence=item(DiffusionBValue=0.0),
    )
    frames = [
        item(
            PlanePositionSequence=item(
                ImagePositionPatient=[round(float(v), 6) for v in normal * height + (10, 20, 30)]
            )
        )[0]
        for height in HEIGHTS
    ]
    for owner in frames if orientation_per_frame else shared:
        owner.PlaneOrientationSequence = orientation
    made = mr_image(
        PatientID=patient.patient_id,
        ImagePositionPatient=None,
        ImageOrientationPatient=None,
        PixelSpacing=None,
        SOPClassUID=EnhancedMRImageStorage,
        NumberOfFrames=len(frames),
        ImageType=["ORIGINAL", "PRIMARY", "T1", "NONE"],
        EchoPulseSequence="GRADIENT",
        ContrastBolusAgentSequence=item(
            CodeValue="424927000", CodingSchemeDesignator="SCT", CodeMeaning="Gadobutrol"
        ),
        FrameOfReferenceUID="2.25.77",
        SharedFunctionalGroupsSequence=shared,
        PerFrameFunctionalGroupsSequence=frames,
    )
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    made.PixelData = bytes(made.Rows * made.Columns * 2 * len(frames))
    return made


@pytest.mark.parametrize("orientation_per_frame", [False, True])
def test_its_frames_are_the_slices(
    archive: Any, patient_factory: Any, orientation_per_frame: bool
) -> None:
    image = enhanced(patient_factory(), orientation_per_frame=orientation_per_frame)
    archive.store(part10(image))
    changes_poll()
    found = series_geometry(Series.objects.get())
    uid = image.SOPInstanceUID
    assert found.slices == tuple(f"{uid}/frames/{number}" for number in (2, 1, 4, 3))
    assert (found.instances, list(found.frame_order)) == ((uid,), [1, 0, 3, 2])
    assert found.spacing == pytest.approx((3.0, 0.5, 0.25))
    assert (found.plane, found.shape) == ("coronal", (4, 16, 16))
    np.testing.assert_allclose(found.heights, 3.0)


def test_how_it_was_acquired_is_read_from_its_groups(archive: Any, patient_factory: Any) -> None:
    archive.store(part10(enhanced(patient_factory())))
    changes_poll()
    assert Series.objects.get().acquisition == {
        "image_type": ["ORIGINAL", "PRIMARY", "T1", "NONE"],
        "scanning_sequence": ["GR", "IR"],
        "echo_time": 3.5,
        "repetition_time": 1900.0,
        "contrast_bolus_agent": "Gadobutrol",
    }


@pytest.mark.parametrize("spoil", ["a frame without place", "fewer groups", "turned frames"])
def test_frames_that_nobody_can_place_are_no_volume(
    archive: Any, patient_factory: Any, spoil: str
) -> None:
    image = enhanced(patient_factory(), orientation_per_frame=True)
    frames = image.PerFrameFunctionalGroupsSequence
    if spoil == "a frame without place":
        del frames[1].PlanePositionSequence
    elif spoil == "fewer groups":
        frames.pop()
    else:
        turned = item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
        frames[2].PlaneOrientationSequence = turned
    archive.store(part10(image))
    changes_poll()
    with pytest.raises(
        BusinessError, match=r"positioned slice|orientation or pixel spacing is missing"
    ):
        series_geometry(Series.objects.get())


def test_two_multi_frame_images_are_no_volume(archive: Any, patient_factory: Any) -> None:
    first = enhanced(patient_factory())
    second = enhanced(patient_factory(), InstanceNumber=2)
    for keyword in ("PatientID", "StudyInstanceUID", "SeriesInstanceUID"):
        setattr(second, keyword, getattr(first, keyword))
    for image in (first, second):
        archive.store(part10(image))
    changes_poll()
    with pytest.raises(BusinessError, match="several images"):
        series_geometry(Series.objects.get())


def test_rows_of_an_earlier_version_are_read_again(archive: Any, patient_factory: Any) -> None:
    archive.store(part10(enhanced(patient_factory())))
    changes_poll()
    Instance.objects.update(image_position=None, image_orientation=None, pixel_spacing=None)
    call_command("reread_studies")
    assert series_geometry(Series.objects.get()).shape == (4, 16, 16)
