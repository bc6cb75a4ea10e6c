"""The table of analytes, units, ranges and flags."""

from __future__ import annotations

import re

import pytest

from lis.analytes import UnitRefused, analytes, bounds, factor


def loinc_is_sound(code):
    """LOINC's check digit (Luhn's mod 10)."""
    digits, check = code.split("-")
    total = 0
    for place, digit in enumerate(reversed(digits)):
        double = int(digit) * (2 if place % 2 == 0 else 1)
        total += double - 9 if double > 9 else double
    return (10 - total % 10) % 10 == int(check)


@pytest.mark.parametrize("analyte", analytes().values(), ids=lambda each: each.code)
def test_each_analyte_is_sound(analyte):
    assert re.fullmatch(r"\d{3,5}-\d", analyte.code)
    assert loinc_is_sound(analyte.code)
    assert set(analyte.name) == {"ko", "en"}
    assert factor(analyte.code, analyte.unit) == 1
    for each in analyte.ranges:
        assert each.source
        assert each.low is None or each.high is None or each.low < each.high
    if analyte.critical_low is not None and analyte.critical_high is not None:
        assert analyte.critical_low < analyte.critical_high


@pytest.mark.parametrize(
    ("code", "unit", "expected"),
    [
        ("718-7", "g/L", 0.1),
        ("777-3", "10*9/L", 1),
        ("2345-7", "mmol/L", 18.0156),
        ("2160-0", "umol/L", 0.011312),
        ("3016-3", "u[IU]/mL", 1),
        ("1988-5", "mg/dL", 10),
        ("2823-3", "meq/L", 1),
        ("17861-6", "meq/L", 40.078 / 2 / 10),
    ],
)
def test_units_are_converted(code, unit, expected):
    assert factor(code, unit) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("code", "unit"),
    [
        ("2777-1", "meq/L"),
        ("2951-2", "mosm/L"),
        ("4548-4", "mmol/mol"),
        ("6301-6", "%"),
        ("718-7", "foo"),
        ("718-7", "mmol/L"),
        ("2823-3", "mg/dL"),
        ("718-7", ""),
        ("718-7", "Cel"),
    ],
)
def test_another_unit_is_refused(code, unit):
    with pytest.raises(UnitRefused):
        factor(code, unit)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (4, (4, 4)),
        ("4.5", (4.5, 4.5)),
        ("<0.5", (0, 0.5)),
        (">= 10", (10, float("inf"))),
        ("1,5", None),
        ("positive", None),
        (-1, None),
        (True, None),
        (1e300, None),
        ("=1+1", None),
        ("<５", None),
        ("５", None),
    ],
)
def test_bounds_of_a_value(value, expected):
    assert bounds(value) == expected


@pytest.mark.parametrize(
    ("code", "value", "sex", "age", "flag"),
    [
        ("2823-3", 2.5, "F", 40, "LL"),
        ("2823-3", 3.0, "F", 40, "L"),
        ("2823-3", 4.0, "F", 40, ""),
        ("2823-3", 5.5, "F", 40, "H"),
        ("2823-3", 6.5, "F", 40, "HH"),
        ("718-7", 12.5, "F", 40, ""),
        ("718-7", 12.5, "M", 40, "L"),
        ("718-7", 12.5, "U", 40, ""),  # the range is of a sex
        ("718-7", 9.0, "F", 7, ""),  # no range of children is known
        ("718-7", 6.0, "F", 7, "LL"),
        ("2345-7", 130, "F", 40, ""),  # not fasting: no range, only limits
    ],
)
def test_flags(code, value, sex, age, flag):
    analyte = analytes()[code]
    found = analyte.range_for(sex=sex, age=age, method=None)
    assert analyte.flag(value, value, found) == flag


def test_a_range_of_a_method_is_for_it_alone():
    rate = analytes()["4537-7"]
    assert rate.range_for(sex="M", age=40, method=None) is None
    assert rate.range_for(sex="M", age=40, method="Wintrobe") is None
    assert rate.range_for(sex="M", age=40, method="Westergren").high == 13
