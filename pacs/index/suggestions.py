"""Whose images of no known patient may be. A person decides; nothing is matched by this."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

from django.utils import timezone

from common.person import Person
from emr import selectors as patients
from ocs import selectors as orders
from ocs.choices import modality_of
from pacs.choices import SuggestionReason as Reason
from pacs.index.identity import birth_date_read, same_name
from pacs.index.matching import orders_named
from pacs.models import Study

MOST = 5
NEAR = timedelta(days=3)
"""Between an order's time and the study's day."""
_WEIGHTS = {
    Reason.ACCESSION_NUMBER: 8,
    Reason.STUDY_INSTANCE_UID: 8,
    Reason.NAME: 3,
    Reason.BIRTH_DATE: 3,
    Reason.PROCEDURE: 2,
}
_LEAST = 5


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``order``: of the patient, that the images may be of; None if none fits."""

    patient: Any
    order: Any
    reasons: tuple[Reason, ...]

    @property
    def weight(self) -> int:
        return sum(_WEIGHTS[reason] for reason in self.reasons)


def suggestions_for(
    actor: Person, study_instance_uids: Iterable[str]
) -> dict[str, list[Suggestion]]:
    """The likeliest first, of patients whom the actor sees; by Study Instance UID."""
    unmatched = Study.objects.unmatched_for(actor)
    studies = list(unmatched.filter(study_instance_uid__in=study_instance_uids))
    if not studies:
        return {}
    waiting = list(orders.orders_visible_to(actor).filter(pk__in=orders.imaging_orders_open()))
    named = orders_named(studies)
    near = {s.study_instance_uid: [each for each in waiting if _fits(s, each)] for s in studies}
    found = _candidates(actor, studies, [*chain(*named.values()), *chain(*near.values())])
    return {
        uid: _likely(study, found, named[uid], near[uid])
        for uid, study in ((study.study_instance_uid, study) for study in studies)
    }


def _candidates(actor: Person, studies: Sequence[Study], named: Iterable[Any]) -> list[Any]:
    """Patients of the orders, and those born on a day that a study names."""
    seen = patients.patients_visible_to(actor)
    ids = {order.patient_id for order in named}
    days = {born for study in studies if (born := birth_date_read(study.dicom_birth_date))}
    born_then = seen.filter(birth_date__in=days).exclude(pk__in=ids)
    return [*seen.filter(pk__in=ids), *born_then[: MOST * MOST * len(studies)]]


def _likely(
    study: Study, found: Iterable[Any], named: list[Any], near: list[Any]
) -> list[Suggestion]:
    born = birth_date_read(study.dicom_birth_date)
    made = [_suggestion(study, patient, named, near, born) for patient in found]
    likely = [each for each in made if each.weight >= _LEAST]
    return sorted(likely, key=lambda each: (-each.weight, each.patient.pk))[:MOST]


def _suggestion(
    study: Study, patient: Any, named: list[Any], near: list[Any], born: date | None
) -> Suggestion:
    reasons = []
    own = [order for order in named if order.patient_id == patient.pk]
    for order in own:
        by_number = order.accession_number == study.accession_number
        reasons.append(Reason.ACCESSION_NUMBER if by_number else Reason.STUDY_INSTANCE_UID)
    if same_name(study.dicom_patient_name, patient.full_name):
        reasons.append(Reason.NAME)
    if born == patient.birth_date:
        reasons.append(Reason.BIRTH_DATE)
    fitting = [order for order in near if order.patient_id == patient.pk]
    if fitting:
        reasons.append(Reason.PROCEDURE)
    order = next(iter(own), None) or min(fitting, key=lambda o: _apart(study, o), default=None)
    return Suggestion(patient, order, tuple(dict.fromkeys(reasons)))


def _fits(study: Study, order: Any) -> bool:
    """The modality of the order, at about its time."""
    modality = modality_of(order.job_type)
    return bool(modality) and modality == study.list_modality and _apart(study, order) <= NEAR


def _apart(study: Study, order: Any) -> timedelta:
    day = study.study_date or timezone.localdate(study.created_at)
    planned: datetime = order.due_at or order.ordered_at
    return abs(day - timezone.localdate(planned))
