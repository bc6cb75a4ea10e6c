"""A made head with a tumour of three parts, seen by four sequences that were cut differently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from tests.dicom_maker import Series, make_series

FloatArray = npt.NDArray[np.float64]

BACKGROUND, SKULL, BRAIN, VENTRICLE = 0, 4, 5, 6
NECROSIS, OEDEMA, ENHANCING = 1, 2, 3
SIGNAL: Mapping[str, Mapping[int, float]] = {
    "t1": {SKULL: 900, BRAIN: 500, VENTRICLE: 200, NECROSIS: 250, OEDEMA: 400, ENHANCING: 430},
    "t1ce": {SKULL: 900, BRAIN: 500, VENTRICLE: 200, NECROSIS: 250, OEDEMA: 400, ENHANCING: 950},
    "t2": {SKULL: 300, BRAIN: 450, VENTRICLE: 950, NECROSIS: 800, OEDEMA: 750, ENHANCING: 600},
    "flair": {SKULL: 300, BRAIN: 450, VENTRICLE: 100, NECROSIS: 600, OEDEMA: 900, ENHANCING: 650},
}
"""What each tissue looks like in each sequence; air is 0."""
_ELLIPSOIDS = (
    (SKULL, (0, 0, 0), (62, 76, 66)),
    (BRAIN, (0, 0, 0), (54, 68, 58)),
    (VENTRICLE, (-14, 6, 6), (7, 20, 10)),
    (VENTRICLE, (14, 6, 6), (7, 20, 10)),
    (OEDEMA, (28, -28, 16), (22, 20, 20)),
    (ENHANCING, (28, -28, 16), (14, 13, 13)),
    (NECROSIS, (29, -28, 17), (8, 8, 8)),
)
"""Tissue, middle and half axes, mm in RAS; the later one lies over the earlier."""


@dataclass(frozen=True)
class Cut:
    """How a sequence was taken: size and spacing by RAS axis, direction, and where the head was."""

    size: tuple[int, int, int]
    spacing: tuple[float, float, float]
    axes: tuple[tuple[int, int], ...] = ((0, 1), (1, 1), (2, 1))
    turned_degrees: tuple[float, float, float] = (0, 0, 0)
    moved_mm: tuple[float, float, float] = (0, 0, 0)
    frame: str = "2.25.501"

    @property
    def affine(self) -> FloatArray:
        """Voxel (x, y, z) to RAS mm, around the scanner's middle."""
        affine = np.diag([*self.spacing, 1.0])
        affine[:3, 3] = -0.5 * np.multiply(np.subtract(self.size, 1), self.spacing)
        return affine


CUTS = {
    "t1": Cut((66, 72, 36), (2.5, 2.5, 4.0), turned_degrees=(0, 0, 4), moved_mm=(3, -2, 1)),
    "t1ce": Cut((64, 72, 64), (2.5, 2.5, 2.5), axes=((1, -1), (2, -1), (0, 1))),
    "t2": Cut((80, 90, 30), (2.0, 2.0, 5.0), moved_mm=(-4, 3, 0)),
    "flair": Cut(
        (64, 40, 64), (2.5, 4.5, 2.5), axes=((0, 1), (2, -1), (1, 1)),
        turned_degrees=(-5, 3, 0), moved_mm=(12, 5, -6), frame="2.25.502",
    ),
}  # fmt: skip
"""Axial, sagittal, axial and coronal; the head lay still for none but the reference (t1ce)."""


def tissue(places: FloatArray) -> npt.NDArray[np.uint8]:
    """What lies at places (..., 3), mm in the head's own RAS."""
    found = np.zeros(places.shape[:-1], np.uint8)
    for kind, middle, half in _ELLIPSOIDS:
        found[(((places - middle) / half) ** 2).sum(axis=-1) < 1] = kind
    return found


def seen(cut: Cut) -> npt.NDArray[np.uint8]:
    """The tissue of each voxel (x, y, z) of a cut."""
    index = np.stack(np.meshgrid(*map(np.arange, cut.size), indexing="ij"), axis=-1)
    places = index @ cut.affine[:3, :3].T + cut.affine[:3, 3]
    turn = Rotation.from_euler("xyz", cut.turned_degrees, degrees=True)
    still = turn.inv().apply((places - cut.moved_mm).reshape(-1, 3)).reshape(places.shape)
    return tissue(still)


def image(name: str, kinds: npt.NDArray[np.uint8], seed: int) -> npt.NDArray[np.int16]:
    """The signal of tissues in a sequence, with noise."""
    table = np.zeros(256)
    for kind, signal in SIGNAL[name].items():
        table[kind] = signal
    noise = np.random.default_rng(seed).normal(0, 12, kinds.shape)
    return np.clip(table[kinds] + noise, 0, 2000).astype(np.int16)


def head_series(name: str, **attributes: object) -> Series:
    """The sequence as a DICOM series."""
    cut = CUTS[name]
    given = {"FrameOfReferenceUID": cut.frame, "SeriesDescription": name} | attributes
    voxels = image(name, seen(cut), seed=len(name))
    return make_series(voxels, cut.affine, axes=cut.axes, **given)
