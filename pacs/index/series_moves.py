"""Moves series between the studies of a patient: a study is split, or two become one.

The files are written anew under the other Study Instance UID; Series and SOP Instance UIDs stay, so
that what refers to the images finds them. The former UID is in Original Attributes Sequence
(0400,0561) of each file and in a ``SeriesMove``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from alert import services as alerts
from alert.choices import Kind
from audit import services as audit
from common.errors import AppError, BusinessError, ErrorCode, NotFound
from common.outbox.services import publish
from common.person import Person
from pacs.archive.orthanc import orthanc
from pacs.choices import MoveFailure
from pacs.dicom.uids import derived_uid
from pacs.events import SERIES_MOVE_DECIDED, STUDY_MATCHED
from pacs.index.deletion import delete_unless_needed
from pacs.index.list_keys import study_keys_write
from pacs.index.quarantine import quarantine_extend
from pacs.index.resolution import corrected_store, images_replace, patient_of, superseded_delete
from pacs.index.study_moves import series_followers, study_mergers
from pacs.models import Instance, NameWord, Series, SeriesMove, Study
from rbac.epochs import rights_changing
from rbac.permissions import Permission

_OF_STUDY = (
    *("StudyDate", "StudyTime", "StudyID", "StudyDescription"),
    *("AccessionNumber", "ReferringPhysicianName"),
)
_OWN = ("id", "version", "created_at", "updated_at", "study_instance_uid", "orthanc_id")
"""Columns of a study that are not taken over from the one that it is split from."""


@transaction.atomic
def series_move(
    *, actor: Person, study_instance_uid: str, series: Collection[str], into: str = ""
) -> list[SeriesMove]:
    """Record the decision; a worker carries it out. Without ``into``: to a study of their own.

    Raises NotFound (study or series), BusinessError (its detail is a ``MoveFailure``).
    """
    uids = sorted({study_instance_uid, into} - {""})
    found = {uid: _study_locked(actor, uid) for uid in uids}
    source, target = found[study_instance_uid], found.get(into)
    rows = source.series.filter(series_instance_uid__in=series)
    if rows.count() != len(set(series)):
        raise NotFound(ErrorCode.SERIES_NOT_FOUND, f"series of {study_instance_uid}", "series")
    _check(source, target, rows)
    into = into or derived_uid("split", study_instance_uid, *sorted(series))
    moves = [
        SeriesMove.objects.create(
            series_instance_uid=row.series_instance_uid,
            from_study_instance_uid=study_instance_uid,
            into_study_instance_uid=into,
            decided_by_id=actor.pk,
            described=_described(row, source, target or source),
        )
        for row in rows
    ]
    publish(
        SERIES_MOVE_DECIDED,
        aggregate=f"study:{source.pk}",
        payload={"move_ids": [move.pk for move in moves]},
    )
    audit.record(
        actor=actor,
        action="study.move_series",
        object_type="study",
        object_id=study_instance_uid,
        patient_id=source.patient_id,
        permission=Permission.MATCH_STUDY,
        detail={"into": into, "series": len(moves)},
    )
    return moves


def moves_of(actor: Person, study_instance_uid: str) -> tuple[Study, QuerySet[SeriesMove]]:
    """The study, and what was moved out of it and into it. Raises NotFound."""
    study = _reached(actor).filter(study_instance_uid=study_instance_uid).first()
    if study is None:
        raise _unknown(study_instance_uid)
    out = Q(from_study_instance_uid=study_instance_uid)
    moves = SeriesMove.objects.visible_to(actor).select_related("decided_by")
    return study, moves.filter(out | Q(into_study_instance_uid=study_instance_uid))


def _described(row: Series, source: Study, target: Study) -> dict[str, Any]:
    """What of a move still says something once its study is gone."""
    of_series = {"modality": row.modality, "number": row.number, "series": row.description}
    named = {"from": source, "into": target}
    return of_series | {
        name: {"description": study.description, "date": study.study_date and str(study.study_date)}
        for name, study in named.items()
    }


def _reached(actor: Person) -> QuerySet[Study]:
    reached = Study.objects.visible_to(actor) | Study.objects.unmatched_for(actor)
    return Study.objects.filter(pk__in=reached.values("pk"))


def _study_locked(actor: Person, study_instance_uid: str) -> Study:
    named = _reached(actor).filter(study_instance_uid=study_instance_uid)
    study = named.select_for_update().first()
    if study is None:
        raise _unknown(study_instance_uid)
    return study


def _unknown(study_instance_uid: str) -> NotFound:
    return NotFound(ErrorCode.STUDY_NOT_FOUND, f"study {study_instance_uid}", "study_instance_uid")


def _check(source: Study, target: Study | None, rows: QuerySet[Series]) -> None:
    """Raises BusinessError."""
    uids = list(rows.values_list("series_instance_uid", flat=True))
    is_all = rows.count() == source.series.count()
    if source == target:
        raise _refused(MoveFailure.SAME_STUDY)
    if target is not None and not _is_of_one_patient(source, target):
        raise _refused(MoveFailure.OTHER_PATIENT)
    if SeriesMove.objects.filter(series_instance_uid__in=uids, done_at=None).exists():
        raise _refused(MoveFailure.UNDER_WAY)
    if target is None and is_all:
        raise _refused(MoveFailure.NOTHING_LEFT)
    if target is not None and is_all:
        _merge_check(source, target)


def _refused(failure: MoveFailure) -> BusinessError:
    return BusinessError(ErrorCode.SERIES_MOVE_REFUSED, failure.value, "series")


def _merge_check(source: Study, target: Study) -> None:
    """Raises BusinessError."""
    for merger in study_mergers:
        if failure := merger.refusal(source, target):
            raise _refused(failure)


def _is_of_one_patient(source: Study, target: Study) -> bool:
    """Images of nobody are by the Patient ID that they carry."""
    first, second = (study.patient_id or study.dicom_patient_id for study in (source, target))
    return bool(first) and first == second


def _has(rows: QuerySet[Any], field: str) -> bool:
    return any(each.name == field for each in rows.model._meta.concrete_fields)


def series_moves_carry_out(move_ids: Collection[int]) -> None:
    """After a crash it goes on where it stopped. Images that come meanwhile are moved too.

    Raises ExternalError, BusinessError (a ``MoveFailure``: what was decided is not so by now).
    """
    moves = list(SeriesMove.objects.filter(pk__in=move_ids, done_at=None))
    if not moves:
        return
    values = _values(moves[0].into_study_instance_uid)
    copies: dict[str, str] = {}
    try:
        while waiting := [
            each.orthanc_id for each in _images(moves) if each.orthanc_id not in copies
        ]:
            copies |= {orthanc_id: corrected_store(orthanc_id, values) for orthanc_id in waiting}
            if _rows_move(moves, copies):
                return
        raise _refused(MoveFailure.IMAGES_GONE)
    except BusinessError:
        superseded_delete([*copies.values()])
        raise


@transaction.atomic
def moves_fail(move_ids: Collection[int], error: AppError) -> None:
    """They were given up, and nothing was moved: who decided is told, and decides anew."""
    moves = list(SeriesMove.objects.filter(pk__in=move_ids, done_at=None).order_by("pk"))
    if not moves:
        return
    known = error.detail in MoveFailure.values
    failure = MoveFailure(error.detail) if known else MoveFailure.ARCHIVE
    SeriesMove.objects.filter(pk__in=[move.pk for move in moves]).update(
        done_at=timezone.now(), failure=failure
    )
    uid = moves[0].from_study_instance_uid
    study = Study.objects.filter(study_instance_uid=uid).first()
    patient_id = study.patient_id if study else None
    alerts.notify(
        user_id=moves[0].decided_by_id,
        kind=Kind.SERIES_MOVE_FAILED,
        dedup_key=f"series_move_failed:{moves[0].pk}",
        params={"study_id": study.pk} if study else {},
        link=f"/studies/{uid}?moves=1" if patient_id else f"/unmatched?study={uid}",
    )
    audit.record(
        actor=None,
        action="study.move_series_failed",
        object_type="study",
        object_id=uid,
        patient_id=patient_id,
        detail={"series": len(moves), "reason": failure},
    )


def _images(moves: Sequence[SeriesMove]) -> list[Instance]:
    return list(
        Instance.objects.filter(
            series__series_instance_uid__in=[move.series_instance_uid for move in moves],
            series__study__study_instance_uid=moves[0].from_study_instance_uid,
        ).select_related("series")
    )


def _values(into: str) -> dict[str, str]:
    """What the files get: of a study that exists, what it says of itself and its patient."""
    values = {"StudyInstanceUID": into}
    first = Instance.objects.filter(series__study__study_instance_uid=into).order_by("pk").first()
    if first is None:
        return values
    tags = orthanc().instance_tags(first.orthanc_id) or {}
    return values | patient_of(tags) | {name: str(tags.get(name) or "") for name in _OF_STUDY}


@transaction.atomic
def _rows_move(moves: Sequence[SeriesMove], copies: Mapping[str, str]) -> bool:
    """The rows follow the files; what names a series follows it. False if a copy is missing."""
    first = moves[0]
    named = (first.from_study_instance_uid, first.into_study_instance_uid)
    rows = Study.objects.select_for_update().filter(study_instance_uid__in=named)
    studies = {study.study_instance_uid: study for study in rows.order_by("study_instance_uid")}
    source = studies[first.from_study_instance_uid]
    images = _images(moves)
    if not {image.orthanc_id for image in images} <= copies.keys():
        return False
    rights_changing()
    place = images_replace(source, images, copies)
    target = merged = studies.get(first.into_study_instance_uid)
    if target is None:
        target = _split_off(source, first.into_study_instance_uid, place)
    elif not _is_of_one_patient(source, target):
        raise _refused(MoveFailure.OTHER_PATIENT)
    quarantine_extend(source, target)
    _series_follow({image.series_id for image in images}, target)
    SeriesMove.objects.filter(pk__in=[move.pk for move in moves]).update(done_at=timezone.now())
    for study in (source, target):
        study.last_instance_at, study.stable_at = timezone.now(), None
        study.save_versioned(expected=study.version)
    if merged is not None:
        _merge(source, merged)
    elif not source.series.exists():
        raise _refused(MoveFailure.NOTHING_LEFT)
    if not source.series.exists():
        delete_unless_needed(source)
    for pk in (source.pk, target.pk):
        study_keys_write(pk)
    if target.patient_id is not None:
        payload = {"study_id": target.pk, "patient_id": target.patient_id}
        publish(STUDY_MATCHED, aggregate=f"study:{target.pk}", payload=payload)
    return True


def _merge(source: Study, target: Study) -> None:
    """What is kept of a study that gets empty goes along. Raises BusinessError."""
    is_whole = not source.series.exists()
    if is_whole:
        _merge_check(source, target)
        for sender in source.senders.all():
            known = {"ae_title": sender.ae_title, "address": sender.address}
            if not target.senders.filter(**known).exists():
                target.senders.add(sender)
        if target.order_id is None and source.order_id is not None:
            target.order_id, target.order_by_person = source.order_id, True
            target.save_versioned(expected=target.version)
    for merger in study_mergers:
        merger.follow(source, target, is_whole)


def _series_follow(series: Collection[int], study: Study) -> None:
    """The series, and rows of whatever app that name one of them and its study."""
    moved = Series.objects.filter(pk__in=series)
    moved.update(study=study)
    uids = list(moved.values_list("series_instance_uid", flat=True))
    for relation in Series._meta.related_objects:
        named = {f"{relation.field.name}__in": series}
        rows: QuerySet[Any] = relation.related_model._base_manager.filter(**named)
        if _has(rows, "study"):
            for row in rows:  # each by itself, so that other apps are told
                row.study = study
                row.save(update_fields=["study"])
    for follow in series_followers:
        follow(uids, study)


def _split_off(source: Study, study_instance_uid: str, orthanc_id: str) -> Study:
    own = {field.attname for field in Study._meta.concrete_fields} - set(_OWN)
    target = Study.objects.create(
        study_instance_uid=study_instance_uid,
        orthanc_id=orthanc_id,
        **{name: getattr(source, name) for name in own},
    )
    words = source.name_words.values_list("word", flat=True)
    NameWord.objects.bulk_create(NameWord(study=target, word=word) for word in words)
    return target
