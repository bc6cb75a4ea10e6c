"""Match studies as QIDO-RS asks (PS3.18 10.6, matching of PS3.4 C.2.2.2) in the index."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, Exists, Lookup, OuterRef, Q, QuerySet

from common.errors import ErrorCode, InvalidInput
from ris.models import Series, Study

_UID = re.compile(r"[0-9]+(\.[0-9]+)*")
_LAST_TIME = "235959.999999"
_MAX_UIDS = 500


@CharField.register_lookup
class DicomWildcard(Lookup):
    """``field__dicom="Kim*"``: ``*`` any text, ``?`` one character (PS3.4 C.2.2.2.4).

    Letter case follows the column's collation: it does not matter.
    """

    lookup_name = "dicom"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        lhs, lhs_params = self.process_lhs(compiler, connection)
        rhs, rhs_params = self.process_rhs(compiler, connection)
        patterns = [_like(str(value)) for value in rhs_params]
        return f"{lhs} LIKE {rhs} ESCAPE '!'", (*lhs_params, *patterns)


def _like(value: str) -> str:
    escaped = re.sub(r"([!%_])", r"!\1", value)
    return escaped.replace("*", "%").replace("?", "_")


def _wildcard(field: str) -> Callable[[str], Q]:
    return lambda value: Q(**{f"{field}__dicom": value})


def _range(value: str) -> tuple[str, str]:
    """``a-b``, ``a-``, ``-b`` or one value (PS3.4 C.2.2.2.5): both ends, "" when open."""
    low, dash, high = value.partition("-")
    return (low, high) if dash else (low, low)


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007
    except ValueError:
        raise InvalidInput(ErrorCode.VALIDATION, "a date is YYYYMMDD", "StudyDate") from None


def _study_date(value: str) -> Q:
    low, high = _range(value)
    found = Q(study_date__isnull=False)
    if low:
        found &= Q(study_date__gte=_day(low))
    if high:
        found &= Q(study_date__lte=_day(high))
    return found


def _study_time(value: str) -> Q:
    low, high = _range(value)
    for end in (low, high):
        if not re.fullmatch(r"(\d{2}){0,3}(\.\d{1,6})?", end, re.ASCII):
            raise InvalidInput(ErrorCode.VALIDATION, "a time is HHMMSS.FFFFFF", "StudyTime")
    return Q(study_time__gte=low or "0", study_time__lte=high + _LAST_TIME[len(high) :])


def _study_uids(value: str) -> Q:
    uids = re.split(r"[,\\]", value)
    if len(uids) > _MAX_UIDS or not all(_UID.fullmatch(uid) and len(uid) <= 64 for uid in uids):
        raise InvalidInput(ErrorCode.VALIDATION, "not a list of UIDs", "StudyInstanceUID")
    return Q(study_instance_uid__in=uids)


def _modalities(value: str) -> Q:
    modalities = re.split(r"[,\\]", value)
    return Q(Exists(Series.objects.filter(study=OuterRef("pk"), modality__in=modalities)))


_MATCHING: Mapping[str, Callable[[str], Q]] = {
    "00080020": _study_date,
    "00080030": _study_time,
    "00080050": _wildcard("accession_number"),
    "00080061": _modalities,
    "00080090": _wildcard("referring_physician_name"),
    "00081030": _wildcard("description"),
    "00100010": _wildcard("dicom_patient_name"),
    "00100020": _wildcard("dicom_patient_id"),
    "00100030": _wildcard("dicom_birth_date"),
    "00100040": _wildcard("dicom_sex"),
    "0020000D": _study_uids,
    "00200010": _wildcard("study_id"),
}
STUDY_KEYS = frozenset(_MATCHING)


def studies_matching(user: Any, keys: Mapping[str, str]) -> QuerySet[Study]:
    """Visible studies that match every key (tag to value, from STUDY_KEYS), newest first.

    An empty value and ``*`` match everything (PS3.4 C.2.2.2.3). Raises InvalidInput for a
    malformed date, time or UID.
    """
    studies = Study.objects.visible_to(user)
    for tag, value in keys.items():
        if value.strip("*"):
            studies = studies.filter(_MATCHING[tag](value))
    return studies
