"""Where the stored instances of an upload are, for its sender."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from django.core.cache import cache

from common.errors import ErrorCode, NotFound
from common.person import Person
from pacs.choices import InstancePlace
from pacs.index.arrivals import places_of, places_settled
from pacs.index.studies import StudySummary, study_summaries
from pacs.ingest.upload_results import UploadResult
from pacs.models import Study

KEPT_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class UploadedInstance:
    orthanc_id: str
    sop_instance_uid: str
    study_instance_uid: str
    place: InstancePlace


@dataclass(frozen=True, slots=True)
class StoredStudy:
    """``places``: the number of the upload's instances by place. ``summary``: of the study in the
    index; None if it is not there or the sender may not see it.
    """

    study_instance_uid: str
    places: Counter[InstancePlace]
    summary: StudySummary | None

    @property
    def instances(self) -> int:
        return self.places.total()

    @property
    def indexed(self) -> bool:
        return not self.places[InstancePlace.WAITING]


@dataclass(frozen=True, slots=True)
class UploadStatus:
    """``upload_id``: under which it can be asked for again; None if nothing waits any more."""

    instances: tuple[UploadedInstance, ...]
    studies: tuple[StoredStudy, ...]
    upload_id: UUID | None

    @property
    def indexed(self) -> bool:
        return all(study.indexed for study in self.studies)


def upload_settle(actor: Person, result: UploadResult) -> tuple[UploadResult, UploadStatus]:
    """Wait until the index has what was stored, at most UPLOAD_INDEX_WAIT_S seconds.

    What still waits then can be asked for with ``upload_status`` for KEPT_S seconds.
    """
    places = places_settled([file.orthanc_id for file in result.accepted])
    files = tuple(replace(file, place=places.get(file.orthanc_id)) for file in result.files)
    stored = tuple(
        UploadedInstance(
            file.orthanc_id,
            file.sop_instance_uid,
            file.study_instance_uid,
            places[file.orthanc_id],
        )
        for file in result.accepted
    )
    upload_id = None if InstancePlace.WAITING not in places.values() else uuid4()
    if upload_id is not None:
        rows = [(i.orthanc_id, i.sop_instance_uid, i.study_instance_uid) for i in stored]
        cache.set(_key(actor, upload_id), rows, KEPT_S)
    return UploadResult(files), _status(actor, stored, upload_id)


def upload_status(actor: Person, upload_id: UUID) -> UploadStatus:
    """Raises NotFound if the user sent no such upload in the last KEPT_S seconds."""
    rows: list[tuple[str, str, str]] | None = cache.get(_key(actor, upload_id))
    if rows is None:
        raise NotFound(ErrorCode.ROUTE_NOT_FOUND, f"upload {upload_id}")
    places = places_of([orthanc_id for orthanc_id, _, _ in rows])
    stored = tuple(UploadedInstance(*row, places[row[0]]) for row in rows)
    return _status(actor, stored, upload_id)


def _status(
    actor: Person, stored: tuple[UploadedInstance, ...], upload_id: UUID | None
) -> UploadStatus:
    places: dict[str, Counter[InstancePlace]] = defaultdict(Counter)
    for instance in stored:
        places[instance.study_instance_uid][instance.place] += 1
    seen = _visible(actor, list(places))
    studies = tuple(StoredStudy(uid, found, seen.get(uid)) for uid, found in places.items())
    return UploadStatus(stored, studies, upload_id)


def _visible(actor: Person, uids: Sequence[str]) -> dict[str, StudySummary]:
    studies: Any = Study.objects.visible_to(actor).filter(study_instance_uid__in=uids)
    return {found.study.study_instance_uid: found for found in study_summaries(studies)}


def _key(actor: Person, upload_id: UUID) -> str:
    return f"dicom-upload:{actor.pk}:{upload_id}"
