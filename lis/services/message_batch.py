"""Messages that came at the same time, taken in one transaction as far as they are plain.

A plain message is a final result of one order that had none: what instruments send all day. Every
other goes the way of ``message_import``, one by one.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone

from audit import services as audit
from common.errors import AppError
from common.person import Person
from lis import hl7_text
from lis.choices import CRITICAL, MessageKind, MessageState, ResultSource, ResultState
from lis.hl7_text import Header, Hl7Refused, Observation
from lis.models import InboundMessage, LabValue, ResultVersion
from lis.services.criticals import criticals_snapshot
from lis.services.message_import import MOST_BYTES, message_receive
from lis.services.message_lines import FINAL, rows_of
from lis.services.releases import value_rows
from lis.services.typed_results import ROWS, Result, earlier_values, refined
from ocs.services.bulk_results import orders_locked, orders_result_put
from ocs.services.results import schema_check
from rbac.permissions import Permission

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class PlainMessage:
    """``place``: among those that came together."""

    place: int
    raw: bytes
    header: Header
    accession_number: str
    mrns: set[str]
    lines: list[Observation]
    comment: str
    ack: str = ""
    order: Any = None
    entered: Result = field(default_factory=dict)
    values: Result = field(default_factory=dict)
    schema_version: int | None = None


def messages_receive(*, actor: Person, raws: Sequence[bytes]) -> list[str]:
    """The acknowledgement of each, after all of them are committed."""
    acks: dict[int, str] = {}
    if len(plain := _plain(raws)):
        try:
            with transaction.atomic():
                acks = _taken(actor, plain)
        except (AppError, ValueError, DatabaseError) as error:
            logger.info("messages are taken one by one: %s", type(error).__name__)
    return [
        acks.get(place) or message_receive(actor=actor, raw=raw) for place, raw in enumerate(raws)
    ]


def _plain(raws: Sequence[bytes]) -> list[PlainMessage]:
    """By what they say themselves; of two with the same number or order, the first.

    None behind one that is not plain: it would overtake it.
    """
    found: dict[str, PlainMessage] = {}
    used: set[tuple[str, str]] = set()
    for place, raw in enumerate(raws):
        message = _read(place, raw) if len(raw) <= MOST_BYTES else None
        if message is None:
            break
        name = message.header.sender, message.header.control_id
        if name not in used and message.accession_number not in found:
            found[message.accession_number] = message
        used.add(name)
    return list(found.values())


def _read(place: int, raw: bytes) -> PlainMessage | None:
    try:
        message = hl7_text.parse(raw)
    except Hl7Refused:
        return None
    groups = message.groups
    numbers = {number for each in groups for number in (each.placer, each.filler) if number}
    lines = [line for each in groups for line in each.observations]
    if len(numbers) != 1 or not all(each.placer or each.filler for each in groups):
        return None
    if any(line.status != FINAL for line in lines):
        return None
    mrns = {each.mrn for each in groups if each.mrn}
    comment = "\n".join(filter(None, (each.comment for each in groups)))
    header = hl7_text.header_of(raw)
    ack = hl7_text.acknowledgement(header, "AA")
    return PlainMessage(place, raw, header, numbers.pop(), mrns, lines, comment, ack)


def _taken(actor: Person, messages: list[PlainMessage]) -> dict[int, str]:
    fresh = _not_known(messages)
    numbers = [each.accession_number for each in fresh]
    orders = {
        order.accession_number: order
        for order in orders_locked(actor=actor, job_role="LIS", accession_numbers=numbers)
    }
    begun = set(
        ResultVersion.objects.filter(order__in=[order.pk for order in orders.values()])
        .order_by()
        .values_list("order_id", flat=True)
    )
    for each in fresh:
        order = orders.get(each.accession_number)
        if order is None or order.pk in begun or order.job_type not in ROWS:
            continue
        if each.mrns <= {order.patient.patient_id}:
            each.order = order
    ready = _understood([each for each in fresh if each.order is not None])
    if ready:
        _store(actor, ready)
    return {each.place: each.ack for each in ready}


def _not_known(messages: list[PlainMessage]) -> list[PlainMessage]:
    ids = [each.header.control_id for each in messages]
    rows = InboundMessage.objects.filter(control_id__in=ids).order_by()
    known = set(rows.values_list("sender", "control_id"))
    return [each for each in messages if (each.header.sender, each.header.control_id) not in known]


def _understood(messages: list[PlainMessage]) -> list[PlainMessage]:
    """Those of whose lines every one is right."""
    codes = {line.code for each in messages for line in each.lines}
    earlier = earlier_values([each.order.patient_id for each in messages], codes)
    return [each for each in messages if _refined(each, earlier)]


def _refined(message: PlainMessage, earlier: dict[int, dict[str, float]]) -> bool:
    order = message.order
    rows, problems = rows_of(order, message.lines, ())
    if problems or not rows:
        return False
    entered = {ROWS[order.job_type]: rows}
    message.entered = entered | ({"comment": message.comment} if message.comment else {})
    try:
        message.schema_version = schema_check(order.job_type, message.entered)
        message.values = refined(order, message.entered, earlier.get(order.patient_id, {}))
    except AppError:
        return False
    return True


def _store(actor: Person, messages: list[PlainMessage]) -> None:
    now = timezone.now()
    ResultVersion.objects.bulk_create(
        ResultVersion(
            order_id=each.order.pk,
            number=1,
            entered=each.entered,
            values=each.values,
            state=ResultState.VERIFIED,
            source=ResultSource.HL7,
            entered_by_id=actor.pk,
            verified_at=now,
        )
        for each in messages
    )
    for each in messages:
        if any(row.get("flag") in CRITICAL for row in each.values.get("analytes", ())):
            criticals_snapshot(order=each.order, values=each.values)
    LabValue.objects.bulk_create(
        row for each in messages for row in value_rows(each.order, each.values, now)
    )
    finished = [(each.order, each.values, each.schema_version) for each in messages]
    orders_result_put(actor=actor, finished=finished)
    rows = InboundMessage.objects.bulk_create(_row(actor, each) for each in messages)
    audit.record_all(
        actor=actor,
        permission=Permission.ENTER_LAB_RESULT,
        records=_records(zip(messages, rows, strict=True)),
    )


def _row(actor: Person, message: PlainMessage) -> InboundMessage:
    return InboundMessage(
        kind=MessageKind.HL7,
        sender=message.header.sender,
        control_id=message.header.control_id,
        digest=hashlib.sha256(message.raw).hexdigest(),
        raw=message.raw,
        state=MessageState.ACCEPTED,
        ack=message.ack,
        taken=[line.number for line in message.lines],
        order_id=message.order.pk,
        received_by_id=actor.pk,
    )


def _records(stored: Iterable[tuple[PlainMessage, InboundMessage]]) -> list[dict[str, Any]]:
    """Two of each message: what came, and the result that it is."""
    found = []
    for message, row in stored:
        patient = {"patient_id": message.order.patient_id}
        result = {"action": "lab_result.enter", "object_type": "order"}
        detail: dict[str, Any] = {"version": 1, "source": ResultSource.HL7}
        found.append(patient | result | {"object_id": message.order.pk, "detail": detail})
        arrival = {"action": "message.receive", "object_type": "message"}
        detail = {"state": MessageState.ACCEPTED}
        found.append(patient | arrival | {"object_id": row.pk, "detail": detail})
    return found
