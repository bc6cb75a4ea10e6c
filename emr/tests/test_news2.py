"""The early warning score by the chart of the Royal College of Physicians (2017)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from emr.models import Encounter, Patient, Vitals
from emr.selectors.news2 import PARTS, early_warning

WELL = {
    "respiratory_rate": 16,
    "spo2_percent": 97,
    "supplemental_oxygen": False,
    "systolic_mmhg": 120,
    "heart_rate": 72,
    "consciousness": "alert",
    "temperature_c": Decimal("36.8"),
}
ADULT = Patient(birth_date=date(1960, 1, 1))
CHART = [
    ("respiratory_rate", {8: 3, 9: 1, 11: 1, 12: 0, 20: 0, 21: 2, 24: 2, 25: 3}),
    ("spo2_percent", {91: 3, 92: 2, 93: 2, 94: 1, 95: 1, 96: 0, 100: 0}),
    ("supplemental_oxygen", {True: 2, False: 0}),
    ("systolic_mmhg", {90: 3, 91: 2, 100: 2, 101: 1, 110: 1, 111: 0, 219: 0, 220: 3}),
    ("heart_rate", {40: 3, 41: 1, 50: 1, 51: 0, 90: 0, 91: 1, 110: 1, 111: 2, 130: 2, 131: 3}),
    ("consciousness", {"alert": 0, "confusion": 3, "voice": 3, "pain": 3, "unresponsive": 3}),
    (
        "temperature_c",
        {"35.0": 3, "35.1": 1, "36.0": 1, "36.1": 0, "38.0": 0, "38.1": 1, "39.0": 1, "39.1": 2},
    ),
]
SCALE_TWO = {83: 3, 84: 2, 85: 2, 86: 1, 87: 1, 88: 0, 92: 0}
ON_AIR, ON_OXYGEN = {93: 0, 97: 0}, {93: 1, 94: 1, 95: 2, 96: 2, 97: 3}


def score(*, patient=ADULT, scale=1, pregnant=False, **values):
    row = Vitals(measured_at=timezone.now(), **(WELL | values))
    return early_warning(row, patient, Encounter(spo2_scale=scale, pregnant=pregnant))


@pytest.mark.parametrize(("name", "points"), CHART, ids=lambda value: str(value)[:20])
def test_each_observation_has_the_points_of_the_chart(name, points):
    for value, expected in points.items():
        given = Decimal(value) if name == "temperature_c" else value
        assert score(**{name: given}).parts[name] == expected, value


@pytest.mark.parametrize(("oxygen", "above"), [(False, ON_AIR), (True, ON_OXYGEN)])
def test_scale_two_is_for_a_target_of_88_to_92(oxygen, above):
    for value, expected in (SCALE_TWO | above).items():
        found = score(scale=2, spo2_percent=value, supplemental_oxygen=oxygen)
        assert found.parts["spo2_percent"] == expected, value


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, (0, "low")),
        ({"heart_rate": 112, "respiratory_rate": 22}, (4, "low")),
        ({"heart_rate": 131}, (3, "low_medium")),
        ({"heart_rate": 131, "respiratory_rate": 22}, (5, "medium")),
        ({"heart_rate": 131, "respiratory_rate": 25, "temperature_c": 39}, (7, "high")),
    ],
)
def test_the_sum_says_the_risk_and_a_single_three_too(values, expected):
    found = score(**values)
    assert (found.score, found.risk) == expected


@pytest.mark.parametrize("name", WELL)
def test_nothing_is_scored_while_one_observation_is_missing(name):
    found = score(**{name: "" if name == "consciousness" else None})
    assert (found.score, found.refusal, found.missing) == (None, "incomplete", [name])


def test_it_is_not_for_children_or_in_pregnancy_or_without_observations():
    child = Patient(birth_date=timezone.localdate().replace(year=timezone.localdate().year - 10))
    assert score(patient=child).refusal == "age"
    assert score(pregnant=True).refusal == "pregnancy"
    nothing = early_warning(None, ADULT, Encounter())
    assert (nothing.refusal, nothing.missing) == ("nothing", list(PARTS))
