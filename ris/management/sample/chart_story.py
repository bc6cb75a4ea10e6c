"""Visits, vital signs, problems, allergies, prescriptions and notes of a story."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from emr.choices import AllergyCategory, Consciousness, RecordStatus
from emr.models import Allergy, Encounter, Note, Prescription, Problem, Vitals
from emr.selectors import formulary
from ris.management.sample.story_rows import StoryRows
from ris.management.sample.telling import Story, Telling, words

STAY_HOURS = (6, 14, 21)
OXYGEN_BELOW = 94
_NORMAL = {"respiratory_rate": (16, 1), "spo2_percent": (98, 1), "temperature_c": (36.6, 0.2)}
_SPREAD = {"systolic_mmhg": (124, 8), "diastolic_mmhg": (78, 5), "heart_rate": (74, 7)}


class ChartStory:
    """What doctor and nurse wrote about one patient."""

    def __init__(
        self, telling: Telling, patient: Any, users: dict[str, Any], rows: StoryRows
    ) -> None:
        self.telling, self.patient, self.users, self.rows = telling, patient, users, rows
        self.encounters: list[Encounter] = []
        male = telling.person.sex == "M"
        self._height = round(telling.rng.gauss(171 if male else 158, 5), 1)
        self._weight = round(telling.rng.gauss(70 if male else 57, 7), 1)

    def write(self) -> None:
        story = self.telling.story
        for told in _told(self.telling):
            self._encounter(told)
        for told in story["problems"]:
            self._problem(told, told["day"], told.get("until"))
        for key in self.telling.person.has:
            self._problem(words()["conditions"][key], -1500, None)
        for key in self.telling.person.allergies:
            self._allergy(words()["allergens"][key])
        for told in story["drugs"]:
            self._drug(told)
        for told in story["notes"]:
            self._note(told)

    def encounter_at(self, at: datetime) -> Encounter | None:
        """The last that had begun."""
        begun = [one for one in self.encounters if one.started_at <= at]
        return max(begun, key=lambda one: one.started_at, default=None)

    def _encounter(self, told: Story) -> None:
        telling, day = self.telling, told["day"]
        start = telling.at(day, told.get("hour", 9 + len(self.encounters) % 4), 20)
        last = day + told.get("days", 0)
        end: datetime | None = start + timedelta(hours=told.get("hours", 1))
        if told["kind"] == "inpatient":
            end = telling.at(last, 11) if telling.happened(last) and told.get("days") else None
        if telling.deceased and end is None:
            end = telling.at(telling.person.died or 0, 12)
        encounter = Encounter(
            patient=self.patient,
            kind=told["kind"],
            reason=telling.text(told["reason"]),
            note=telling.text(told["note"]),
            clinician=self.users["doctor"],
            started_at=start,
            ended_at=end,
        )
        self.encounters.append(self.rows.add(encounter, start))
        measured = told.get("vitals", {})
        self._vitals(start - timedelta(minutes=15), measured)
        if told["kind"] == "inpatient":
            last_day = last if end else telling.day_ago(1)
            for number in range(max(day + 1, last_day - 2), last_day + 1):
                for hour in STAY_HOURS:
                    if telling.happened(number) and (end is None or telling.at(number, hour) < end):
                        self._vitals(telling.at(number, hour), measured)

    def _vitals(self, at: datetime, measured: dict[str, float]) -> None:
        usual = _NORMAL | _SPREAD | self.telling.story["vitals"]
        values: dict[str, Any] = {}
        for name, (mean, spread) in usual.items():
            value = self.telling.rng.gauss(measured.get(name, mean), spread)
            values[name] = round(value, 1) if name == "temperature_c" else round(value)
        values["diastolic_mmhg"] = min(values["diastolic_mmhg"], values["systolic_mmhg"] - 20)
        values["spo2_percent"] = min(values["spo2_percent"], 100)
        values["temperature_c"] = Decimal(str(values["temperature_c"]))
        values["pain"] = measured.get("pain", self.telling.rng.choice((0, 0, 0, 1, 2)))
        values["weight_kg"] = Decimal(str(round(self._weight + self.telling.rng.gauss(0, 0.6), 1)))
        values["height_cm"] = Decimal(str(self._height))
        values["consciousness"] = Consciousness.ALERT
        values["supplemental_oxygen"] = values["spo2_percent"] < OXYGEN_BELOW
        nurse = self.users["nurse"]
        vitals = Vitals(patient=self.patient, recorded_by=nurse, measured_at=at, **values)
        self.rows.add(vitals, at)

    def _problem(self, told: Story, day: int, until: int | None) -> None:
        telling = self.telling
        if not telling.happened(max(day, 0)):
            return
        over = until is not None and telling.happened(until)
        problem = Problem(
            patient=self.patient,
            recorded_by=self.users["doctor"],
            code_system=told["system"],
            code=telling.value(told["code"]),
            text=telling.text(told["text"]),
            onset_date=max(telling.date(day), self.patient.birth_date),
            resolved_date=telling.date(until or 0) if over else None,
            status=RecordStatus.RESOLVED if over else RecordStatus.ACTIVE,
        )
        self.rows.add(problem, telling.at(max(day, 0), 10))

    def _allergy(self, told: Story) -> None:
        allergy = Allergy(
            patient=self.patient,
            recorded_by=self.users["doctor"],
            category=AllergyCategory(told["category"]),
            substance=self.telling.text(told["substance"]),
            code_system=told.get("code_system", ""),
            code=told.get("code", ""),
            reaction=self.telling.text(told["reaction"]),
            severity=told["severity"],
        )
        self.rows.add(allergy, self.telling.at(0, 9, 30))

    def _drug(self, told: Story) -> None:
        telling = self.telling
        atc, mg = told.get("atc", ""), telling.value(told.get("mg"))
        for time in range(told.get("times", 1)):
            day = told["day"] + time * told.get("every", 0)
            if not telling.happened(day):
                return
            at = telling.at(day, 11, 40)
            row = Prescription(
                patient=self.patient,
                encounter=self.encounter_at(at),
                drug=told.get("drug") or formulary.drugs()[atc].name,
                drug_code=atc,
                daily_mg=None if mg is None else Decimal(mg),
                dose=telling.text(told["dose"]),
                frequency=telling.how(told["how"]),
                days=told["days"],
                prescriber=self.users["doctor"],
                prescribed_at=at,
            )
            self.rows.add(row, at)

    def _note(self, told: Story) -> None:
        if not self.telling.happened(told["day"]):
            return
        at = self.telling.at(told["day"], 16, 10)
        note = Note(
            patient=self.patient,
            recorded_by=self.users["doctor"],
            encounter=self.encounter_at(at),
            title=self.telling.text(told["title"]),
            text=self.telling.text(told["text"]),
            signed_at=at,
        )
        self.rows.add(note, at)


def _told(telling: Telling) -> Iterator[Story]:
    """The visits that happened, and the stay of who came back."""
    for told in telling.story["encounters"]:
        if telling.happened(told["day"]):
            yield told
    admitted = telling.person.admitted
    if admitted is not None:
        kept = telling.story["admission"]
        yield kept | {"day": telling.day_ago(admitted), "kind": "inpatient"}
