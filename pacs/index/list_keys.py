"""What lists of studies are sorted by, kept in the study so that an index can sort them."""

from __future__ import annotations

from django.db.models import QuerySet

from pacs.choices import PRIORITY_RANKS
from pacs.index.studies import study_summaries
from pacs.models import Study


def list_keys_write(studies: QuerySet[Study]) -> None:
    """Anew from the patient, the order and the series of the studies."""
    for summary in study_summaries(studies.select_related("patient", "order")):
        study = summary.study
        Study.objects.filter(pk=study.pk).update(
            list_modality=summary.modality,
            list_patient_name=study.patient.full_name if study.patient else "",
            list_priority=PRIORITY_RANKS[study.order.priority if study.order else ""],
        )


def patient_keys_write(patient_id: int) -> None:
    list_keys_write(Study.objects.filter(patient=patient_id))


def reading_rank_write(study_id: int, rank: int) -> None:
    Study.objects.filter(pk=study_id).update(list_reading=rank)
