"""A study with its series and the objects about its images, and the patient's other studies."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from common.person import Person
from pacs.htj2k.progress import Htj2kProgress, study_progress
from pacs.index.derived_objects import Derived, derived_objects
from pacs.index.doses import StudyDose, study_dose
from pacs.index.senders import study_senders
from pacs.index.studies import FRAMES, StudySummary, study_get, study_summaries
from pacs.models import Series, Study, StudySender
from rbac.permissions import Permission

MAX_STUDIES = 50
"""Of the patient's earlier studies, and of the others."""


@dataclass(frozen=True, slots=True)
class StudyTree:
    """A study in full. ``priors``: the patient's earlier studies, newest first.

    ``other_studies``: those after it, and those of which nobody can tell. ``series`` rows have
    ``instance_count`` and ``frames``.
    """

    study: Study
    modality: str
    modalities: tuple[str, ...]
    series_count: int
    instance_count: int
    image_count: int
    series: QuerySet[Series]
    derived: list[Derived]
    dose: StudyDose | None
    htj2k: Htj2kProgress
    senders: QuerySet[StudySender]
    priors: list[StudySummary]
    other_studies: list[StudySummary]


def study_tree(user: Person, study_instance_uid: str) -> StudyTree:
    """The study in full. Raises NotFound if it does not exist or the user may not see it."""
    study = study_get(user, study_instance_uid)
    priors, other_studies = other_studies_of(user, study)
    summary, *summaries = study_summaries([study, *priors, *other_studies])
    series = study.series.annotate(instance_count=Count("instances"), frames=FRAMES)
    return StudyTree(
        study=study,
        modality=summary.modality,
        modalities=summary.modalities,
        series_count=summary.series_count,
        instance_count=summary.instance_count,
        image_count=summary.image_count,
        series=series,
        derived=derived_objects(study),
        dose=study_dose(study, series),
        htj2k=study_progress(study),
        senders=study_senders(user, study),
        priors=summaries[: len(priors)],
        other_studies=summaries[len(priors) :],
    )


def other_studies_of(
    user: Person, study: Study, permission: Permission = Permission.VIEW_STUDY
) -> tuple[list[Study], list[Study]]:
    """The patient's other studies that the user may see: the earlier ones, and the rest.

    Both newest first, and at most ``MAX_STUDIES`` of each.
    """
    seen = Study.objects.visible_to(user, permission).filter(patient=study.patient)
    newest_first = sorted(seen.exclude(pk=study.pk), key=_begun, reverse=True)
    earlier = [one for one in newest_first if is_earlier(one, study)]
    others = [one for one in newest_first if not is_earlier(one, study)]
    return earlier[:MAX_STUDIES], others[:MAX_STUDIES]


def _begun(study: Study) -> tuple[str, str, int]:
    return str(study.study_date or ""), study.study_time, study.pk


def is_earlier(one: Study, than: Study) -> bool:
    """By Study Date and Time; TM may be cut short: 10 is neither before nor after 1030."""
    if one.study_date is None or than.study_date is None:
        return False
    if one.study_date != than.study_date:
        return one.study_date < than.study_date
    a, b = one.study_time, than.study_time
    length = min(len(a), len(b))
    return a[:length] < b[:length]
