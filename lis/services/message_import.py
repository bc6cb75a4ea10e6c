"""HL7 v2 messages become results of open laboratory orders; what does not fit is kept and told."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import DataError, IntegrityError, transaction

from acct import selectors as accounts
from alert import services as alerts
from alert.choices import Kind
from audit import services as audit
from common.errors import AppError, BusinessError, ErrorCode, InvalidInput, NotFound
from common.person import Person
from emr import selectors as patients
from lis import hl7_text, selectors
from lis.choices import MessageKind, MessageState, ResultSource
from lis.hl7_text import Group, Hl7Refused, Message, Observation
from lis.models import InboundMessage
from lis.services.message_lines import CORRECTED, FINAL, rows_of, type_of
from lis.services.releases import OUT, merged, result_enter, rows_present, version_release
from ocs import selectors as orders
from rbac.permissions import Permission

MOST_BYTES = 1 << 20
_DIGEST = hashlib.sha256
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    ack: str
    state: str
    reason: str = ""
    order: Any = None
    taken: Sequence[int] = ()


@dataclass(slots=True)
class OfOrderLines:
    """What a message says of one order."""

    order: Any
    lines: list[Observation] = field(default_factory=list)
    comment: str = ""

    def add(self, lines: list[Observation], comment: str) -> None:
        self.lines.extend(lines)
        self.comment = f"{self.comment}\n{comment}".strip()


def message_receive(*, actor: Person, raw: bytes) -> str:
    """The acknowledgement of one message, after all of it is committed.

    A message that came before is answered as before and stored no second time.
    """
    header = hl7_text.header_of(raw)
    digest = _DIGEST(raw).hexdigest()
    known = _known(header.sender, _kept_control_id(header, raw), digest)
    if known is not None:
        return known.ack
    with transaction.atomic():
        return _received(actor, raw, header, digest)


@transaction.atomic
def message_hold(*, actor: Person, raw: bytes, reason: str) -> None:
    """Keep what is no whole message, for a person to look at; the whole one may come yet."""
    header = hl7_text.header_of(raw)
    row, created = InboundMessage.objects.get_or_create(
        sender=header.sender,
        control_id="",
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


def _kept_control_id(header: hl7_text.Header, raw: bytes) -> str:
    """Empty for what is not kept whole: it is not tried again and stands in no message's way."""
    return header.control_id if len(raw) <= MOST_BYTES else ""


def _known(sender: str, control_id: str, digest: str) -> InboundMessage | None:
    rows = InboundMessage.objects.filter(sender=sender, control_id=control_id, digest=digest)
    found: InboundMessage | None = rows.first()
    return found


def _received(actor: Person, raw: bytes, header: hl7_text.Header, digest: str) -> str:
    """Store the row first: of two that come at once, the second waits and finds the first."""
    control_id = _kept_control_id(header, raw)
    row, created = InboundMessage.objects.get_or_create(
        sender=header.sender,
        control_id=control_id,
        digest=digest,
        defaults={
            "kind": MessageKind.HL7,
            "raw": raw[:MOST_BYTES],
            "state": MessageState.HELD,
            "received_by_id": actor.pk,
        },
    )
    if created:
        same = InboundMessage.objects.filter(sender=header.sender, control_id=control_id)
        reused = bool(control_id) and same.exclude(pk=row.pk).exists()
        _settle(actor, row, header, _applied(actor, raw, reused=reused))
    ack: str = row.ack
    return ack


def _applied(
    actor: Person,
    raw: bytes,
    *,
    reused: bool = False,
    retried: InboundMessage | None = None,
    chosen: Any = None,
) -> ImportOutcome:
    if len(raw) > MOST_BYTES:
        return ImportOutcome("AR", MessageState.HELD, "larger than 1 MB")
    if reused:
        return ImportOutcome("AE", MessageState.HELD, "MSH-10 was used for another message")
    try:
        with transaction.atomic():
            return _results(actor, hl7_text.parse(raw), retried, chosen)
    except Hl7Refused as error:
        return ImportOutcome(error.ack, MessageState.HELD, error.reason)
    except AppError as error:
        said = "" if isinstance(error, NotFound) else error.detail
        reason = said or error.code.value.en
        return ImportOutcome("AE", MessageState.HELD, reason)
    except (ValueError, DataError, IntegrityError) as error:
        logger.warning("a laboratory message failed: %s", type(error).__name__)
        return ImportOutcome("AE", MessageState.HELD, "not understood")


def _settle(
    actor: Person, row: InboundMessage, header: hl7_text.Header, outcome: ImportOutcome
) -> None:
    row.state, row.reason = outcome.state, outcome.reason.strip()[:300]
    row.order_id = outcome.order.pk if outcome.order else None
    row.taken = [*row.taken, *outcome.taken]
    row.ack = hl7_text.acknowledgement(header, outcome.ack, outcome.reason)
    row.save(update_fields=["state", "reason", "order", "ack", "taken"])
    if row.state in selectors.WAITING:
        for user in accounts.users_with(Permission.ENTER_LAB_RESULT):
            alerts.notify(
                user_id=user.pk,
                kind=Kind.LAB_MESSAGE_HELD,
                dedup_key=f"lab_message:{row.pk}",
                link="/lab/import",
            )
    audit.record(
        actor=actor,
        action="message.receive",
        object_type="message",
        object_id=row.pk,
        patient_id=outcome.order.patient_id if outcome.order else None,
        permission=Permission.ENTER_LAB_RESULT,
        detail={"state": outcome.state},
    )


def _results(
    actor: Person, message: Message, retried: InboundMessage | None, chosen: Any = None
) -> ImportOutcome:
    """What a message says of an order is one result; a line that does not fit is named.

    Of a message that is ``retried``, the lines that were taken before are left out. ``chosen``: the
    order to which a person assigns what names none that fits.
    """
    done = set(retried.taken) if retried else set()
    work: dict[int, OfOrderLines] = {}
    for group in message.groups:
        lines = [each for each in group.observations if each.number not in done]
        if lines:
            order = _order_or_chosen(actor, group, retried, chosen)
            work.setdefault(order.pk, OfOrderLines(order)).add(lines, group.comment)
    problems: list[str] = []
    taken: list[int] = []
    order = None
    for part in work.values():
        order, lines = part.order, part.lines
        rows, bad = rows_of(order, lines, rows_present(order) if done else set())
        problems += filter(None, bad.values())
        if rows:
            _enter(actor, part, rows, added=bool(done))
        taken += [each.number for each in lines if each.number not in bad]
    if problems:
        return ImportOutcome("AE", MessageState.PARTIAL, "; ".join(problems), order, taken)
    return ImportOutcome("AA", MessageState.ACCEPTED, "", order, taken)


def _order_or_chosen(
    actor: Person, group: Group, retried: InboundMessage | None, chosen: Any
) -> Any:
    """Never an order of another patient than the one whom the message names."""
    try:
        return _order_of(actor, group, retried)
    except Hl7Refused:
        if chosen is None:
            raise
    named = patients.ids_of_mrns([group.mrn])
    if named and named != {chosen.patient_id}:
        raise Hl7Refused("AE", "the patient is not that of the order")
    return chosen


def _order_of(actor: Person, group: Group, retried: InboundMessage | None) -> Any:
    """By accession number; only where none is given, by the patient's one open order of the test.

    A message that was taken in part is tried again on its own order.
    """
    given = list(filter(None, (group.placer, group.filler)))
    named = {found.pk: found for found in map(orders.order_by_accession, given) if found}
    of_lab = [order for order in named.values() if order.job_role == "LIS"]
    if len(of_lab) > 1:
        raise Hl7Refused("AE", "OBR-2 and OBR-3 name different orders")
    if given and not of_lab:
        raise Hl7Refused("AE", "no laboratory order has this accession number")
    owners = patients.ids_of_mrns([group.mrn]) if group.mrn else set()
    if of_lab:
        if group.mrn and of_lab[0].patient_id not in owners:
            raise Hl7Refused("AE", "the patient is not that of the order")
        return orders.order_get(actor, of_lab[0].pk)
    found = orders.orders_visible_to(actor).filter(
        patient__in=owners,
        job_role="LIS",
        job_type=type_of(group.code, group.observations),
    )
    if retried and retried.order_id:
        fits = list(found.filter(pk=retried.order_id))
    else:
        fits = list(found.filter(status__in=orders.UNDONE))
    if len(fits) != 1:
        raise Hl7Refused("AE", "several orders fit" if fits else "no open order fits")
    return fits[0]


def _enter(actor: Person, part: OfOrderLines, rows: list[dict[str, Any]], *, added: bool) -> None:
    """Final results are verified by whoever sends them; what is not final waits for a person.

    So does a final result beside which values wait that nobody has verified. A correction of a
    gene replaces all that was known of it: a variant has no other name to be found by.
    """
    order = part.order
    statuses = {each.status for each in part.lines}
    corrected = CORRECTED in statuses
    if order.status in OUT and not (corrected or added):
        raise Hl7Refused("AE", "the order has its result already")
    genes = {row["gene"].upper() for row in rows if corrected and "gene" in row}
    result, unverified = merged(order, rows, comment=part.comment, genes=genes)
    reason = "HL7 lines added" if added else ""
    version = result_enter(
        actor=actor,
        order_id=order.pk,
        result=result,
        reason="HL7 correction" if corrected else reason,
        source=ResultSource.HL7,
    )
    if statuses <= {FINAL, CORRECTED} and not unverified:
        order.refresh_from_db()
        version_release(version=version, order=order, verifier=None)


def _waiting(actor: Person, message_id: int) -> InboundMessage:
    selectors.message_readable(actor, message_id)
    row: InboundMessage = InboundMessage.objects.select_for_update().get(pk=message_id)
    if row.state not in selectors.WAITING:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"a message {row.state}", "state")
    return row


@transaction.atomic
def message_assign(*, actor: Person, message_id: int, order_id: int) -> InboundMessage:
    """Try again what waits, on the order that a person says it is for.

    Raises NotFound, BusinessError, InvalidInput (an order of another patient than is named).
    """
    order = selectors.lab_order_get(actor, order_id)
    row = message_retry(actor=actor, message_id=message_id, chosen=order)
    if row.state == MessageState.HELD:
        raise InvalidInput(ErrorCode.VALIDATION, row.reason, "order")
    return row


@transaction.atomic
def message_retry(*, actor: Person, message_id: int, chosen: Any = None) -> InboundMessage:
    """Try again what waits, for example once its order exists. Raises NotFound, BusinessError."""
    row = _waiting(actor, message_id)
    if row.kind != MessageKind.HL7:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, "a line is imported anew", "kind")
    if not row.control_id:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, "no whole message", "control_id")
    raw = bytes(row.raw)
    outcome = _applied(actor, raw, retried=row, chosen=chosen)
    if row.state == MessageState.PARTIAL and outcome.state == MessageState.HELD:
        outcome = replace(outcome, state=MessageState.PARTIAL)
    if outcome.order is None:
        outcome = replace(outcome, order=row.order)
    _settle(actor, row, hl7_text.header_of(raw), outcome)
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
