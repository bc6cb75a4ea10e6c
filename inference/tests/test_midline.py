"""The distance of a lesion to the midline: made brains whose plane is known, and a real one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.spatial.transform import Rotation

from app.midline import PlacedMask, Plane
from tests.conftest import FakeArchive, Service, refusal
from tests.dicom_maker import make_series
from tests.test_rules import mask_fact

Array = npt.NDArray[np.float64]
Inside = Callable[[Array], npt.NDArray[np.bool_]]
Distance = Callable[..., tuple[float | None, str]]
AXES = {
    "axial": ((0, -1), (1, -1), (2, 1)),
    "sagittal": ((1, -1), (2, -1), (0, -1)),
    "coronal": ((0, -1), (2, -1), (1, 1)),
}
"""RAS axis and direction of column, row and slice."""


@dataclass(frozen=True)
class View:
    """A field of view around the head, and how the head lies in it; mm and degrees, RAS."""

    axes: str = "axial"
    spacing: tuple[float, float, float] = (3.0, 3.0, 3.0)
    extent: tuple[float, float, float] = (200.0, 210.0, 180.0)
    moved: tuple[float, float, float] = (0.0, 0.0, 0.0)
    turned: tuple[float, float, float] = (0.0, 0.0, 0.0)
    oblique: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def head(self) -> Rotation:
        return Rotation.from_euler("xyz", self.turned, degrees=True)

    @property
    def plane(self) -> Plane:
        """The middle of the head, as it lies."""
        normal = self.head.apply([1.0, 0.0, 0.0])
        return Plane(normal, float(normal @ self.moved))

    def grid(self, inside: Inside) -> PlacedMask:
        """What is inside, in the head's own coordinates, on the voxels of this field of view."""
        order = [axis for axis, _ in AXES[self.axes]]
        size = np.array([int(self.extent[axis] / self.spacing[i]) for i, axis in enumerate(order)])
        directions = np.zeros((3, 3))
        for number, (axis, sign) in enumerate(AXES[self.axes]):
            directions[axis, number] = sign
        affine = np.eye(4)
        turn = Rotation.from_euler("xyz", self.oblique, degrees=True).as_matrix()
        affine[:3, :3] = turn @ directions @ np.diag(self.spacing)
        affine[:3, 3] = -affine[:3, :3] @ (size - 1) / 2
        index = np.stack(np.meshgrid(*map(np.arange, size), indexing="ij"), -1).reshape(-1, 3)
        places = index @ affine[:3, :3].T + affine[:3, 3]
        found = inside(self.head.inv().apply(places - self.moved)).reshape(size)
        return PlacedMask(found.transpose(2, 1, 0), affine)


def ball(middle: tuple[float, float, float], radius: float) -> Inside:
    return lambda places: ((places - middle) ** 2).sum(axis=1) < radius**2


def brain(places: Array) -> npt.NDArray[np.bool_]:
    """Symmetrical by x = 0: a cerebrum that is narrower in front, a cerebellum, a brainstem."""
    x, y, z = places.T
    cerebrum = (x / (66 - 0.12 * y)) ** 2 + (y / 84) ** 2 + ((z - 12) / (62 - 0.1 * y)) ** 2 < 1
    cleft = (np.abs(x) < 3) & (z > 45)
    cerebellum = (x / 50) ** 2 + ((y + 48) / 32) ** 2 + ((z + 42) / 26) ** 2 < 1
    stem = (x / 15) ** 2 + ((y + 22) / 15) ** 2 < 1
    upper, lower = cerebrum & (z > -32 - 0.1 * y) & ~cleft, stem & (z > -70) & (z < 0)
    inside: npt.NDArray[np.bool_] = upper | cerebellum | lower
    return inside


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    series = make_series(np.zeros((2, 4, 4), np.int16), np.diag([1.0, 1.0, 1.0, 1.0]))
    return Service(tmp_path_factory.mktemp("midline"), FakeArchive(series))


def fact(grid: PlacedMask) -> dict[str, Any]:
    spacing = np.linalg.norm(grid.affine_ras[:3, :3], axis=0)[::-1]
    packed = mask_fact(grid.voxels.astype(np.uint8), tuple(spacing))
    return packed | {"affine_ras": grid.affine_ras.tolist()}


@pytest.fixture
def asked(service: Service) -> Callable[..., Any]:
    """``asked(lesion, brain)``: the answer of M1 to two masks as they are sent."""

    def ask(lesion: dict[str, Any], brain: dict[str, Any] | None) -> Any:  # noqa: ANN401
        facts = {"mask": {"value": lesion}} | ({"brain_mask": {"value": brain}} if brain else {})
        body = {"model_type": "M1", "patient_id": "P2026-0001", "facts": facts}
        return service.ask("POST", "/inference", json=body)

    return ask


@pytest.fixture
def distance(asked: Callable[..., Any]) -> Distance:
    """``distance(lesion, brain)``: in mm, None where it is left out, and what is said of it."""

    def measure(lesion: PlacedMask, brain: PlacedMask | None) -> tuple[float | None, str]:
        answer = asked(fact(lesion), fact(brain) if brain else None).json()
        values = {each["id"]: each["value"] for each in answer["quantities"]}
        assert values["volume"] > 0
        told = [each["text"] for each in answer["statements"] if "midline" in each["text"]]
        return values.get("midline-distance"), " ".join(told)

    return measure


@pytest.mark.parametrize(
    ("side", "cut"),
    [
        (1, View(turned=(0, 0, 20), moved=(12, -8, 5))),
        (-1, View("sagittal", (2.5, 2.5, 4.0), turned=(5, -12, 6), oblique=(3, 9, -7))),
        (1, View("coronal", (2.5, 2.5, 5.0), turned=(-10, 14, -9), moved=(-15, 0, 8))),
        (-1, View("axial", (2.0, 2.0, 6.5), turned=(4, -8, 11), oblique=(-15, 0, 0))),
    ],
)
def test_the_distance_of_a_made_lesion_however_head_and_slices_lie(
    distance: Distance, side: int, cut: View
) -> None:
    """The lesion is drawn on another grid than the brain, 20 mm from the midline."""
    lesion = replace(cut, axes="axial", spacing=(2.0, 2.0, 3.0), oblique=(0, 0, 0))
    drawn = lesion.grid(ball((side * 32, 18, 25), 12))
    found, told = distance(drawn, cut.grid(brain))
    exact = np.abs(cut.plane.heights(drawn.centres())).min()
    assert found == pytest.approx(20, abs=2)
    assert found == pytest.approx(exact - 1, abs=1.2)
    assert f"patient's {'right' if side > 0 else 'left'}" in told
    assert "ideal" in told


@pytest.mark.parametrize(("shift", "left", "right"), [(4, 16, 24), (-4, 24, 16)])
def test_a_lesion_across_the_midline(
    distance: Distance, shift: int, left: float, right: float
) -> None:
    cut = View(turned=(0, 6, -9), moved=(5, 3, 0))
    found, told = distance(cut.grid(ball((shift, 0, 20), 20)), cut.grid(brain))
    assert found == 0
    words = told.split()
    numbers = [float(words[at - 1]) for at, word in enumerate(words) if word == "mm"][:2]
    assert numbers == pytest.approx([left, right], abs=2.5)


def test_only_the_largest_piece_counts_and_another_one_is_told(distance: Distance) -> None:
    two = View().grid(lambda at: ball((40, 0, 20), 12)(at) | ball((-20, 0, 20), 6)(at))
    found, told = distance(two, View().grid(brain))
    assert found == pytest.approx(28, abs=2)
    assert "Another piece" in told


def test_a_brain_mask_that_lacks_the_lesion(distance: Distance) -> None:
    """A large growth at the surface that the network left out of the brain."""
    grown = ball((58, 10, 20), 32)
    cut = View(turned=(0, 0, 10))
    found, _ = distance(cut.grid(grown), cut.grid(lambda at: brain(at) & ~grown(at)))
    assert found == pytest.approx(26, abs=2)


def noise(places: Array) -> npt.NDArray[np.bool_]:
    return np.random.default_rng(5).random(len(places)) < 0.6


@pytest.mark.parametrize(
    ("cut", "inside", "reason"),
    [
        (View(), ball((0, 0, 0), 70), "parts of the brain disagree"),
        (View(), noise, "is no adult brain"),
        (View(extent=(120, 140, 120)), noise, "left out"),
        (View(), ball((0, 0, 0), 40), "no adult brain"),
        (View(extent=(100, 210, 180), moved=(52, 0, 0)), brain, "too little of one side"),
        (View(extent=(200, 210, 45)), brain, "parts of the brain disagree"),
        (View(), lambda at: brain(at) & ((at[:, 0] < 5) | (at[:, 1] < 0)), "left out"),
    ],
)
def test_an_unsure_midline_is_left_out(
    distance: Distance, cut: View, inside: Inside, reason: str
) -> None:
    """Balls, noise, half a head, a thin slab, a brain without its right frontal lobe."""
    found, told = distance(View().grid(ball((30, 0, 10), 10)), cut.grid(inside))
    assert found is None
    assert reason in told


def test_without_a_brain_mask_it_says_how_to_get_one(distance: Distance) -> None:
    found, told = distance(View().grid(ball((30, 0, 10), 10)), None)
    assert found is None
    assert "Run brain extraction" in told


@pytest.mark.parametrize("affine", [np.zeros((4, 4)), np.eye(3), np.full((4, 4), 1e400)])
def test_a_mask_that_lies_nowhere_is_refused(asked: Callable[..., Any], affine: Array) -> None:
    lesion = fact(View().grid(ball((30, 0, 10), 10)))
    answer = asked(lesion, lesion | {"affine_ras": np.nan_to_num(affine, posinf=0).tolist()})
    assert refusal(answer)[:2] == (422, "request_invalid")
