"""OrderStory of a story with their steps and results, as far as they have come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lis.analytes import analytes
from lis.choices import CRITICAL, CallOutcome, Flag, ResultSource, ResultState, SpecimenState
from lis.models import CriticalAttempt, CriticalValue, LabValue, ResultVersion, Specimen
from lis.services.typed_results import refined
from ocs import result_schemas, selectors
from ocs.choices import PART_OF, TRANSITIONS, JobRole, OrderStatus, Priority
from ocs.models import Order, OrderHistory
from ocs.services import ACCESS_AFTER_ORDER
from rbac.models import OrderAccess
from ris.management.sample.blood_story import BloodStory, panels_told
from ris.management.sample.chart_story import ChartStory
from ris.management.sample.mri_story import measured_days, mri_report
from ris.management.sample.story_rows import StoryRows
from ris.management.sample.telling import Story, Telling

_ROLES = {
    **dict.fromkeys(("BLOOD", "GENETIC", "PROTEIN"), JobRole.LIS),
    **dict.fromkeys(("NEUROSURGERY", "NEUROLOGY", "ONCOLOGY", "PHYSIOTHERAPY"), JobRole.CONSULT),
    **dict.fromkeys(
        ("SURGERY", "RADIOTHERAPY", "CHEMOTHERAPY", "SPEECH_THERAPY"), JobRole.TREATMENT
    ),
}
_WORKERS = {JobRole.RIS: "radiologist", JobRole.LIS: "labtech"}
_PREFIXES = {JobRole.TREATMENT: "TRT", JobRole.CONSULT: "CON"}
_ACCEPTED, _STARTED, _READY, _CONFIRMED = (
    *(OrderStatus.ACCEPTED, OrderStatus.IN_PROGRESS),
    *(OrderStatus.RESULT_READY, OrderStatus.CONFIRMED),
)
_SPECIMENS = {"BLOOD": "blood", "GENETIC": "tissue", "PROTEIN": "csf"}


@dataclass(frozen=True, slots=True)
class Ordered:
    """``took``: days from the order to its result. ``started``, ``ended``: days of a treatment."""

    day: int
    job_type: str
    info: str
    result: dict[str, Any] | None = None
    priority: str = Priority.ROUTINE
    took: int = 0
    started: int | None = None
    hour: int = 9

    @property
    def job_role(self) -> str:
        return _ROLES.get(self.job_type, JobRole.RIS)


class OrderStory:
    """What was ordered for one patient."""

    def __init__(self, telling: Telling, chart: ChartStory, rows: StoryRows) -> None:
        self.telling, self.chart, self.rows = telling, chart, rows
        self.patient, self.users = chart.patient, chart.users
        self._blood = BloodStory(telling, chart.patient)
        self._numbers: Counter[str] = Counter()
        self._given = dict(telling.person.numbers)

    def write(self) -> None:
        told = [*self._of_story(), *self._mri(), *self._bloods()]
        for ordered in sorted(told, key=lambda one: (one.day, one.hour)):
            self.order(ordered)

    def _of_story(self) -> Iterator[Ordered]:
        for told in self.telling.story["orders"]:
            if self.telling.happened(told["day"]):
                result = _result(self.telling, told)
                late = told["type"] in ("GENETIC", "PROTEIN")
                yield Ordered(
                    day=told["day"],
                    job_type=told["type"],
                    info=self.telling.text(told["info"]),
                    result=result,
                    priority=told.get("priority", Priority.ROUTINE),
                    took=8 if late else int(told.get("priority") is None),
                    hour=10,
                )

    def _mri(self) -> Iterator[Ordered]:
        days = measured_days(self.telling)
        for number, measured in enumerate(days):
            yield Ordered(
                day=measured.day,
                job_type="MR_BRAIN_CONTRAST",
                info=self.telling.text(["치료 반응 평가", "Response to treatment?"]),
                result={"findings": mri_report(self.telling, days[: number + 1])},
                hour=8,
            )

    def _bloods(self) -> Iterator[Ordered]:
        for day, told in panels_told(self.telling):
            if self.telling.happened(day):
                yield Ordered(
                    day=day,
                    job_type="BLOOD",
                    info=self.telling.text(["정기 검사", "Regular test"]),
                    result={"analytes": self._blood.entered(told, day)},
                    priority=told.get("priority", Priority.ROUTINE),
                    hour=7,
                )

    def order(self, ordered: Ordered) -> Order:
        """The order, its history, who sees the patient by it, and its result."""
        at = self.telling.at(ordered.day, ordered.hour, 30)
        steps = list(self._steps(ordered))
        order = Order(
            accession_number=self._number(ordered),
            patient=self.patient,
            encounter=self.chart.encounter_at(at),
            job_role=ordered.job_role,
            job_type=ordered.job_type,
            priority=ordered.priority,
            status=steps[-1][0] if steps else OrderStatus.ORDERED,
            clinical_info=ordered.info,
            body_part=PART_OF.get(ordered.job_type, ""),
            ordered_by=self.users["doctor"],
            ordered_at=at,
            version=1 + len(steps),
        )
        times: dict[str, datetime] = {status: when for status, when, _ in steps}
        if _READY in times:
            self._result_of(order, ordered, times[_READY])
        self.rows.add(order, at)
        self._history(order, at, steps)
        if order.job_role == JobRole.LIS:
            self._specimen(order, times.get(_ACCEPTED))
        self._access(order, at, None if TRANSITIONS[order.status] else steps[-1][1])
        return order

    def _number(self, ordered: Ordered) -> str:
        if ordered.job_type in self._given:
            return self._given.pop(ordered.job_type)
        prefix = _PREFIXES.get(JobRole(ordered.job_role), ordered.job_role)
        self._numbers[prefix] += 1
        return f"{prefix}{self.telling.person.mrn[1:]}-{self._numbers[prefix]:02d}"

    def _steps(self, ordered: Ordered) -> Iterator[tuple[str, datetime, str]]:
        """Status, time and who, of the steps that were taken before today."""
        worker = _WORKERS.get(JobRole(ordered.job_role), "doctor")
        started = ordered.day if ordered.started is None else ordered.started
        ready = started + ordered.took
        later = ready if ordered.job_type == "BLOOD" else ready + 1
        planned = (
            (_ACCEPTED, ordered.day, ordered.hour + 1, worker),
            (_STARTED, started, ordered.hour + 2, worker),
            (_READY, ready, ordered.hour + 4, worker),
            (_CONFIRMED, later, 14, "doctor"),
        )
        for status, day, hour, who in planned:
            if self.telling.date(day) >= self.telling.today or (
                status == _READY and ordered.result is None
            ):
                return
            yield status, self.telling.at(day, hour), who

    def _history(self, order: Order, at: datetime, steps: list[tuple[str, datetime, str]]) -> None:
        before = ""
        made = (OrderStatus.ORDERED, at, "doctor")
        for status, when, who in (made, *steps):
            row = OrderHistory(
                order=order, from_status=before, to_status=status, actor=self.users[who]
            )
            self.rows.add(row, when)
            before = status

    def _access(self, order: Order, at: datetime, ended: datetime | None) -> None:
        doctor = self.users["doctor"]
        for role in selectors.roles_opened_to(order.job_role):
            self.rows.later(
                OrderAccess,
                lambda role=role: OrderAccess(  # type: ignore[misc]
                    order_id=order.pk,
                    role=role,
                    patient_id=order.patient_id,
                    opened_by=doctor,
                    ends_at=ended and ended + ACCESS_AFTER_ORDER,
                ),
                at,
            )

    def _specimen(self, order: Order, received: datetime | None) -> None:
        collected = order.ordered_at + timedelta(minutes=20)
        specimen = Specimen(
            order=order,
            number=f"{order.accession_number}-01",
            kind=_SPECIMENS[order.job_type],
            state=SpecimenState.RECEIVED if received else SpecimenState.COLLECTED,
            collected_at=collected,
            collected_by=self.users["nurse"],
            received_at=received,
            received_by=self.users["labtech"] if received else None,
            version=2 if received else 1,
        )
        self.rows.add(specimen, collected)

    def _result_of(self, order: Order, ordered: Ordered, at: datetime) -> None:
        schema = result_schemas.schema_of(order.job_type)
        order.result_schema_version = schema["x-version"] if schema else None
        order.result = ordered.result
        if order.job_role != JobRole.LIS or ordered.result is None:
            return
        if order.job_type == "BLOOD":
            items = self._blood.refined(ordered.result["analytes"], at)
            order.result = ordered.result | {"analytes": items}
            self._values(order, items, at)
        else:
            order.result = refined(order, ordered.result)
        version = ResultVersion(
            order=order,
            number=1,
            entered=ordered.result,
            values=order.result,
            state=ResultState.VERIFIED,
            source=ResultSource.MANUAL,
            entered_by=self.users["labtech"],
            verified_by=self.users["doctor"],
            verified_at=at,
        )
        self.rows.add(version, at - timedelta(minutes=25))

    def _values(self, order: Order, items: list[dict[str, Any]], at: datetime) -> None:
        for item in items:
            value = LabValue(
                order=order,
                patient=self.patient,
                code=item["code"],
                value=item["value"],
                text=str(item["value"]),
                unit=item["unit"],
                low=item.get("low"),
                high=item.get("high"),
                flag=item.get("flag", ""),
                at=at,
            )
            self.rows.add(value, at)
            if value.flag in CRITICAL:
                self._critical(order, value, at - timedelta(minutes=25))

    def _critical(self, order: Order, value: LabValue, at: datetime) -> None:
        """Not reached at first, then read back."""
        analyte = analytes()[value.code]
        low = value.flag == Flag.CRITICAL_LOW
        limit: Any = analyte.critical_low if low else analyte.critical_high
        critical = CriticalValue(
            order=order,
            patient=self.patient,
            code=value.code,
            name=analyte.name,
            value=value.text,
            unit=value.unit,
            flag=value.flag,
            limit=limit,
        )
        self.rows.add(critical, at)
        calls = ((6, CallOutcome.NOT_REACHED), (14, CallOutcome.CONFIRMED))
        for minutes, outcome in calls:
            attempt = CriticalAttempt(
                critical=critical,
                told=self.users["doctor"].full_name,
                how=self.telling.text(["전화", "telephone"]),
                outcome=outcome,
                by=self.users["labtech"],
            )
            self.rows.add(attempt, at + timedelta(minutes=minutes))


def _result(telling: Telling, told: Story) -> dict[str, Any]:
    if "summary" in told:
        schema = result_schemas.schema_of(told["type"]) or {}
        name = "findings" if "findings" in schema.get("properties", {}) else "summary"
        return {name: telling.text(told["summary"])}
    result = telling.value(told["result"])
    return {
        name: telling.text(value) if name in ("summary", "recommendation") else value
        for name, value in result.items()
    }
