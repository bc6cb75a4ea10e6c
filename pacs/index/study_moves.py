"""What follows a study whose patient was set: to another patient, to the first, or to nobody; and
what follows series that went to another study.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from common.outbox.services import publish
from pacs.choices import MoveFailure
from pacs.events import STUDY_MOVED
from pacs.models import Study

study_followers: list[Callable[[Study], None]] = []
"""Called in the transaction with a study whose patient was set, before rows that name both."""
series_followers: list[Callable[[Collection[str], Study], None]] = []
"""Called in the transaction with Series Instance UIDs and the study to which they went."""


@dataclass(frozen=True, slots=True)
class StudyMerger:
    """What an app above keeps of a study whose series go to another one of the patient.

    ``refusal``: why all of them may not go from the first to the second, or None. ``follow``:
    called in the transaction with both; True: all went, and the first will be deleted.
    """

    refusal: Callable[[Study, Study], MoveFailure | None]
    follow: Callable[[Study, Study, bool], None]


study_mergers: list[StudyMerger] = []


def study_moved(study: Study, before: int | None) -> None:
    """What names the study follows it; who keeps what was found in it is told.

    ``before``: of whom it was; None: of nobody.
    """
    for follow in study_followers:
        follow(study)
    _rows_follow(study)
    if before not in (None, study.patient_id):
        payload = {"study_id": study.pk, "patient_id": study.patient_id, "before": before}
        publish(STUDY_MOVED, aggregate=f"study_moved:{study.pk}", payload=payload)


def _rows_follow(study: Study) -> None:
    """Rows of whatever app that name both the study and its patient name the new one.

    None too, where a row may have no patient.
    """
    for relation in Study._meta.related_objects:
        rows = relation.related_model._base_manager.filter(**{relation.field.name: study.pk})
        for field in rows.model._meta.concrete_fields:
            if field.name == "patient" and (field.null or study.patient_id is not None):
                rows.update(patient=study.patient_id)
