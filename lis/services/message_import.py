"""HL7 v2 messages become results of open laboratory orders; what does not fit is kept and told."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from audit import services as audit
from common.errors import AppError, BusinessError, ErrorCode
from common.person import Person
from lis import hl7_text, selectors
from lis.analytes import analytes
from lis.choices import MessageKind, MessageState, ResultSource
from lis.hl7_text import Group, Hl7Refused, Message
from lis.models import InboundMessage
from lis.services.criticals import criticals_snapshot
from lis.services.releases import OUT, result_enter, version_release
from lis.services.typed_results import analyte_refined
from ocs import selectors as orders
from rbac.permissions import Permission

MOST_BYTES = 1 << 20
_FINAL, _CORRECTED = ("F", ""), "C"
_DIGEST = hashlib.sha256


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    ack: str
    state: str
    reason: str = ""
    order: Any = None


def message_receive(*, actor: Person, raw: bytes) -> str:
    """The acknowledgement of one message, after all of it is committed.

    A message that came before is answered as before and stored no second time.
    """
    header = hl7_text.header_of(raw)
    digest = _DIGEST(raw).hexdigest()
    known = _known(header.sender, header.control_id, digest)
    if known is not None:
        return known.ack
    with transaction.atomic():
        return _received(actor, raw, header, digest)


@transaction.atomic
def message_hold(*, actor: Person, raw: bytes, reason: str) -> None:
    """Keep what is no whole message, for a person to look at."""
    header = hl7_text.header_of(raw)
    row, created = InboundMessage.objects.get_or_create(
        sender=header.sender,
        control_id=header.control_id,
        digest=_DIGEST(raw + reason.encode()).hexdigest(),
        defaults={
            "kind": MessageKind.HL7,
            "raw": raw[:MOST_BYTES],
            "state": MessageState.HELD,
            "received_by_id": actor.pk,
        },
    )
    if created:
        _settle(actor, row, header, ImportOutcome("AE", MessageState.HELD, reason))


def _known(sender: str, control_id: str, digest: str) -> InboundMessage | None:
    rows = InboundMessage.objects.filter(sender=sender, control_id=control_id, digest=digest)
    found: InboundMessage | None = rows.first()
    return found


def _received(actor: Person, raw: bytes, header: hl7_text.Header, digest: str) -> str:
    """Store the row first: of two that come at once, the second waits and finds the first."""
    row, created = InboundMessage.objects.get_or_create(
        sender=header.sender,
        control_id=header.control_id,
        digest=digest,
        defaults={
            "kind": MessageKind.HL7,
            "raw": raw[:MOST_BYTES],
            "state": MessageState.HELD,
            "received_by_id": actor.pk,
        },
    )
    if created:
        same = InboundMessage.objects.filter(sender=header.sender, control_id=header.control_id)
        reused = bool(header.control_id) and same.exclude(pk=row.pk).exists()
        _settle(actor, row, header, _applied(actor, raw, reused=reused))
    ack: str = row.ack
    return ack


def _applied(actor: Person, raw: bytes, *, reused: bool = False) -> ImportOutcome:
    if len(raw) > MOST_BYTES:
        return ImportOutcome("AR", MessageState.HELD, "larger than 1 MB")
    if reused:
        return ImportOutcome("AE", MessageState.HELD, "MSH-10 was used for another message")
    try:
        with transaction.atomic():
            return _results(actor, hl7_text.parse(raw))
    except Hl7Refused as error:
        return ImportOutcome(error.ack, MessageState.HELD, error.reason)
    except AppError as error:
        return ImportOutcome(
            "AE", MessageState.HELD, f"{error.code.value.code} {error.field or ''}"
        )


def _settle(
    actor: Person, row: InboundMessage, header: hl7_text.Header, outcome: ImportOutcome
) -> None:
    row.state, row.reason = outcome.state, outcome.reason.strip()[:300]
    row.order_id = outcome.order.pk if outcome.order else None
    row.ack = hl7_text.acknowledgement(header, outcome.ack, outcome.reason)
    row.save(update_fields=["state", "reason", "order", "ack"])
    audit.record(
        actor=actor,
        action="message.receive",
        object_type="message",
        object_id=row.pk,
        patient_id=outcome.order.patient_id if outcome.order else None,
        permission=Permission.ENTER_LAB_RESULT,
        detail={"state": outcome.state},
    )


def _results(actor: Person, message: Message) -> ImportOutcome:
    """All groups of a message in one transaction; a line that does not fit is named."""
    problems: list[str] = []
    order = None
    for group in message.groups:
        if not group.observations:
            continue
        order = _order_of(actor, group)
        items, bad = _items(order, group)
        problems += bad
        if items:
            _enter(actor, order, group, items)
        elif not bad:
            raise Hl7Refused("AE", "no observation")
    if problems:
        return ImportOutcome("AE", MessageState.PARTIAL, "; ".join(problems), order)
    return ImportOutcome("AA", MessageState.ACCEPTED, "", order)


def _order_of(actor: Person, group: Group) -> Any:
    """By accession number, else the one open order of the patient for this test."""
    for number in filter(None, (group.placer, group.filler)):
        order = orders.order_by_accession(number)
        if order is None or order.job_role != "LIS":
            continue
        if group.mrn and order.patient.patient_id != group.mrn:
            raise Hl7Refused("AE", "the patient is not that of the order")
        return orders.order_get(actor, order.pk)
    known = group.code in analytes() or any(o.code in analytes() for o in group.observations)
    job_type = "BLOOD" if known else group.code
    found = [
        order
        for order in orders.orders_visible_to(actor).filter(
            patient__patient_id=group.mrn, job_role="LIS", job_type=job_type
        )
        if order.status in orders.UNDONE
    ]
    if len(found) != 1:
        raise Hl7Refused("AE", "several orders fit" if found else "no open order fits")
    return found[0]


def _items(order: Any, group: Group) -> tuple[list[dict[str, Any]], list[str]]:
    if order.job_type != "BLOOD":
        raise Hl7Refused("AE", f"no import of {order.job_type}")
    items, problems = [], []
    for each in group.observations:
        item = {"code": each.code, "value": _value(each.value), "unit": each.unit}
        if each.method:
            item["method"] = each.method[:40]
        try:
            if each.status not in (*_FINAL, _CORRECTED, "P"):
                raise Hl7Refused("AE", "status")
            analyte_refined(order.patient, item, 0)
        except Hl7Refused:
            problems.append(f"OBX {each.number}: status")
        except AppError as error:
            problems.append(f"OBX {each.number}: {(error.field or '').rpartition('.')[2]}")
        else:
            items.append(item)
    return items, problems


def _value(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text[:60]


def _enter(actor: Person, order: Any, group: Group, items: list[dict[str, Any]]) -> None:
    """Final results are verified by whoever sends them; preliminary ones wait for a person."""
    statuses = {each.status for each in group.observations}
    corrected = _CORRECTED in statuses
    if order.status in OUT and not corrected:
        raise Hl7Refused("AE", "the order has its result already")
    version = result_enter(
        actor=actor,
        order_id=order.pk,
        result={"analytes": items},
        reason="HL7 correction" if corrected else "",
        source=ResultSource.HL7,
    )
    if statuses <= {*_FINAL, _CORRECTED}:
        order.refresh_from_db()
        version_release(version=version, order=order, verifier=None)
    else:
        criticals_snapshot(order=order, values=version.values)


def _waiting(actor: Person, message_id: int) -> InboundMessage:
    selectors.message_get(actor, message_id)
    row: InboundMessage = InboundMessage.objects.select_for_update().get(pk=message_id)
    if row.state not in selectors.WAITING:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"a message {row.state}", "state")
    return row


@transaction.atomic
def message_retry(*, actor: Person, message_id: int) -> InboundMessage:
    """Try again what waits, for example once its order exists. Raises NotFound, BusinessError."""
    row = _waiting(actor, message_id)
    if row.kind != MessageKind.HL7:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, "a line is imported anew", "kind")
    raw = bytes(row.raw)
    _settle(actor, row, hl7_text.header_of(raw), _applied(actor, raw))
    return row


@transaction.atomic
def message_discard(*, actor: Person, message_id: int, reason: str) -> InboundMessage:
    """Raises NotFound, BusinessError."""
    row = _waiting(actor, message_id)
    row.state, row.discard_reason, row.closed_by_id = MessageState.DISCARDED, reason, actor.pk
    row.save(update_fields=["state", "discard_reason", "closed_by"])
    audit.record(
        actor=actor,
        action="message.discard",
        object_type="message",
        object_id=row.pk,
        patient_id=row.order.patient_id if row.order else None,
        permission=Permission.ENTER_LAB_RESULT,
    )
    return row
