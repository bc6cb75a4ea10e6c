"""Values of untrusted tags are read whole or not at all."""

from __future__ import annotations

import pytest

from pacs.dicom import values


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("RIS2026-00000001", "RIS2026-00000001"),
        ("RIS2026-000000019", "RIS2026-000000019"),
        (" P2026-0001 ", "P2026-0001"),
        ("two  words", "two  words"),
        ("x" * values.TEXT_LENGTH, "x" * values.TEXT_LENGTH),
        ("x" * (values.TEXT_LENGTH + 1), ""),
        ("a\x00b\n", "ab"),
        (None, ""),
        (7, ""),
    ],
)
def test_text_is_whole_or_empty(value, expected):
    assert values.text({"AccessionNumber": value}, "AccessionNumber") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("19970424", "19970424"),
        ("1997.04.24", "19970424"),
        ("00010101", "00010101"),
        ("1997", "1997"),
        ("199704", "199704"),
        ("1997.04", ""),
        ("19970431", ""),
        ("24.04.1997", ""),
        ("", ""),
    ],
)
def test_a_written_day_is_a_date_or_the_beginning_of_one(value, expected):
    assert values.written_day({"PatientBirthDate": value}, "PatientBirthDate") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("101500.5", "101500.5"),
        ("10:15:00.5", "101500.5"),
        ("10:15", "1015"),
        ("10", "10"),
        ("101500.123456", "101500.123456"),
        ("101500.1234567", ""),
        ("noon", ""),
    ],
)
def test_a_time_loses_its_colons(value, expected):
    assert values.time({"StudyTime": value}, "StudyTime") == expected
