"""QIDO-RS queries (PS3.18 10.6) on the index: studies, series, instances.

The caller passes the studies to search: those that the user may see, or one of them. Each level is
searched within the matches of the level above.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from common.errors import ErrorCode, InvalidInput
from pacs.dicom.person_names import name_words
from pacs.dicomweb import qido_matchers as values
from pacs.dicomweb.qido_matchers import Matcher
from pacs.index.studies import Target
from pacs.models import Instance, NameWord, Series, Study

MAX_WORDS = 8
PATIENT_NAME = "00100010"
REFERRING_PHYSICIAN_NAME = "00080090"
Keys = Mapping[str, str]
Row = TypeVar("Row", bound=Model)


class Level(StrEnum):
    STUDY = "study"
    SERIES = "series"
    INSTANCE = "instance"


def _modalities_in_study(value: str) -> Q:
    wanted = values.codes("modality", "00080061")(value)
    return values.among("pk", Series.objects.filter(wanted), "study")


STUDY_KEYS: Mapping[str, Matcher] = {
    "00080020": values.day("study_date", "00080020"),
    "00080030": values.time("study_time", "00080030"),
    "00080050": values.text("accession_number"),
    "00080061": _modalities_in_study,
    REFERRING_PHYSICIAN_NAME: values.person_name("referring_physician_name"),
    "00081030": values.text("description"),
    PATIENT_NAME: values.person_name("dicom_patient_name"),
    "00100020": values.text("dicom_patient_id"),
    "00100030": values.written_day("dicom_birth_date", "00100030"),
    "00100040": values.text("dicom_sex"),
    "0020000D": values.uids("study_instance_uid", "0020000D"),
    "00200010": values.text("study_id"),
}
_STEP = "performed_procedure_step_start"
SERIES_KEYS: Mapping[str, Matcher] = {
    "00080021": values.day("series_date", "00080021"),
    "00080031": values.time("series_time", "00080031"),
    "00080060": values.codes("modality", "00080060"),
    "0008103E": values.text("description"),
    "00180015": values.text("body_part"),
    "0020000E": values.uids("series_instance_uid", "0020000E"),
    "00200011": values.integer("number", "00200011"),
    "00400244": values.day(f"{_STEP}_date", "00400244"),
    "00400245": values.time(f"{_STEP}_time", "00400245"),
    "00400275.00400009": values.text("scheduled_procedure_step_id"),
    "00400275.00401001": values.text("requested_procedure_id"),
}
INSTANCE_KEYS: Mapping[str, Matcher] = {
    "00080016": values.uids("sop_class_uid", "00080016"),
    "00080018": values.uids("sop_instance_uid", "00080018"),
    "00200013": values.integer("number", "00200013"),
}
_DAYS_AND_TIMES: Mapping[tuple[str, str], Callable[[str, str], Q]] = {
    (days, times): values.day_and_time(f"{field}_date", f"{field}_time", days, times)
    for days, times, field in (
        ("00080020", "00080030", "study"),
        ("00080021", "00080031", "series"),
        ("00400244", "00400245", _STEP),
    )
}


KEYS: Mapping[Level, frozenset[str]] = {
    Level.STUDY: frozenset(STUDY_KEYS),
    Level.SERIES: frozenset({*STUDY_KEYS, *SERIES_KEYS}),
    Level.INSTANCE: frozenset({*STUDY_KEYS, *SERIES_KEYS, *INSTANCE_KEYS}),
}
_PARENTS = {Level.STUDY: (), Level.SERIES: ("study",), Level.INSTANCE: ("series__study",)}


def matching(
    level: Level,
    studies: QuerySet[Study],
    keys: Keys,
    *,
    within: Target | None = None,
    fuzzymatching: bool = False,
) -> QuerySet[Any]:
    """The rows of ``level`` in ``studies``, or ``within`` a target, that match all keys.

    ``keys``: tag to value; an empty value and ``*`` match everything (PS3.4 C.2.2.2.3).
    ``fuzzymatching``: matches the words of Patient's Name by prefix, in any order.
    The order is fixed, so pages are consistent. Raises InvalidInput for a malformed value.
    """
    if within is not None:
        studies = Study.objects.filter(pk=within.study.pk)
    studies = _studies_matching(studies, keys, fuzzymatching)
    if level is Level.STUDY:
        return studies
    series: QuerySet[Series] = Series.objects.filter(values.among("study", studies))
    if within is not None and within.series is not None:
        series = series.filter(pk=within.series.pk)
    series = _narrow(series, SERIES_KEYS, keys)
    if level is Level.SERIES:
        return series.order_by(*(("number", "pk") if within else ("-pk",)))
    instances: QuerySet[Instance] = Instance.objects.filter(values.among("series", series))
    instances = _narrow(instances, INSTANCE_KEYS, keys)
    ordered = ("series__number", "series_id", "number", "pk") if within else ("-pk",)
    return instances.order_by(*ordered)


def page(level: Level, matches: QuerySet[Row], offset: int, limit: int) -> list[Row]:
    """The rows of one page with their parents.

    Selects the primary keys first: sorting whole rows would make long lists slow.
    """
    pks = list(matches.values_list("pk", flat=True)[offset : offset + limit])
    found = matches.model._default_manager.select_related(*_PARENTS[level]).in_bulk(pks)
    return [found[pk] for pk in pks if pk in found]


def _studies_matching(studies: QuerySet[Study], keys: Keys, fuzzymatching: bool) -> QuerySet[Study]:
    if fuzzymatching and PATIENT_NAME in keys:
        studies = studies.filter(_named_like(keys[PATIENT_NAME]))
        keys = {tag: value for tag, value in keys.items() if tag != PATIENT_NAME}
    return _narrow(studies, STUDY_KEYS, keys)


def _named_like(name: str) -> Q:
    """Each word of ``name`` is the beginning of a word of Patient's Name."""
    named = [NameWord.objects.filter(word__istartswith=word) for word in name_words(name)]
    if len(named) > MAX_WORDS:
        raise InvalidInput(ErrorCode.VALIDATION, f"more than {MAX_WORDS} words", PATIENT_NAME)
    if not named:
        return Q()
    known = named[0]
    for another in named[1:]:
        known = known.filter(study__in=another.values("study"))
    return values.among("pk", known, "study")


def _narrow(rows: QuerySet[Row], matchers: Mapping[str, Matcher], keys: Keys) -> QuerySet[Row]:
    asked = {tag: keys[tag] for tag in matchers if keys.get(tag, "").strip("*")}
    for (day_tag, time_tag), match in _DAYS_AND_TIMES.items():
        ranges = [asked[tag] for tag in (day_tag, time_tag) if values.is_range(asked.get(tag, ""))]
        if len(ranges) == 2:
            rows = rows.filter(match(asked.pop(day_tag), asked.pop(time_tag)))
    for tag, value in asked.items():
        rows = rows.filter(matchers[tag](value))
    return rows
