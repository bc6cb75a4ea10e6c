"""Run in the environment of the inference service: `registration_side.py [TRANSFORMS [KIND,…]]`.

A real head against itself: inverted contrast, 3 % noise, turned by up to 30 degrees, shifted by up
to 40 mm; then parts of it, thick slices, the contrast of a CT. By kind of image the median and the
worst error (mm, the largest over the corners of a cube of 120 mm), the median and the longest time,
how many were flagged, and how many were worse than 2 mm without being flagged. The last line is one
JSON object.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

INFERENCE = Path(__file__).resolve().parents[3] / "inference"
sys.path.insert(0, str(INFERENCE))

from app.errors import InputRefused  # noqa: E402
from app.processes import IsolatedRunner, Limits, Processes, Spec  # noqa: E402
from app.volume import Volume  # noqa: E402
from scipy import ndimage  # noqa: E402
from scipy.spatial.transform import Rotation  # noqa: E402
from tests.dicom_maker import load_sample  # noqa: E402

Matrix = npt.NDArray[np.float64]
LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
ALLOWED_MM = 2.0
THICK = 7
KINDS = {
    "whole": (),
    "half": ("half",),
    "slab": ("slab",),
    "thick": ("thick",),
    "ct": ("ct",),
    "ct_thick": ("ct", "thick"),
    "ct_thick_slab": ("ct", "thick", "slab"),
}
"""Done to the moving head. half: its upper half. slab: 45 mm of it. thick: slices of 7 mm."""


def random_place(dice: np.random.Generator) -> Matrix:
    """Turned by 3 to 30 degrees about some axis, shifted by up to 40 mm."""
    axis, way = (each / np.linalg.norm(each) for each in dice.normal(size=(2, 3)))
    place = np.eye(4)
    place[:3, :3] = Rotation.from_rotvec(np.radians(dice.uniform(3, 30)) * axis).as_matrix()
    place[:3, 3] = way * dice.uniform(0, 40)
    return place


def moved(
    head: Volume, place: Matrix, changes: tuple[str, ...], dice: np.random.Generator
) -> Volume:
    """The head elsewhere, of another contrast, with noise."""
    affine, order = LPS @ head.affine_ras, np.eye(4)[[2, 1, 0, 3]]
    step = order @ np.linalg.inv(affine) @ np.linalg.inv(place) @ affine @ order
    there = ndimage.affine_transform(head.data, step[:3, :3], step[:3, 3], order=1)
    data = np.where(there > 20, there.max() * 1.1 - there, 0)
    if "ct" in changes:
        data = np.where(there < 20, -1000, np.where(there > 200, 700, there * 0.2))
    own = head.affine_ras.copy()
    first, last = {"half": (0.5, 1.0), "slab": (0.5, 0.5 + 45 / len(data))}.get(
        next((each for each in changes if each in ("half", "slab")), ""), (0.0, 1.0)
    )
    data = data[round(first * len(data)) : round(last * len(data))]
    own[:3, 3] += own[:3, 2] * round(first * len(head.data))
    if "thick" in changes:
        whole = len(data) // THICK * THICK
        data = data[:whole].reshape(-1, THICK, *data.shape[1:]).mean(axis=1)
        own[:3, 3] += own[:3, 2] * (THICK - 1) / 2
        own[:3, 2] *= THICK
    noise = dice.normal(0, 0.03 * np.ptp(data), data.shape)
    return Volume(np.ascontiguousarray(data + noise, np.float32), own, ())


def off_by(one: Matrix, other: Matrix) -> float:
    corners = np.array([[x, y, z, 1] for x in (-60, 60) for y in (-60, 60) for z in (-60, 60)]).T
    return float(np.linalg.norm(((one - other) @ corners)[:3], axis=0).max())


def measure(
    runner: IsolatedRunner, head: Volume, changes: tuple[str, ...], number: int
) -> dict[str, float]:
    dice = np.random.default_rng(7)
    errors, times, silent, flagged = [], [], 0, 0
    for _ in range(number):
        place = random_place(dice)
        moving = moved(head, place, changes, dice)
        begun = time.perf_counter()
        try:
            found = runner.register(head, moving)
        except InputRefused:
            flagged += 1
            continue
        finally:
            times.append(time.perf_counter() - begun)
        errors.append(off_by(found["transform"], np.linalg.inv(place)))
        flagged += bool(found["reasons"])
        silent += errors[-1] > ALLOWED_MM and not found["reasons"]
    return {
        "median_mm": round(statistics.median(errors), 3) if errors else 0.0,
        "worst_mm": round(max(errors, default=0.0), 3),
        "median_s": round(statistics.median(times), 2),
        "longest_s": round(max(times), 2),
        "flagged": flagged,
        "silent": silent,
    }


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    kinds = sys.argv[2].split(",") if len(sys.argv) > 2 else [*KINDS]
    voxels, affine = load_sample("colin27_t1.nii.gz")
    head = Volume(np.ascontiguousarray(voxels.transpose(2, 1, 0), np.float32), affine, ())
    processes = Processes()
    limits = Limits(memory_mb=4096, seconds=120, disk_mb=64, threads=2)
    runner = IsolatedRunner(
        processes, Spec("registration", "1", INFERENCE / "app", limits, runner="app.rigid")
    )
    runner.register(head, head)  # the process is there
    found = {}
    for kind in kinds:
        found[kind] = measure(runner, head, KINDS[kind], number)
        print(f"{kind:14}", found[kind], flush=True)
    processes.close()
    print(json.dumps({"transforms": number, **found}))


if __name__ == "__main__":
    main()
