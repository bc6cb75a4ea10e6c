"""Contours to pixels, against the even-odd rule asked of every pixel."""

from __future__ import annotations

import numpy as np

from ai.services.contours import filled


def inside(contours, row, column):
    """Whether a ray from the pixel's centre crosses the contours an odd number of times."""
    crossings = 0
    for contour in contours:
        for (row_a, column_a), (row_b, column_b) in zip(
            contour, np.roll(contour, -1, axis=0), strict=True
        ):
            if (row_a > row) != (row_b > row):
                at = column_a + (row - row_a) * (column_b - column_a) / (row_b - row_a)
                crossings += column < at
    return crossings % 2 == 1


def by_pixel(contours, rows, columns):
    return np.array([[inside(contours, r, c) for c in range(columns)] for r in range(rows)])


def test_random_polygons_are_filled_like_each_pixel_asked_alone():
    random = np.random.default_rng(17)
    for _ in range(10):
        contours = [random.uniform(-3, 23, (random.integers(3, 9), 2)) for _ in range(2)]
        np.testing.assert_array_equal(filled(contours, 20, 17), by_pixel(contours, 20, 17))


def square(low, high):
    return np.array([[low, low], [low, high], [high, high], [high, low]], float)


def test_a_contour_inside_another_is_a_hole():
    ring = filled([square(1.5, 9.5), square(3.5, 6.5)], 12, 12)
    assert ring.sum() == 8 * 8 - 3 * 3
    assert not ring[5, 5]


def test_a_keyhole_leads_around_its_hole():
    outer, hole = square(1.5, 9.5), square(3.5, 6.5)[::-1]
    keyhole = np.vstack([outer, outer[:1], hole[-1:], hole, outer[:1]])
    np.testing.assert_array_equal(filled([keyhole], 12, 12), filled([outer, hole], 12, 12))


def test_neighbours_that_share_a_border_share_no_pixel():
    left = np.array([[0, 0], [0, 4], [8, 4], [8, 0]], float)
    right = np.array([[0, 4], [0, 8], [8, 8], [8, 4]], float)
    one, other = filled([left], 9, 9), filled([right], 9, 9)
    assert not (one & other).any()
    assert (one | other).sum() == 64
