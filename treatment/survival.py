"""The product-limit estimator (Kaplan and Meier, J Am Stat Assoc 1958;53:457-481).

Pure: days of follow-up in, steps of the curve out.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

Z = 1.959963984540054
"""Of a confidence interval of 95 %."""


@dataclass(frozen=True, slots=True)
class Followed:
    """One patient: for how many days, and whether death ended it (else censored)."""

    days: int
    died: bool


@dataclass(frozen=True, slots=True)
class Step:
    """``at_risk``: alive and followed just before ``days``.

    ``low`` and ``high``: confidence interval of 95 %, from Greenwood's variance of log(-log S);
    None where S is 1 or 0 and it is not defined.
    """

    days: int
    at_risk: int
    deaths: int
    censored: int
    survival: float
    low: float | None
    high: float | None


def kaplan_meier(patients: Iterable[Followed]) -> list[Step]:
    """One step for each day on which somebody died or was censored, and one for day 0.

    Who is censored on the day of a death counts as at risk for it.
    """
    ended = Counter((one.days, one.died) for one in patients)
    at_risk, survival, variance = ended.total(), 1.0, 0.0
    steps = [Step(0, at_risk, 0, 0, 1.0, None, None)]
    for day in sorted({day for day, _ in ended}):
        deaths, censored = ended[day, True], ended[day, False]
        survival *= 1 - deaths / at_risk
        if deaths < at_risk:
            variance += deaths / (at_risk * (at_risk - deaths))
        low, high = _interval(survival, variance)
        steps.append(Step(day, at_risk, deaths, censored, survival, low, high))
        at_risk -= deaths + censored
    return steps


def _interval(survival: float, variance: float) -> tuple[float | None, float | None]:
    if not 0 < survival < 1:
        return None, None
    log = math.log(survival)
    width = Z * math.sqrt(variance) / abs(log)
    return survival ** math.exp(width), survival ** math.exp(-width)


def median_days(steps: Iterable[Step]) -> int | None:
    """The first day on which at most half survive; None if that is not reached."""
    return next((step.days for step in steps if step.survival <= 0.5), None)
