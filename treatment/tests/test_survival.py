"""Kaplan-Meier against a published example."""

from __future__ import annotations

import pytest

from treatment.survival import Followed, kaplan_meier, median_days

SIX_MP = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
"""Weeks of remission under 6-mercaptopurine (Freireich et al., Blood 1963;21:699-716)."""
PUBLISHED = {
    6: (21, 0.857, 0.620, 0.952),
    7: (17, 0.807, 0.563, 0.923),
    10: (15, 0.753, 0.503, 0.889),
    13: (12, 0.690, 0.432, 0.849),
    16: (11, 0.627, 0.368, 0.805),
    22: (7, 0.538, 0.268, 0.747),
    23: (6, 0.448, 0.188, 0.680),
}
"""Number at risk, survival and its interval of 95 % (log-log), as textbooks print them."""


def followed(text: str) -> list[Followed]:
    return [Followed(int(each.rstrip("+")), not each.endswith("+")) for each in text.split()]


def test_the_published_example():
    steps = kaplan_meier(followed(SIX_MP))
    found = {step.days: step for step in steps if step.deaths}
    assert found.keys() == PUBLISHED.keys()
    for day, (at_risk, survival, low, high) in PUBLISHED.items():
        step = found[day]
        assert step.at_risk == at_risk
        assert step.survival == pytest.approx(survival, abs=0.0006)
        assert step.low == pytest.approx(low, abs=0.0006)
        assert step.high == pytest.approx(high, abs=0.0006)
    assert median_days(steps) == 23


def test_who_is_censored_on_the_day_of_a_death_was_at_risk():
    day_six = kaplan_meier(followed(SIX_MP))[1]
    assert (day_six.at_risk, day_six.deaths, day_six.censored) == (21, 3, 1)


def test_nobody_and_nobody_left():
    [start] = kaplan_meier([])
    assert (start.at_risk, start.survival) == (0, 1.0)
    last = kaplan_meier(followed("3 5"))[-1]
    assert (last.survival, last.low, last.high) == (0.0, None, None)
    assert median_days(kaplan_meier(followed("3+ 5+"))) is None
