"""Studies that a user may see, and totals of their series."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum

from common.errors import ConflictError, ErrorCode, NotFound
from common.person import Person
from pacs.choices import DERIVED_MODALITIES
from pacs.models import Instance, Series, Study, studies_seen
from rbac.permissions import Permission

FRAMES = Sum("instances__frames", filter=Q(instances__rows__isnull=False), default=0)
"""Of a series: the frames of its instances that have pixels."""


@dataclass(frozen=True, slots=True)
class StudySummary:
    """A study with the totals of its series. ``modalities`` are sorted.

    ``image_count``: frames of images, which SEG, SR and the like are not.
    """

    study: Study
    modalities: tuple[str, ...]
    series_count: int
    instance_count: int
    image_count: int

    @property
    def modality(self) -> str:
        """The modality of the images; of derived objects if there are no images."""
        images = [m for m in self.modalities if m not in DERIVED_MODALITIES]
        return next(iter(images or self.modalities), "")


@dataclass(frozen=True, slots=True)
class Target:
    """The target of a request: a study, and at most one series or instance of it."""

    study: Study
    series: Series | None = None
    instance: Instance | None = None


def studies_visible_to(
    user: Person, permission: Permission = Permission.VIEW_STUDY
) -> QuerySet[Study]:
    return Study.objects.visible_to(user, permission)


def studies_unmatched_for(user: Person) -> QuerySet[Study]:
    """Studies without a patient, for users who may match them."""
    return Study.objects.unmatched_for(user)


def series_of_any() -> QuerySet[Series]:
    """For conditions on studies that a person sees; not filtered by rights."""
    return Series.objects.order_by()


def series_counted() -> QuerySet[Series]:
    """With their ``instance_count``; of studies that a person sees, not filtered by rights."""
    return Series.objects.annotate(instance_count=Count("instances"))


def rows_seen(user: Person, permission: Permission) -> Q | None:
    """On rows with study and patient: those of studies that the user sees; None: none."""
    return studies_seen(user, permission, study="study")


def study_get(
    user: Person, study_instance_uid: str, permission: Permission = Permission.VIEW_STUDY
) -> Study:
    """The study. Raises NotFound if it does not exist or the user may not see it."""
    study = (
        Study.objects.visible_to(user, permission)
        .select_related("patient", "order__ordered_by")
        .filter(study_instance_uid=study_instance_uid)
        .first()
    )
    if study is None:
        raise _unknown_study(study_instance_uid)
    return study


def study_moved(study_instance_uid: str = "study_instance_uid", patient: str = "patient") -> Exists:
    """Of a row that names a study and its patient: whether the study is another's now, or nobody's.

    Not of a study that is no longer in the archive: nobody says whose it would be.
    """
    named = Study.objects.filter(study_instance_uid=OuterRef(study_instance_uid))
    return Exists(named.filter(~Q(patient=OuterRef(patient)) | Q(patient=None)))


def _unknown_study(study_instance_uid: str) -> NotFound:
    return NotFound(ErrorCode.STUDY_NOT_FOUND, f"study {study_instance_uid}", "study_instance_uid")


def study_lock(user: Person, study_instance_uid: str, permission: Permission) -> Study:
    """As ``study_get``, with the row locked until the transaction ends."""
    named = Study.objects.select_for_update().filter(study_instance_uid=study_instance_uid)
    study = named.visible_to(user, permission).first()
    if study is None:
        raise _unknown_study(study_instance_uid)
    return study


def studies_lock(pks: Collection[int], patient: int) -> None:
    """Lock the rows until the transaction ends: until then they stay with this patient.

    Who locks the patient too does that first. Raises ConflictError: one of them is deleted, or is
    another patient's by now. Not filtered by rights.
    """
    rows = Study.objects.select_for_update().filter(pk__in=pks).order_by("pk")
    if [*rows.values_list("patient_id", flat=True)] != [patient] * len(set(pks)):
        detail = "the study is no longer filed under this patient"
        raise ConflictError(ErrorCode.VERSION_CONFLICT, detail, "study_instance_uid")


def study_lock_for_handler(study_id: int, *, skip_locked: bool = False) -> Study | None:
    """Not filtered by rights. None if it is gone, or locked by another with ``skip_locked``."""
    studies = Study.objects.select_for_update(skip_locked=skip_locked)
    return studies.filter(pk=study_id).first()


def study_rows(pks: Sequence[int], *related: str) -> list[Study]:
    """The studies of a page with patient, order and ``related`` rows, in the same order.

    Only the rows of the page are read: sorting whole rows would make long lists slow.
    """
    found = Study.objects.select_related("patient", "order__ordered_by", *related).in_bulk(pks)
    return [found[pk] for pk in pks if pk in found]


def studies_with_series(studies: QuerySet[Study], named: Q) -> QuerySet[Study]:
    """Studies with a series that is so."""
    return studies.filter(Exists(Series.objects.filter(named, study=OuterRef("pk"))))


def studies_with_modality(studies: QuerySet[Study], modality: str) -> QuerySet[Study]:
    """Studies with a series of this modality."""
    return studies_with_series(studies, Q(modality=modality))


def studies_complete() -> QuerySet[Study]:
    """Stable and of a known patient; for handlers, not filtered by rights."""
    return Study.objects.filter(stable_at__isnull=False, patient__isnull=False)


def series_get(study: Study, series_instance_uid: str) -> Series:
    """The series. Raises NotFound if the study has no such series."""
    series = study.series.filter(series_instance_uid=series_instance_uid).first()
    if series is None:
        raise NotFound(
            ErrorCode.SERIES_NOT_FOUND, f"series {series_instance_uid}", "series_instance_uid"
        )
    return series


def target_get(
    user: Person,
    permission: Permission,
    *,
    study_instance_uid: str,
    series_instance_uid: str | None = None,
    sop_instance_uid: str | None = None,
) -> Target:
    """The study, series or instance, if the user has ``permission`` for the study; two queries.

    Raises NotFound, also for a series or an instance of another study.
    """
    study = study_get(user, study_instance_uid, permission)
    if series_instance_uid is None:
        return Target(study)
    if sop_instance_uid is None:
        return Target(study, series_get(study, series_instance_uid))
    instance = (
        Instance.objects.select_related("series")
        .filter(
            sop_instance_uid=sop_instance_uid,
            series__series_instance_uid=series_instance_uid,
            series__study=study,
        )
        .first()
    )
    if instance is None:
        raise NotFound(
            ErrorCode.INSTANCE_NOT_FOUND, f"instance {sop_instance_uid}", "sop_instance_uid"
        )
    return Target(study, instance.series, instance)


def last_image_at(study_id: int) -> datetime | None:
    """When the last image of the study arrived; objects about images do not count."""
    images = Instance.objects.filter(series__study=study_id)
    images = images.exclude(series__modality__in=DERIVED_MODALITIES)
    latest: datetime | None = images.aggregate(at=Max("indexed_at"))["at"]
    return latest


def stored_transfer_syntaxes(target: Target) -> frozenset[str]:
    """The Transfer Syntax UIDs of the target's instances in the archive."""
    if target.instance is not None:
        return frozenset({target.instance.transfer_syntax_uid})
    instances = Instance.objects.filter(series__study=target.study)
    if target.series is not None:
        instances = instances.filter(series=target.series)
    return frozenset(instances.values_list("transfer_syntax_uid", flat=True).distinct())


def study_summaries(studies: Iterable[Study]) -> list[StudySummary]:
    """The studies in their order with modalities and counts; one query for all of them."""
    wanted = list(studies)
    groups: dict[int, list[_Group]] = defaultdict(list)
    rows = (
        Series.objects.filter(study__in=wanted)
        .order_by()
        .values_list("study_id", "modality")
        .annotate(series=Count("id", distinct=True), number=Count("instances"), frames=FRAMES)
    )
    for study_id, *group in rows:
        groups[study_id].append(_Group(*group))
    return [_summary(study, groups[study.pk]) for study in wanted]


class _Group(NamedTuple):
    modality: str
    series: int
    instances: int
    frames: int


def _summary(study: Study, groups: Sequence[_Group]) -> StudySummary:
    return StudySummary(
        study=study,
        modalities=tuple(sorted(group.modality for group in groups)),
        series_count=sum(group.series for group in groups),
        instance_count=sum(group.instances for group in groups),
        image_count=sum(g.frames for g in groups if g.modality not in DERIVED_MODALITIES),
    )


def instance_counts(series: Iterable[Series]) -> dict[int, int]:
    """Number of instances by series; series without instances are omitted."""
    wanted = Instance.objects.filter(series__in=list(series)).order_by()
    return dict(wanted.values_list("series_id").annotate(images=Count("id")))


def patient_totals(
    visible: QuerySet[Study], studies: Iterable[Study]
) -> dict[int, tuple[int, int, int]]:
    """For each study the studies, series and instances of its patient among the ``visible``."""
    asked = list(studies)
    others = visible.filter(patient__in={study.patient_id for study in asked})
    numbers: dict[int | None, tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
    for summary in study_summaries(others):
        count, series, instances = numbers[summary.study.patient_id]
        numbers[summary.study.patient_id] = (
            count + 1,
            series + summary.series_count,
            instances + summary.instance_count,
        )
    return {study.pk: numbers[study.patient_id] for study in asked}
