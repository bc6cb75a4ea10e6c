"""TreatmentStory of a story: plans with their orders, what happened, visits, and who died."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from ocs.models import Order
from ris.management.sample.order_story import Ordered, OrderStory
from ris.management.sample.story_rows import StoryRows
from ris.management.sample.telling import Story, Telling
from treatment.choices import (
    ActionTaken,
    Attribution,
    CourseEventKind,
    DoseUnit,
    PlanStatus,
    TreatmentKind,
    VisitStatus,
    VitalStatus,
)
from treatment.models import (
    AdverseEvent,
    CourseEvent,
    LifeStatus,
    PerformanceStatus,
    Plan,
    Visit,
)

_RESULT_TECHNIQUES = {"srs": "stereotactic", "vmat": "vmat", "imrt": "imrt", "proton": "proton"}
_PLANNED_BEFORE = 3


class TreatmentStory:
    """What was done to one patient, after their orders and visits are there."""

    def __init__(self, telling: Telling, orders: OrderStory, rows: StoryRows) -> None:
        self.telling, self.orders, self.rows = telling, orders, rows
        self.patient, self.doctor = orders.patient, orders.users["doctor"]
        self.plans: list[Plan | None] = []

    def write(self) -> None:
        for told in self.telling.story["plans"]:
            self.plans.append(self._plan(told))
        for told in self.telling.story["adverse"]:
            self._adverse(told)
        for day, karnofsky, ecog in self.telling.story["performance"]:
            self._performance(day, self.telling.value(karnofsky), ecog)
        self._visits()
        self._life()

    def _common(self, **fields: Any) -> dict[str, Any]:
        return {"patient": self.patient, "recorded_by": self.doctor, **fields}

    def _plan(self, told: Story) -> Plan | None:
        """From the day on which it was planned; its events, and how far it has come."""
        telling = self.telling
        planned = max(told["day"] - _PLANNED_BEFORE, 0)
        if not telling.happened(planned):
            return None
        events = [one for one in _events(told, telling) if telling.happened(one[0])]
        status, started, ended = self._state(told)
        order = self._order(told, planned, status, ended)
        plan = Plan(
            **self._common(
                kind=told["kind"],
                title=telling.text(told["title"]),
                planned_on=telling.date(told["day"]),
                order=order,
                status=status,
                started_on=started,
                ended_on=ended,
                stop_reason=self._stop_reason(status),
                **_details(told, telling),
            )
        )
        steps: list[dict[str, Any]] = []
        if started:
            steps.append({"status": PlanStatus.PLANNED, "started_on": None})
        if ended:
            steps.append({"status": PlanStatus.ACTIVE, "ended_on": None, "stop_reason": ""})
        self.rows.add_course(plan, telling.at(planned, 17), steps)
        for day, kind, fields in events:
            event = CourseEvent(
                **self._common(plan=plan, kind=kind, occurred_on=telling.date(day), **fields)
            )
            self.rows.add_course(event, telling.at(day, 17))
        return plan

    def _state(self, told: Story) -> tuple[str, date | None, date | None]:
        telling, last = self.telling, _last_day(told, self.telling)
        died = telling.person.died
        if not telling.happened(told["day"]):
            return PlanStatus.PLANNED, None, None
        started = telling.date(told["day"])
        if telling.happened(last):
            return PlanStatus.COMPLETED, started, telling.date(last)
        if died is not None and telling.happened(died):
            return PlanStatus.STOPPED, started, telling.date(died)
        return PlanStatus.ACTIVE, started, None

    def _stop_reason(self, status: str) -> str:
        stopped = status == PlanStatus.STOPPED
        return self.telling.text(["질병 진행", "Progressive disease"]) if stopped else ""

    def _order(self, told: Story, planned: int, status: str, ended: date | None) -> Order:
        kind = TreatmentKind(told["kind"])
        length = _last_day(told, self.telling) - told["day"]
        result = _result(told, self.telling, ended) if status == PlanStatus.COMPLETED else None
        return self.orders.order(
            Ordered(
                day=planned,
                job_type=kind.name,
                info=self.telling.text(told["title"]),
                result=result,
                took=length,
                started=told["day"],
                hour=11,
            )
        )

    def _adverse(self, told: Story) -> None:
        if not self.telling.happened(told["day"]):
            return
        over = told["day"] + told["days"]
        event = AdverseEvent(
            **self._common(
                plan=self.plans[told["plan"]],
                term=told["term"],
                grade=self.telling.value(told["grade"]),
                onset_on=self.telling.date(told["day"]),
                ended_on=self.telling.date(over) if self.telling.happened(over) else None,
                attribution=Attribution(told["attribution"]),
                action_taken=ActionTaken(told["action"]),
            )
        )
        self.rows.add_course(event, self.telling.at(told["day"], 15))

    def _performance(self, day: int, karnofsky: int, ecog: int) -> None:
        if self.telling.happened(day):
            row = PerformanceStatus(
                **self._common(assessed_on=self.telling.date(day), karnofsky=karnofsky, ecog=ecog)
            )
            self.rows.add_course(row, self.telling.at(day, 12))

    def _visits(self) -> None:
        """Those that were planned and held, and the next."""
        for told in self.telling.story["encounters"]:
            if told.get("follow_up") and self.telling.happened(told["day"]):
                held = self.telling.at(told["day"], 10)
                moved = [{"status": VisitStatus.PLANNED}]
                purpose = self.telling.text(self.telling.story["next"]["purpose"])
                self._visit(held, purpose, VisitStatus.DONE, held - timedelta(days=21), moved)
        days = self.telling.person.next
        if days is not None and not self.telling.deceased:
            told = self.telling.story["next"]
            at = self.telling.at(self.telling.day_ago(-days), told["hour"], 30)
            made = self.telling.at(self.telling.day_ago(1), 16)
            self._visit(at, self.telling.text(told["purpose"]), VisitStatus.PLANNED, made, [])

    def _visit(
        self,
        at: datetime,
        purpose: str,
        status: str,
        made: datetime,
        steps: list[dict[str, Any]],
    ) -> None:
        visit = Visit(
            **self._common(clinician=self.doctor, planned_at=at, purpose=purpose, status=status)
        )
        self.rows.add_course(visit, made, steps)

    def _life(self) -> None:
        if not self.telling.deceased:
            return
        died = self.telling.person.died or 0
        row = LifeStatus(
            **self._common(
                status=VitalStatus.DECEASED,
                on=self.telling.date(died),
                note=self.telling.text(self.telling.story["end"]),
            )
        )
        self.rows.add_course(row, self.telling.at(died, 18))


def _last_day(told: Story, telling: Telling) -> int:
    """Of the story."""
    day: int = told["day"]
    if told["kind"] == TreatmentKind.RADIOTHERAPY:
        return day + int(told["length"])
    if told["kind"] == TreatmentKind.CHEMOTHERAPY:
        cycles = len(telling.value(told["doses"]))
        return day + (cycles - 1) * int(told["interval"]) + int(told["days"]) - 1
    return day


def _events(told: Story, telling: Telling) -> Iterator[tuple[int, str, dict[str, Any]]]:
    day = told["day"]
    if told["kind"] == TreatmentKind.SURGERY:
        yield day, CourseEventKind.OPERATION_DONE, {}
    elif told["kind"] == TreatmentKind.RADIOTHERAPY:
        half, all_ = told["fractions"] // 2, told["fractions"]
        if half:
            yield day + told["length"] // 2, CourseEventKind.FRACTIONS_GIVEN, {"fractions": half}
        last = day + told["length"]
        yield last, CourseEventKind.FRACTIONS_GIVEN, {"fractions": all_ - half}
    else:
        for number in range(len(telling.value(told["doses"]))):
            given = day + number * told["interval"]
            yield given, CourseEventKind.CYCLE_GIVEN, {"cycle": number + 1}


def _details(told: Story, telling: Telling) -> dict[str, Any]:
    """The fields of the plan's own kind."""
    if told["kind"] == TreatmentKind.SURGERY:
        percent = Decimal(telling.value(told["percent"]))
        return {
            "extent_of_resection": telling.value(told["extent"]),
            "resection_percent": percent,
        }
    if told["kind"] == TreatmentKind.RADIOTHERAPY:
        return {
            "total_dose_gy": Decimal(str(told["dose"])),
            "fractions": told["fractions"],
            "technique": told["technique"],
            "target": telling.text(told["target"]),
        }
    drug = telling.value(told["drug"])
    cycles = [
        {
            "cycle": number,
            "day": day,
            "drug": drug,
            "dose": float(dose),
            "unit": told.get("unit", DoseUnit.MG_PER_M2),
        }
        for number, dose in enumerate(telling.value(told["doses"]), 1)
        for day in range(1, told["days"] + 1)
    ]
    return {"regimen": telling.value(told["regimen"]), "drugs": [drug], "cycles": cycles}


def _result(told: Story, telling: Telling, ended: date | None) -> dict[str, Any]:
    """As the schema of the order's type wants it."""
    first = telling.date(told["day"]).isoformat()
    last = (ended or telling.date(told["day"])).isoformat()
    if told["kind"] == TreatmentKind.SURGERY:
        return {
            "procedure": telling.text(told["title"]),
            "performed_on": first,
            "extent": telling.value(told["extent"]),
            "blood_loss_ml": telling.rng.randrange(120, 620, 20),
        }
    if told["kind"] == TreatmentKind.RADIOTHERAPY:
        return {
            "technique": _RESULT_TECHNIQUES[told["technique"]],
            "target": telling.text(told["target"]),
            "dose_gy": told["dose"],
            "fractions": told["fractions"],
            "started_on": first,
            "ended_on": last,
        }
    doses = telling.value(told["doses"])
    drug = {
        "drug": telling.value(told["drug"]),
        "dose": doses[-1],
        "unit": told.get("unit", "mg/m2"),
    }
    return {
        "regimen": telling.value(told["regimen"]),
        "cycle": len(doses),
        "drugs": [drug],
        "started_on": first,
    }
