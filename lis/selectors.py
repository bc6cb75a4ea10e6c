"""Read laboratory work; everything a person reads goes through ``visible_to``."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber
from django.utils import timezone

from common.errors import ErrorCode, NotFound, PermissionDenied
from common.person import Person
from emr import selectors as patients
from lis import hl7_text
from lis.choices import BenchStep, MessageState, ResultState, SpecimenState
from lis.models import (
    CriticalAttempt,
    CriticalValue,
    InboundMessage,
    LabValue,
    ResultVersion,
    Specimen,
)
from ocs import selectors as orders
from rbac.permissions import Permission, Scope
from rbac.selectors import scope_for

Row = TypeVar("Row")
NEWEST = 6
"""Values of one analyte in the table of all."""
_TOKEN = re.compile(r'[^|^~&,;"\r\n\x0b\x1c]{1,64}')
_TUBE = re.compile(r"-\d{2}$")
_SPECIMEN_PEOPLE = ("collected_by", "received_by", "rejected_by")


def lab_order_get(user: Person, order_id: int) -> Any:
    """Raises NotFound for what this person may not see and for any other order."""
    order = orders.order_get(user, order_id)
    if order.job_role != "LIS":
        raise NotFound(ErrorCode.ORDER_NOT_FOUND, f"laboratory order {order_id}", "id")
    return order


def worklist_visible_to(user: Person) -> QuerySet[Any]:
    """Laboratory orders with the ``step`` that each waits for and its specimens; for the staff."""
    versions = ResultVersion.objects.filter(order=OuterRef("pk")).order_by("-number")
    tubes = Specimen.objects.filter(order=OuterRef("pk"))
    step = Case(
        When(status="CANCELLED", then=Value(BenchStep.DONE)),
        When(newest_version=ResultState.ENTERED, then=Value(BenchStep.VERIFY)),
        When(status="CONFIRMED", then=Value(BenchStep.DONE)),
        When(status="RESULT_READY", then=Value(BenchStep.CONFIRM)),
        When(newest_version=ResultState.RETURNED, then=Value(BenchStep.ENTER)),
        When(Exists(tubes.filter(state=SpecimenState.RECEIVED)), then=Value(BenchStep.ENTER)),
        When(Exists(tubes.filter(state=SpecimenState.COLLECTED)), then=Value(BenchStep.RECEIVE)),
        default=Value(BenchStep.COLLECT),
    )
    people = Specimen.objects.select_related("order__patient", *_SPECIMEN_PEOPLE)
    own = scope_for(user, Permission.VIEW_ORDER) is Scope.OWN
    seen = orders.orders_visible_to(user)
    rows = seen.none() if own else seen.filter(job_role="LIS")
    rows = rows.annotate(newest_version=Subquery(versions.values("state")[:1]))
    return rows.annotate(step=step).prefetch_related(Prefetch("specimens", queryset=people))


def worklist_counts(user: Person) -> dict[str, Any]:
    """How many orders wait for each step, and of all of them how many are late or urgent."""
    late = Q(due_at__lt=timezone.now(), status__in=orders.UNDONE)
    rows = worklist_visible_to(user).exclude(step=BenchStep.DONE).order_by()
    counts = rows.values("step").annotate(
        number=Count("pk"),
        late=Count("pk", filter=late),
        pressing=Count("pk", filter=~Q(priority="routine")),
    )
    found = list(counts)
    return {
        "steps": {row["step"]: row["number"] for row in found},
        "overdue": sum(row["late"] for row in found),
        "urgent": sum(row["pressing"] for row in found),
    }


def specimens_visible_to(user: Person) -> QuerySet[Specimen]:
    rows = Specimen.objects.visible_to(user)
    return rows.select_related("order__patient", *_SPECIMEN_PEOPLE)


def specimens_of(user: Person, order: Any) -> QuerySet[Specimen]:
    return specimens_visible_to(user).filter(order=order.pk)


def specimen_get(user: Person, specimen_id: int) -> Specimen:
    """Raises NotFound."""
    rows = specimens_visible_to(user)
    found: Specimen = _found(rows.filter(pk=specimen_id).first(), f"specimen {specimen_id}")
    return found


def versions_of(user: Person, order: Any) -> QuerySet[ResultVersion]:
    """For those who enter results and those who verify this one. Raises PermissionDenied."""
    enters = user.has_permission(Permission.ENTER_LAB_RESULT)
    if not enters and not orders.may_step(user, order, "CONFIRMED"):
        raise PermissionDenied(f"the versions of a result need {Permission.ENTER_LAB_RESULT}")
    rows = ResultVersion.objects.visible_to(user).filter(order=order.pk)
    return rows.select_related("order", "entered_by", "verified_by", "returned_by")


def version_get(user: Person, version_id: int) -> ResultVersion:
    """Raises NotFound."""
    rows = ResultVersion.objects.visible_to(user, Permission.CONFIRM_ORDER)
    rows = rows.select_related("order", "entered_by", "returned_by")
    found: ResultVersion = _found(rows.filter(pk=version_id).first(), f"result {version_id}")
    return found


def results_out(user: Person) -> QuerySet[ResultVersion]:
    """The verified versions of results that the person sees; ``amends``: an earlier one was out."""
    earlier = ResultVersion.objects.filter(order=OuterRef("order"), number__lt=OuterRef("number"))
    seen = ResultVersion.objects.filter(order__in=orders.orders_with_result(user))
    found = seen.exclude(verified_at=None).exclude(state=ResultState.ENTERED)
    out: QuerySet[ResultVersion] = found.annotate(amends=Exists(earlier.exclude(verified_at=None)))
    return out.select_related("order").defer("entered", "values")


def values_visible_to(user: Person) -> QuerySet[LabValue]:
    """With ``before``: what the value was until it was amended."""
    earlier = LabValue.objects.filter(
        order=OuterRef("order"), code=OuterRef("code"), current=False
    ).order_by("-id")
    rows: Any = LabValue.objects.visible_to(user).filter(current=True).select_related("order")
    found: QuerySet[LabValue] = rows.annotate(before=Subquery(earlier.values("text")[:1]))
    return found


def analytes_of(user: Person, patient_id: int) -> list[dict[str, Any]]:
    """What was measured of a patient: the newest values of each analyte, the newest first."""
    same, newest_first = F("code"), [F("at").desc(), F("id").desc()]
    rows: Any = values_visible_to(user).filter(patient=patient_id)
    ranked = rows.annotate(
        rank=Window(RowNumber(), partition_by=same, order_by=newest_first),
        total=Window(Count("id"), partition_by=same),
    )
    found: dict[str, dict[str, Any]] = {}
    for row in ranked.filter(rank__lte=NEWEST).order_by("-at", "-id"):
        one = found.setdefault(
            row.code, {"code": row.code, "count": row.total, "unit": row.unit, "values": []}
        )
        one["values"].append(row)
    return list(found.values())


def criticals_visible_to(user: Person) -> QuerySet[CriticalValue]:
    rows = CriticalValue.objects.visible_to(user)
    return rows.select_related("order", "patient").prefetch_related(
        "attempts__by", "escalations__to"
    )


def attempts_visible_to(user: Person) -> QuerySet[CriticalAttempt]:
    """To tell somebody of a critical value."""
    rows: QuerySet[CriticalAttempt] = CriticalAttempt.objects.visible_to(user)
    return rows.select_related("critical__order", "by")


def criticals_open_of(user: Person, patient_id: int) -> QuerySet[CriticalValue]:
    """Not yet read back by anybody."""
    return criticals_waiting(user).filter(patient=patient_id)


def criticals_waiting(user: Person) -> QuerySet[CriticalValue]:
    """Those that the person sees and nobody has read back."""
    return criticals_visible_to(user).filter(pk__in=CriticalValue.objects.open().values("pk"))


def critical_get(user: Person, critical_id: int) -> CriticalValue:
    """Raises NotFound."""
    row: CriticalValue | None = criticals_visible_to(user).filter(pk=critical_id).first()
    found: CriticalValue = _found(row, f"critical value {critical_id}")
    return found


def critical_for_handler(critical_id: int) -> CriticalValue:
    """For a delivered event; not filtered by rights."""
    found: CriticalValue = CriticalValue.objects.select_related("order").get(pk=critical_id)
    return found


def criticals_open() -> QuerySet[CriticalValue]:
    """For the escalation; not filtered by rights."""
    return CriticalValue.objects.open().select_related("order").order_by("id")


def messages_visible_to(user: Person) -> QuerySet[InboundMessage]:
    """What is of an order that the person does not see is not theirs either."""
    rows = InboundMessage.objects.visible_to(user, Permission.ENTER_LAB_RESULT)
    unseen = rows.exclude(order=None).exclude(order__in=orders.orders_visible_to(user))
    found: QuerySet[InboundMessage] = rows.exclude(pk__in=unseen.values("pk"))
    return found.select_related("order", "received_by")


def message_get(user: Person, message_id: int) -> InboundMessage:
    """Raises NotFound."""
    row: InboundMessage | None = messages_visible_to(user).filter(pk=message_id).first()
    return _found(row, f"message {message_id}")


def shown_text(row: InboundMessage, most_bytes: int) -> str:
    """The beginning of a message as text, with a mark for each byte that is none."""
    raw = bytes(row.raw)[:most_bytes]
    charset = hl7_text.CHARSETS.get(hl7_text.header_of(raw).charset) or "utf-8"
    return raw.decode(charset, "replace")


def patients_named(row: InboundMessage, text: str) -> set[int]:
    """Of whom a message speaks, by record numbers and accession numbers anywhere in ``text``.

    Also where it cannot be understood, and also patients who came to be known later.
    """
    tokens = {each.strip() for each in _TOKEN.findall(text)}
    tokens |= {word for each in tokens for word in each.split()}
    tokens |= {_TUBE.sub("", each) for each in tokens}
    found = patients.ids_of_mrns(tokens) | orders.patients_of_accessions(tokens)
    return found | ({row.order.patient_id} if row.order else set())


def may_read(user: Person, named: set[int]) -> bool:
    """Whoever may not see one of the patients reads nothing of the message."""
    return patients.patients_visible_to(user).filter(pk__in=named).count() == len(named)


def message_readable(user: Person, message_id: int, most_bytes: int = 1 << 20) -> InboundMessage:
    """Raises NotFound also for a message of somebody whom the person may not see."""
    row = message_get(user, message_id)
    named = patients_named(row, shown_text(row, most_bytes))
    return _found(row if may_read(user, named) else None, f"message {message_id}")


WAITING = (MessageState.HELD, MessageState.PARTIAL)


def _found(row: Row | None, detail: str) -> Row:
    if row is None:
        raise NotFound(ErrorCode.LAB_ITEM_NOT_FOUND, detail, "id")
    return row
