"""Values of the laboratory over time: usual ones of the person, and what a story sets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from lis.analytes import Analyte, analytes
from lis.services.typed_results import DELTA_WITHIN, Result, analyte_refined
from ris.management.sample.telling import Story, Telling

PANELS = {
    "cbc": ("718-7", "4544-3", "6690-2", "777-3", "751-8", "731-0"),
    "chem": (
        *("2951-2", "2823-3", "2075-0", "3094-0", "2160-0", "1742-6", "1920-8", "1975-2"),
        *("1751-7", "2532-0", "2345-7"),
    ),
    "coag": ("5902-2", "6301-6", "14979-9"),
    "lipid": ("2093-3", "2571-8", "2085-9", "13457-7", "4548-4"),
    "thyroid": ("3016-3", "3024-7", "2132-9"),
    "crp": ("1988-5",),
}
_WITHOUT_RANGE = {"6301-6": 1.0, "2345-7": 104.0}
_OPEN_RANGE = {"2093-3": 178.0, "2085-9": 52.0, "13457-7": 98.0, "1988-5": 2.1, "1975-2": 0.6}
_NOISE = 0.04


class BloodStory:
    """The values of one person, each near the one before."""

    def __init__(self, telling: Telling, patient: Any) -> None:
        self._telling, self._patient = telling, patient
        self._usual: dict[str, float] = {}
        self._before: dict[str, tuple[datetime, float]] = {}

    def entered(self, told: Story, day: int) -> list[Result]:
        """What is typed in for the panels on that day."""
        codes = dict.fromkeys(code for panel in told["panel"] for code in PANELS[panel])
        fixed = told.get("set", {})
        extra = {code: None for code, by_day in fixed.items() if str(day) in by_day}
        return [self._item(code, fixed.get(code, {}).get(str(day))) for code in codes | extra]

    def _item(self, code: str, given: Any) -> Result:
        analyte = analytes()[code]
        value = self._telling.value(given)
        if value is None:
            value = self._near(analyte)
        return {"code": code, "value": value, "unit": analyte.unit}

    def _near(self, analyte: Analyte) -> float:
        if analyte.code not in self._usual:
            middle = _middle(analyte, self._telling.person.sex)
            self._usual[analyte.code] = middle * (1 + self._telling.rng.gauss(0, _NOISE))
        value = self._usual[analyte.code] * (1 + self._telling.rng.gauss(0, _NOISE / 2))
        places = 0 if value >= 40 else 1 if value >= 3 else 2
        return round(value) if places == 0 else round(value, places)

    def refined(self, items: list[Result], at: datetime) -> list[Result]:
        """As the laboratory would have understood them on that day (``typed_results``)."""
        found = []
        for number, item in enumerate(items):
            when, earlier = self._before.get(item["code"], (None, None))
            recent = earlier if when and at - when <= DELTA_WITHIN else None
            found.append(analyte_refined(self._patient, item, number, recent))
            self._before[item["code"]] = (at, float(item["value"]))
        return found


def _middle(analyte: Analyte, sex: str) -> float:
    """Of the adult's range; no flag follows from it for a child, who has none here."""
    if analyte.code in _OPEN_RANGE or not analyte.ranges:
        return (_OPEN_RANGE | _WITHOUT_RANGE)[analyte.code]
    found = next(each for each in analyte.ranges if each.sex in (None, sex))
    return ((found.low or 0) + (found.high or 0)) / 2


def panels_told(telling: Telling) -> Iterator[tuple[int, Story]]:
    """Day and panels of each blood test, in order."""
    days = [(day, told) for told in telling.story["labs"] for day in told["days"]]
    return ((day, told) for day, told in sorted(days, key=lambda one: one[0]))
