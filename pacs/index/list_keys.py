"""What lists of studies are sorted by, kept in the study so that an index can sort them."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import QuerySet

from pacs.choices import PRIORITY_RANKS
from pacs.index.studies import StudySummary, study_summaries
from pacs.models import Study

list_key_writers: list[Callable[[StudySummary], None]] = []
"""Called in the transaction that writes the keys; an app above adds the writer of its own list."""


def list_keys_write(studies: QuerySet[Study]) -> None:
    """Anew from the patient, the order and the series of the studies."""
    for summary in study_summaries(studies.select_related("patient", "order")):
        study = summary.study
        Study.objects.filter(pk=study.pk).update(
            list_modality=summary.modality,
            list_patient_name=study.patient.full_name if study.patient else "",
            list_priority=PRIORITY_RANKS[study.order.priority if study.order else ""],
        )
        for write in list_key_writers:
            write(summary)


def study_keys_write(study_id: int) -> None:
    list_keys_write(Study.objects.filter(pk=study_id))


def patient_keys_write(patient_id: int) -> None:
    list_keys_write(Study.objects.filter(patient=patient_id))


def reading_rank_write(study_id: int, rank: int) -> None:
    Study.objects.filter(pk=study_id).update(list_reading=rank)
