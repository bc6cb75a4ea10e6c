"""What people did with the cards, as a client tells it (CDS Hooks 2.0, Feedback)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from audit import services as audit
from common.errors import ErrorCode, InvalidInput, NotFound
from common.person import Person
from fhir.choices import CardOutcome, Hook
from fhir.models import CdsCard, CdsClient, CdsFeedback
from rbac.permissions import Permission


def card_given(client: CdsClient | None, person: Person | None, hook: Hook, uuid: UUID) -> CdsCard:
    """A card that this client, or this person in their own session, was given.

    Raises NotFound.
    """
    rows = CdsCard.objects.filter(hook=hook, client=client).select_related("user__custom_role")
    if person is not None:
        rows = rows.filter(user_id=person.pk)
    found = rows.filter(uuid=uuid).first()
    if found is None:
        raise NotFound(ErrorCode.RECORD_NOT_FOUND, f"card {uuid}", "feedback.card")
    return found


@transaction.atomic
def feedback_take(
    *, person: Person, client: CdsClient | None, hook: Hook, given: Sequence[dict[str, Any]]
) -> None:
    """All of it or nothing; what was told before changes nothing.

    Raises NotFound (another's card), InvalidInput (a suggestion that the card did not have).
    """
    for one in given:
        card = card_given(client, None if client else person, hook, one["card"])
        accepted = [str(each["id"]) for each in one.get("acceptedSuggestions", ())]
        if not set(accepted) <= set(card.suggestions):
            raise InvalidInput(
                ErrorCode.VALIDATION, "the card has no such suggestion", "acceptedSuggestions"
            )
        if one["outcome"] == CardOutcome.ACCEPTED and not accepted:
            raise InvalidInput(
                ErrorCode.VALIDATION, "required where a card was accepted", "acceptedSuggestions"
            )
        _feedback_keep(card, one, accepted)


def _feedback_keep(card: CdsCard, told: dict[str, Any], accepted: list[str]) -> None:
    override = told.get("overrideReason") or {}
    reason = override.get("reason") or {}
    _, is_new = CdsFeedback.objects.get_or_create(
        card=card,
        outcome=told["outcome"],
        outcome_at=told["outcomeTimestamp"],
        defaults={
            "reason": reason.get("code", ""),
            "reason_system": reason.get("system", ""),
            "comment": override.get("userComment", ""),
            "accepted": accepted,
        },
    )
    if is_new:
        audit.record(
            actor=card.user,
            action="cds.feedback",
            object_type="cds_card",
            object_id=str(card.uuid),
            patient_id=card.patient_id,
            permission=Permission.VIEW_PATIENT,
            detail={"rule": card.rule, "outcome": told["outcome"]},
        )
