"""Diameters of shapes whose diameters are known, and of noise against every pair of points."""

from __future__ import annotations

import numpy as np
import pytest

from ai.services.diameters import diameters, marked_box

ROW, COLUMN = np.array([0.9, 0.1, 0.0]), np.array([-0.08, 0.7, 0.2])
SHEARED = np.array([[0.1 * i, 0.3 * i, 2.0 * i] for i in range(6)])


@pytest.mark.parametrize("seed", range(3))
def test_the_longest_diameter_is_that_of_all_pairs_of_points(seed: int) -> None:
    inside = np.random.default_rng(seed).random((6, 7, 8)) > 0.8
    found = diameters(inside, SHEARED, ROW, COLUMN)
    at = np.argwhere(inside)
    centres = SHEARED[at[:, 0]] + at[:, 2:] * ROW + at[:, 1:2] * COLUMN
    half = (ROW / 2, COLUMN / 2, SHEARED[1] / 2)
    points = np.concatenate([centres + sign * step for step in half for sign in (1, -1)])
    longest = np.linalg.norm(points[:, None] - points[None], axis=2).max()
    assert found is not None
    assert found.longest_3d == pytest.approx(longest)


def test_a_ball_is_as_wide_in_every_direction() -> None:
    z, y, x = np.ogrid[:40, :50, :50]
    ball = (2.0 * (z - 20)) ** 2 + (y - 25) ** 2 + (x - 25) ** 2 < 20**2
    places = np.array([[0.0, 0.0, 2.0 * i] for i in range(40)])
    found = diameters(ball, places, np.array([1.0, 0, 0]), np.array([0, 1.0, 0]))
    assert found is not None
    assert found.slice_index == 20
    for length in (found.longest_3d, found.major, found.perpendicular):
        assert length == pytest.approx(40, abs=2.0)  # the height of a voxel


def test_a_bar_has_its_length_and_its_width() -> None:
    inside = np.zeros((4, 20, 30), bool)
    inside[2, 8:11, 3:23] = True
    places = np.array([[0.0, 0.0, 5.0 * i] for i in range(4)])
    found = diameters(inside, places, np.array([0.5, 0, 0]), np.array([0, 0.5, 0]))
    assert found is not None
    assert found.slice_index == 2
    assert found.major == pytest.approx(10.0, abs=0.1)
    assert found.perpendicular == pytest.approx(1.5, abs=0.1)


def test_both_diameters_are_of_the_slice_in_which_the_segment_is_longest() -> None:
    """As the rule M1 measures it: inference/tests/test_rules.py has the same mask."""
    inside = np.zeros((4, 60, 100), bool)
    inside[1, 28:32, 10:90] = True
    inside[2, 10:50, 30:70] = True
    places = np.array([[0.0, 0.0, float(i)] for i in range(4)])
    found = diameters(inside, places, np.array([0.5, 0, 0]), np.array([0, 0.5, 0]))
    assert found is not None
    assert found.slice_index == 1
    assert found.major == pytest.approx(40.03, abs=0.05)
    assert found.perpendicular == pytest.approx(2.0, abs=0.05)


def test_one_voxel_is_as_wide_as_it_is() -> None:
    inside = np.zeros((3, 4, 4), bool)
    inside[1, 2, 2] = True
    places = np.array([[0.0, 0.0, 3.0 * i] for i in range(3)])
    found = diameters(inside, places, np.array([1.0, 0, 0]), np.array([0, 1.0, 0]))
    assert found is not None
    assert (found.longest_3d, found.major, found.perpendicular) == (3, 1, 1)
    assert diameters(inside & False, places, ROW, COLUMN) is None


@pytest.mark.parametrize(
    ("marked", "box"),
    [
        ((2, 1, 3), (slice(1, 3), slice(1, 2), slice(3, 4))),
        ((0, 0, 0), (slice(0, 2), slice(0, 1), slice(0, 1))),
        (None, (slice(0, 2), slice(0, 0), slice(0, 0))),
    ],
)
def test_the_box_of_what_is_marked_has_two_slices_at_least(
    marked: tuple[int, int, int] | None, box: tuple[slice, ...]
) -> None:
    labelmap = np.zeros((4, 5, 6), np.uint8)
    if marked:
        labelmap[marked] = 2
    assert marked_box(labelmap) == box
