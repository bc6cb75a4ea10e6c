"""Which of the referenced objects may a user see?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Literal

from django.db.models import QuerySet

from common.person import Person
from pacs.models import Instance, QuarantinedStudy, Series, Study

ReferenceLevel = Literal["study", "series", "instance"]
Reference = tuple[ReferenceLevel, str]
BATCH = 1000
_UID_AND_STUDY: dict[ReferenceLevel, tuple[type[Study | Series | Instance], str, str]] = {
    "study": (Study, "study_instance_uid", "pk"),
    "series": (Series, "series_instance_uid", "study_id"),
    "instance": (Instance, "sop_instance_uid", "series__study_id"),
}


def references_seen(user: Person, references: Iterable[Reference]) -> set[Reference]:
    """The references to objects in studies that the user may see, may match, or has uploaded.

    The last are quarantined studies of the user, which contain only the user's own images.
    """
    wanted: dict[ReferenceLevel, list[str]] = defaultdict(list)
    for level, uid in references:
        wanted[level].append(uid)
    found = [(level, uid, study) for level in wanted for uid, study in _find(level, wanted[level])]
    reached = _reached(user, {study for _, _, study in found})
    return {(level, uid) for level, uid, study in found if study in reached}


def _find(level: ReferenceLevel, uids: list[str]) -> Iterator[tuple[str, int]]:
    """The UID and the study (primary key) of the existing objects."""
    model, uid, study = _UID_AND_STUDY[level]
    for start in range(0, len(uids), BATCH):
        batch = {f"{uid}__in": uids[start : start + BATCH]}
        yield from model.objects.filter(**batch).order_by().values_list(uid, study)


def _reached(user: Person, studies: set[int]) -> set[int]:
    own = QuarantinedStudy.objects.filter(uploaded_by=user.pk).values("study_instance_uid")
    ways: list[QuerySet[Study]] = [
        Study.objects.visible_to(user),
        Study.objects.unmatched_for(user),
        Study.objects.filter(study_instance_uid__in=own),
    ]
    pks = sorted(studies)
    return {
        pk
        for start in range(0, len(pks), BATCH)
        for way in ways
        for pk in way.filter(pk__in=pks[start : start + BATCH])
        .order_by()
        .values_list("pk", flat=True)
    }
