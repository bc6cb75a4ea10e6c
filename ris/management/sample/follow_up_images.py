"""Small studies of the sample ward's tumours: each shows the lesion that was measured on it.

The tumour of the sample volume is replaced by the other side of the brain, and an ellipsoid with an
enhancing rim is drawn in its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from django.utils import timezone

from common.once import once
from emr.models import Patient
from ocs.models import Order
from pacs.management.nifti_to_dicom import (
    SAMPLE_DATA,
    SAMPLES,
    AxialVolume,
    Sample,
    load_axial_volume,
    sample_uid,
    series_instances,
)
from ris.management.sample.mri_story import MeasuredDay, measured_days
from ris.management.sample.telling import SamplePerson, Telling, people
from treatment.choices import FlairChange
from treatment.models import Assessment

Pixels = npt.NDArray[Any]
AROUND, MARGIN, CORE = 2, 6, 0.45
"""Slices beside the middle one, voxels around the old tumour, share of the radius without rim."""
_SOURCE = next(sample for sample in SAMPLES if sample.name == "tumour1")
_DRAWN = " A lesion of a given size was drawn in; it is no patient's."


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One study of one patient, and what was measured on it."""

    patient: Patient
    order: Order
    measured: MeasuredDay
    sample: Sample
    on: date

    @property
    def study_instance_uid(self) -> str:
        return sample_uid(self.sample, "study")

    def write(self, folder: Path) -> None:
        folder.mkdir()
        volume = _volume(self.measured.longest_mm, self.measured.perpendicular_mm)
        number = self.order.accession_number
        instances = series_instances(
            volume, self.sample, accession_number=number, study_date=self.on
        )
        for instance in instances:
            instance.DerivationDescription = "Slices of tumour1, a lesion drawn in"
            path = folder / f"{instance.InstanceNumber:04d}.dcm"
            instance.save_as(path, enforce_file_format=True)

    def assessment(self) -> dict[str, Any]:
        """As ``response_create`` takes it."""
        size = {
            "longest_mm": float(self.measured.longest_mm),
            "perpendicular_mm": float(self.measured.perpendicular_mm),
        }
        return {
            "patient": self.patient.pk,
            "study_instance_uid": self.study_instance_uid,
            "baseline": self.measured.baseline,
            "lesions": [{"label": "1", **size}],
            "flair": FlairChange.STABLE,
            "new_lesion": False,
            "steroid_mg": self.measured.steroid_mg,
            "clinical": self.measured.clinical,
        }


def follow_ups() -> Iterator[FollowUp]:
    """Those that had happened on the day when the ward was made, and were not measured since."""
    known = set(Assessment.objects.values_list("study_instance_uid", flat=True))
    for person in people():
        patient = Patient.objects.filter(patient_id=person.mrn).first()
        if patient is None or not person.images:
            continue
        telling = Telling(person, _made_on(patient))
        for measured in measured_days(telling):
            at = telling.at(measured.day, 8, 30)
            order = Order.objects.filter(patient=patient, ordered_at=at).first()
            sample = _sample(person, measured.day)
            if order is not None and sample_uid(sample, "study") not in known:
                yield FollowUp(patient, order, measured, sample, telling.date(measured.day))


def _sample(person: SamplePerson, day: int) -> Sample:
    return replace(
        _SOURCE,
        name=f"{person.mrn}-{day}",
        patient_id=person.mrn,
        patient_name=_dicom_name(person.name),
        patient_birth_date=person.birth_date,
        patient_sex=person.sex,
        notice=_SOURCE.notice + _DRAWN,
    )


def _made_on(patient: Patient) -> date:
    return timezone.localdate(patient.created_at)


def _dicom_name(name: str) -> str:
    """PN (PS3.5 6.2.1.2): a Korean name in the ideographic group."""
    if name.isascii():
        given, family = name.rsplit(" ", 1)
        return f"{family}^{given}"
    return f"={name[0]}^{name[1:]}"


@once
def _healed() -> tuple[AxialVolume, tuple[float, float]]:
    """A few slices of the sample without its tumour, and where that was (row, column)."""
    volume = load_axial_volume(SAMPLE_DATA / _SOURCE.file_name)
    label = load_axial_volume(SAMPLE_DATA / "tumour1_label.nii.gz").pixels > 0
    middle = int(label.sum(axis=(1, 2)).argmax())
    chosen = slice(middle - AROUND, middle + AROUND + 1)
    pixels, tumour = volume.pixels[chosen], label[chosen]
    columns = np.nonzero((pixels > pixels.mean()).any(axis=(0, 1)))[0]
    mirrored = np.take(pixels, _mirror(pixels.shape[2], columns), axis=2)
    affine = volume.affine.copy()
    affine[:3, 3] += chosen.start * affine[:3, 2]
    rows, cols = np.nonzero(tumour[AROUND])
    healed = np.where(_grown(tumour), mirrored, pixels)
    return AxialVolume(healed, affine), (float(rows.mean()), float(cols.mean()))


def _mirror(width: int, columns: Pixels) -> Pixels:
    """Of each column the one at the other side of the head's middle."""
    mirrored: Pixels = np.clip(columns[0] + columns[-1] - np.arange(width), 0, width - 1)
    return mirrored


def _grown(mask: Pixels) -> Pixels:
    found = mask
    for axis in (1, 2):
        moved = [np.roll(found, step, axis) for step in range(-MARGIN, MARGIN + 1)]
        found = np.any(moved, axis=0)
    return found


def _volume(longest_mm: float, perpendicular_mm: float) -> AxialVolume:
    healed, (row, column) = _healed()
    between_rows, between_columns = healed.pixel_spacing
    count, height, width = healed.pixels.shape
    z, y, x = np.ogrid[:count, :height, :width]
    half = perpendicular_mm / 2
    distance = np.sqrt(
        ((y - row) * between_rows / (longest_mm / 2)) ** 2
        + ((x - column) * between_columns / half) ** 2
        + ((z - AROUND) * healed.slice_spacing / half) ** 2
    )
    rim, core = np.percentile(healed.pixels[healed.pixels > healed.pixels.mean()], [97, 10])
    drawn = np.where(distance <= 1, np.where(distance <= CORE, core, rim), healed.pixels)
    return AxialVolume(drawn.astype(healed.pixels.dtype), healed.affine)
