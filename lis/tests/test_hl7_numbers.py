"""Structured numeric values of HL7 v2 (SN)."""

from __future__ import annotations

import pytest

from lis import hl7_text
from lis.tests.factories import K, lab_order, oru


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "kept"), [("<^5", "<5"), ("^4", "4"), ("^1^:^128", "^1^:^128"), ("^^^5", "^^^5")]
)
def test_a_ratio_is_no_number(users, patient_factory, value, kept):
    order = lab_order(users["doctor"], patient_factory())
    raw = oru(order, f"{K}|{value}|mmol/L|F").replace(b"|NM|", b"|SN|")
    assert hl7_text.parse(raw).groups[0].observations[0].value == kept
