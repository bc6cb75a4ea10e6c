"""A call to a service: whose it is about, what the rules say, what is kept of it."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.db import transaction

from audit import services as audit
from common.errors import ExternalError
from common.person import Person
from emr.selectors import rights_read_once
from fhir.cds_hooks.hook_cards import Card
from fhir.cds_hooks.hook_requests import HookRequest
from fhir.cds_hooks.named_parties import patient_named
from fhir.cds_hooks.rules import RULES, Question
from fhir.cds_hooks.rules.kidney_function import CREATININE, EGFR, PREFETCH
from fhir.choices import Hook, Indicator
from fhir.models import CdsCard, CdsClient, CdsRuleSetting
from fhir.services.resources.elements import LOINC, Json, compact
from rbac.permissions import Permission

logger = logging.getLogger(__name__)
_URGENCY = [Indicator.CRITICAL, Indicator.WARNING, Indicator.INFO]
_ORDER_TEMPLATES = {
    PREFETCH: "Observation?patient={{context.patientId}}&code="
    + ",".join(f"{LOINC}|{code}" for code in (*EGFR, *CREATININE))
    + "&_sort=-date&_count=10",
    "conditions": "Condition?patient={{context.patientId}}&clinical-status=active",
    "devices": "Device?patient={{context.patientId}}",
}
_TITLES = {
    Hook.PATIENT_VIEW: ("When a patient's record is opened", "AI results, diagnoses, follow-up"),
    Hook.ENCOUNTER_START: ("When an encounter begins", "AI results, diagnoses, follow-up"),
    Hook.ORDER_SELECT: ("While orders are chosen", "Duplicates, contrast, devices, AI inputs"),
    Hook.ORDER_SIGN: ("Before orders are signed", "Duplicates, contrast, devices, AI inputs"),
}


def services_described() -> Json:
    """What discovery answers: a service for each hook, whatever rules are on."""
    people = {"patient": "Patient/{{context.patientId}}", "user": "{{context.userId}}"}
    orders = (Hook.ORDER_SELECT, Hook.ORDER_SIGN)
    return {
        "services": [
            {
                "hook": hook.value,
                "id": hook.value,
                "title": f"NeuroNova CDSS: {title}",
                "description": f"{about}.",
                "prefetch": people | (_ORDER_TEMPLATES if hook in orders else {}),
            }
            for hook, (title, about) in _TITLES.items()
        ]
    }


def hook_answered(*, person: Person, client: CdsClient | None, asked: HookRequest) -> Json:
    """The cards, the most urgent first; recorded with the patient.

    Raises PermissionDenied, NotFound, ConflictError, InvalidInput (412).
    """
    with rights_read_once():
        patient = patient_named(person, client, asked)
        question = Question(person, patient, asked.hook, asked.drafts, asked.prefetch)
        cards = sorted(_cards(question), key=lambda card: _URGENCY.index(card.indicator))
    with transaction.atomic():
        _keep(cards, asked, person, client, patient.pk)
        audit.record(
            actor=person,
            action="cds.read",
            object_type="cds_service",
            object_id=asked.hook.value,
            patient_id=patient.pk,
            permission=Permission.VIEW_PATIENT,
            detail=compact(
                {
                    "hook_instance": str(asked.hook_instance),
                    "client": client and client.pk,
                    "rules": [card.rule.value for card in cards],
                }
            ),
        )
    subject = _subject(asked)
    return {"cards": [card.to_json(subject, RULES[card.rule].name) for card in cards]}


def _cards(question: Question) -> Iterable[Card]:
    """Of every rule that is on; one whose source is away says nothing, the others still do."""
    settings = {one.rule: one for one in CdsRuleSetting.objects.all()}
    for rule in RULES.values():
        setting = settings.get(rule.code)
        if question.hook not in rule.hooks or (setting and not setting.enabled):
            continue
        usual = rule.limit.usual if rule.limit else 0
        limit = setting.limit if setting and setting.limit is not None else usual
        try:
            yield from list(rule.cards(question, limit))
        except ExternalError as error:
            logger.warning("rule not asked", extra={"rule": rule.code, "error": str(error.code)})


def _subject(asked: HookRequest) -> Json:
    """Elements of an order that is suggested, in the ids of the caller."""
    encounter = {"reference": f"Encounter/{asked.encounter}"} if asked.encounter else None
    return compact({"subject": {"reference": f"Patient/{asked.patient}"}, "encounter": encounter})


def _keep(
    cards: list[Card], asked: HookRequest, person: Person, client: CdsClient | None, patient_id: int
) -> None:
    CdsCard.objects.bulk_create(
        CdsCard(
            uuid=card.uuid,
            rule=card.rule,
            hook=asked.hook,
            hook_instance=asked.hook_instance,
            indicator=card.indicator,
            patient_id=patient_id,
            user_id=person.pk,
            client=client,
            suggestions=[str(one.uuid) for one in card.suggestions],
        )
        for card in cards
    )
