"""MR for a patient whose record names a pacemaker or an implanted defibrillator.

Only by the codes and words below, of what is on record now: problems, operations that were begun,
and the conditions and devices that a client sent. Nothing is read out of notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from emr.selectors.clinical_facts import problems_active
from fhir.cds_hooks.draft_orders import HEAD
from fhir.cds_hooks.hook_cards import Card, OrderSuggestion, examination_name, listed, said
from fhir.cds_hooks.rules.declared_rules import ORDER_HOOKS, Question, RuleDeclaration, register
from fhir.choices import CdsRule, Indicator
from fhir.services.resources.elements import SNOMED
from treatment.selectors import operations_begun

ICD = ("Z950", "Z9581", "Z450", "T821")
"""Beginnings of codes of KCD, ICD-10 and ICD-10-CM, without the dot, which not all write."""
SNOMED_CODES = frozenset({"441509002", "14106009", "72506001"})
"""Cardiac pacemaker in situ; cardiac pacemaker; implantable cardiac defibrillator."""
_DEVICE = (
    r"(?:cardiac\s+|permanent\s+)?pace-?maker|implant\w*\s+(?:cardioverter|(?:cardiac\s+)?defibrillator)"
    r"|cardiac\s+resynchroni[sz]ation|\bcrt-[dp]\b"
    r"|(?:인공\s*)?(?:심장\s*)?심?박동(?:기|조율기|조율장치)|심박\s*조율기|페이스\s*메이커"
    r"|(?:삽입|이식)형\s*(?:심장\s*)?(?:심율동전환\s*)?제세동기|심장\s*재동기화"
)
_NAMED = re.compile(_DEVICE, re.IGNORECASE)
_DENIED = re.compile(
    rf"(?:\b(?:no|not|without|denies|r/o)\s+(?:an?\s+)?(?:history\s+of\s+)?)(?:{_DEVICE})"
    rf"|(?:{_DEVICE})\s*[,:(-]?\s*(?:was\s+|has\s+been\s+)?"
    r"(?:removed|removal|explant\w*|none|absent|없|제거|아님|미삽입)",
    re.IGNORECASE,
)
SYSTEMS = frozenset({"KCD", "http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10-cm"})


def names_device(text: str) -> bool:
    """Whether the words name such a device that is there."""
    return bool(_NAMED.search(_DENIED.sub(" ", text)))


def is_device_code(system: str, code: str) -> bool:
    if system in ("SNOMED", SNOMED):
        return code in SNOMED_CODES
    return system in SYSTEMS and code.upper().replace(".", "").startswith(ICD)


def _evidence(question: Question) -> Iterator[str]:
    for row in problems_active(question.person, question.patient):
        if is_device_code(row.code_system, row.code) or names_device(row.text):
            yield " ".join(filter(None, [said("문제", "Problem:"), row.text, row.code]))
    for plan in operations_begun(question.person, question.patient):
        if names_device(plan.title):
            yield f"{said('수술', 'Operation:')} {plan.title} ({plan.started_on})"
    sent = question.prefetch
    for one in (*sent.statements("conditions", "Condition"), *sent.statements("devices", "Device")):
        if any(is_device_code(*code) for code in one.codes) or names_device(one.text):
            name = one.text or " ".join(code for _, code in one.codes)
            yield f"{said('의뢰 시스템 기록', 'From the calling system:')} {name}"


def _cards(question: Question, _: int) -> Iterable[Card]:
    drafts = [one for one in question.drafts if one.modality == "MR"]
    evidence = list(_evidence(question)) if drafts else []
    for draft in drafts if evidence else ():
        suggestions: tuple[OrderSuggestion, ...] = ()
        if draft.body_part in HEAD:
            label = said("CT로 변경: ", "CT instead: ") + examination_name("CT_BRAIN")
            suggestions = (
                OrderSuggestion(
                    label, job_role="RIS", job_type="CT_BRAIN", instead_of=draft.reference
                ),
            )
        yield Card(
            rule=CdsRule.CARDIAC_DEVICE,
            indicator=Indicator.CRITICAL,
            summary=said(
                "MRI 주의: 심박동기 또는 삽입형 제세동기가 기록되어 있습니다.",
                "MR with a pacemaker or implanted defibrillator on record",
            ),
            detail=listed(
                [
                    *evidence,
                    said(
                        "기기가 MR 조건부인지 영상의학과와 확인하십시오.",
                        "Clear with radiology whether the device is MR conditional.",
                    ),
                ]
            ),
            suggestions=suggestions,
        )


register(
    RuleDeclaration(
        code=CdsRule.CARDIAC_DEVICE,
        name_ko="심박동기와 MRI",
        name_en="MR with a pacemaker on record",
        hooks=ORDER_HOOKS,
        cards=_cards,
    )
)
