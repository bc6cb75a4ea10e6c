"""Cached access decisions for frames and pictures, in Redis: one round trip checks and records.

An opened study causes about a thousand requests of one user. The first is decided from the
database and cached: the user's permission for the study, and the location of each instance of the
series. The others run one Lua script, which also appends the audit record. Anything that the cache
cannot decide goes to the views (``pacs.dicomweb.views``).

Redis gives no rights: a decision and each location carry a MAC, a process keeps the decisions whose
MAC it has checked, and what is recorded is written here, not there.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from hmac import compare_digest
from pathlib import Path
from typing import Any

from pydicom.uid import (
    ExplicitVRLittleEndian,
    MultiFrameSingleBitSecondaryCaptureImageStorage,
    SegmentationStorage,
)
from redis.exceptions import RedisError

from acct.authentication import Claims
from audit.choices import Outcome
from audit.services import STREAM, stream
from audit.services.entry_mac import signed
from audit.services.glass import right_used
from common.errors import ErrorCode, ExternalError
from common.macs import authenticator
from common.once import once
from common.person import Person
from pacs.choices import Htj2k
from pacs.derived import picture_cache
from pacs.dicom.transfer_syntaxes import frame_syntax
from pacs.models import Instance, Series
from rbac import epochs, selectors as rights
from rbac.permissions import Permission

PACKED_BITS = frozenset({SegmentationStorage, MultiFrameSingleBitSecondaryCaptureImageStorage})
"""Frames of one bit per pixel may begin within a byte: only the archive can extract them."""
DECISION_S = 60
SERIES_S = 3600
DECIDING_MS = 2000
MAX_SERIES = 10_000
MAX_KNOWN = 2_000
_FIELDS = ("epochs", "user", "who", "until", "mac")
_PLACE = (
    *("series", "sop_instance_uid", "sop_class_uid", "frames", "orthanc_id"),
    *("transfer_syntax_uid", "htj2k", "indexed_at"),
)


_authenticator = authenticator("dicomweb decision")


class FrameKind(StrEnum):
    """What a frame's form depends on: native or compressed, and whether HTJ2K is stored too."""

    NATIVE = "n"
    NATIVE_HTJ2K = "N"
    COMPRESSED = "c"
    COMPRESSED_HTJ2K = "C"
    PACKED = "p"
    """Of PACKED_BITS: only a picture of it needs nothing of the archive's DICOMweb plugin."""

    @property
    def native(self) -> bool:
        return self in (FrameKind.NATIVE, FrameKind.NATIVE_HTJ2K)

    @property
    def htj2k(self) -> bool:
        return self.isupper()


@dataclass(frozen=True, slots=True)
class StoredFrame:
    """Location of a frame in the archive. ``number``: from 1.

    ``transfer_syntax_uid``: in which the archive sends the frame (``frame_syntax``).
    ``version``: of the instance, as ``picture_cache.version`` returns it.
    """

    orthanc_id: str
    number: int
    transfer_syntax_uid: str
    version: int
    kind: FrameKind


@dataclass(frozen=True, slots=True)
class Validity:
    """The epochs in which a decision was made, and until when (Unix time, s) it may be cached."""

    epochs: str
    until: float


@dataclass(frozen=True, slots=True)
class _Decision:
    """A cached decision whose MAC was checked.

    ``claim``: what the script compares with Redis. ``who``: begins its audit records.
    """

    claim: str
    who: str
    until: float


_known: dict[str, _Decision] = {}
"""By key: what this process has read and checked; Redis says whether it is still so."""


@once
def _script() -> Any:
    """Register the Lua script. Each process first invalidates what is in the cache."""
    epochs.invalidate_all()
    return stream().register_script(Path(__file__).with_suffix(".lua").read_text("utf-8"))


def frame_find(
    claims: Claims,
    study: str,
    series: str,
    instance: str,
    number: int,
    source_ip: str,
    *,
    kinds: Iterable[FrameKind] = FrameKind,
) -> StoredFrame | None:
    """The location of the frame if a valid cached decision allows it; records the access.

    None for a frame that is not of the ``kinds``. None means "not cached", not "denied".
    Raises ExternalError if Redis is not available.
    """
    keys = [_decision(claims.session_id, study), _series(series)]
    asked, item = f"{study} {instance} {number} {''.join(kinds)}", f"{instance} {number}"
    try:
        script = _script()  # the first time it ends what was decided before this process began
        for decision in _candidates(keys[0]):
            burst = f'{decision.who},"object_id":"{series}","source_ip":"{source_ip}"}}'
            entry = signed(burst=burst, item=item).values()
            if place := script(keys=keys, args=[decision.claim, asked, *entry]):
                return _placed(_text(place), study, series, instance, number)
    except RedisError:
        raise ExternalError(ErrorCode.AUDIT_UNAVAILABLE) from None
    return None


def _candidates(key: str) -> Iterator[_Decision]:
    """The decision that this process knows; if that is not enough, a newer one in Redis."""
    known = _known.get(key)
    if known and known.until > time.time():
        yield known
    decision = _read(key)
    if decision and decision != known:
        yield decision


def _read(key: str) -> _Decision | None:
    """The cached decision, if it is one of ours and not over."""
    _known.pop(key, None)
    texts = [_text(value) for value in stream().hmget(key, _FIELDS) if value is not None]
    if len(texts) != len(_FIELDS) or not _is_ours(texts[-1], key, *texts[:-1]):
        return None
    in_epochs, user, who, until, mac = texts
    claim = f"{mac} {in_epochs} {user} {epochs.EVERYBODY} {STREAM}"
    decision = _Decision(claim, who, float(until))
    if decision.until <= time.time():
        return None
    if len(_known) >= MAX_KNOWN:
        _known.clear()
    _known[key] = decision
    return decision


def _placed(text: str, study: str, series: str, instance: str, number: int) -> StoredFrame | None:
    """What ``_places`` wrote; None if somebody else did."""
    place, _, mac = text.rpartition(" ")
    if not _is_ours(mac, study, series, instance, place):
        return None
    _, orthanc_id, syntax, version, kind = place.split(" ")
    return StoredFrame(orthanc_id, number, syntax, int(version), FrameKind(kind))


def _text(value: bytes) -> str:
    return value.decode(errors="replace")


def _is_ours(mac: str, *parts: str) -> bool:
    return compare_digest(mac.encode(), _mac(*parts).encode())


def _mac(*parts: str) -> str:
    return _authenticator(*(part.encode() for part in parts))


def validity(user_id: int) -> Validity | None:
    """How long a decision made now may be cached; None while permissions are changing.

    Call it before the database is read. The decision may depend on a grant that expires, so it is
    valid no longer than the first grant of the user or access by an order.
    """
    in_epochs = epochs.current(user_id)
    if in_epochs is None:
        return None
    until, ends = time.time() + DECISION_S, rights.first_expiry(user_id)
    return Validity(in_epochs, min(until, ends.timestamp()) if ends else until)


@contextmanager
def decision_lock(claims: Claims, study: str, series: str) -> Iterator[bool]:
    """Yields True for the only request that decides about this series and session now.

    A viewer requests several frames at once; the other requests wait for the cached decision.
    """
    key = f"{_decision(claims.session_id, study)}:{series}:deciding"
    try:
        alone = bool(stream().set(key, 1, nx=True, px=DECIDING_MS))
    except RedisError:
        alone = True
    yield alone
    if alone:
        with suppress(RedisError):
            stream().delete(key)


def decision_cache(claims: Claims, user: Person, series: Series, decided: Validity) -> None:
    """Cache the decision that was just made, for as long as it is valid."""
    study = series.study
    key = _decision(claims.session_id, study.study_instance_uid)
    who = json.dumps(
        {
            "actor_id": user.pk,
            "actor_username": user.username,
            "actor_role": user.role,
            "action": "dicomweb.retrieve",
            "patient_id": study.patient_id,
            "permission": right_used(user, {study.patient_id}, Permission.VIEW_DICOM),
            "outcome": Outcome.OK,
            "object_type": "series",
        }
    ).removesuffix("}")
    content = [decided.epochs, str(user.pk), who, repr(decided.until)]
    with stream().pipeline() as pipe:
        pipe.hset(key, mapping=dict(zip(_FIELDS, [*content, _mac(key, *content)], strict=True)))
        pipe.pexpireat(key, int(decided.until * 1000))
        pipe.hset(_series(series.series_instance_uid), mapping=_places(series))
        pipe.expire(_series(series.series_instance_uid), SERIES_S)
        pipe.execute()


def _places(series: Series) -> dict[str, str]:
    """SOP Instance UID to number of frames, ``_place`` and the MAC of both; and the study."""
    images = series.instances.exclude(rows=None).only(*_PLACE)[:MAX_SERIES]
    study, of = series.study.study_instance_uid, series.series_instance_uid
    found = {"study": study}
    for image in images:
        uid, place = image.sop_instance_uid, f"{image.frames} {_place(image)}"
        found[uid] = f"{place} {_mac(study, of, uid, place)}"
    return found


def _place(image: Instance) -> str:
    """What ``_placed`` reads of a StoredFrame; its last letter is the kind."""
    frame = stored_frame(image, 1)
    kind = FrameKind.PACKED if image.sop_class_uid in PACKED_BITS else frame.kind
    return f"{frame.orthanc_id} {frame.transfer_syntax_uid} {frame.version} {kind}"


def stored_frame(image: Instance, number: int) -> StoredFrame:
    """Frame ``number`` (from 1) of the image."""
    syntax, version = frame_syntax(image.transfer_syntax_uid), picture_cache.version(image)
    kind = frame_kind(image.transfer_syntax_uid, image.htj2k)
    return StoredFrame(image.orthanc_id, number, syntax, version, kind)


def frame_kind(transfer_syntax_uid: str, htj2k: str) -> FrameKind:
    """The kind of an instance's frames by its transfer syntax and its HTJ2K status."""
    native = frame_syntax(transfer_syntax_uid) == ExplicitVRLittleEndian
    kind = FrameKind.NATIVE if native else FrameKind.COMPRESSED
    return FrameKind(kind.upper()) if htj2k == Htj2k.STORED else kind


def series_invalidate(series_instance_uids: Collection[str]) -> None:
    """Remove series from the cache, because their instances changed."""
    if series_instance_uids:
        stream().delete(*map(_series, series_instance_uids))


def _decision(session_id: str, study_instance_uid: str) -> str:
    return f"dicomweb:decision:{session_id}:{study_instance_uid}"


def _series(series_instance_uid: str) -> str:
    return f"dicomweb:series:{series_instance_uid}"
