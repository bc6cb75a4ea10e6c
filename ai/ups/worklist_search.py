"""Searching the worklist (PS3.18 11.9, PS3.4 CC.2.8): matching keys as conditions on jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from django.db.models import Q, QuerySet
from django.utils import timezone

from ai.choices import WorkitemPriority
from ai.models import AIJob
from ai.ups.data_sets import tag
from ai.ups.states import CONDITIONS, State
from ai.ups.workitems import WORKLIST, with_sequence_of, workitems_visible_to
from common.errors import ErrorCode, InvalidInput
from common.person import Person
from ocs.choices import Priority
from pacs.dicomweb import qido_matchers as values
from pacs.dicomweb.qido_matchers import Matcher
from pacs.dicomweb.query import Parameters, SearchQuery, search_parse
from pacs.index.images import series_owners_where

MAX_RESULTS = 200
NO_FUZZY = "The fuzzymatching parameter is not supported. Only literal matching has been performed"
STATE = tag("ProcedureStepState")
_PRECISIONS = {
    8: ("%Y%m%d", timedelta(days=1)),
    10: ("%Y%m%d%H", timedelta(hours=1)),
    12: ("%Y%m%d%H%M", timedelta(minutes=1)),
    14: ("%Y%m%d%H%M%S", timedelta(seconds=1)),
}
"""By the length of a DT: its form, and how long what it names lasts."""


def _state(value: str) -> Q:
    found = Q(pk__in=())
    for name in value.replace("\\", ",").split(","):
        if name not in CONDITIONS:
            raise InvalidInput(ErrorCode.VALIDATION, f"one of {', '.join(State)}", STATE)
        found |= CONDITIONS[State(name)]
    return found


def _said(field: str, otherwise: Q) -> Matcher:
    """What a client said; ``otherwise``: of a job of which none said anything."""

    def match(value: str) -> Q:
        return values.text(f"workitem__{field}")(value) | (Q(workitem=None) & otherwise)

    return match


def _label(value: str) -> Q:
    return _said("label", values.text("model_id")(value))(value)


def _worklist(value: str) -> Q:
    ours = fnmatchcase(WORKLIST.casefold(), value.casefold())
    return _said("worklist_label", Q() if ours else Q(pk__in=()))(value)


def _priority(value: str) -> Q:
    stat = Q(urgency=Priority.STAT)
    unsaid = {WorkitemPriority.HIGH.value: stat, WorkitemPriority.MEDIUM.value: ~stat}
    return _said("priority", unsaid.get(value, Q(pk__in=())))(value)


def _input(field: str, name: str) -> Matcher:
    """By a UID of any series that it is run on, which of several sequences each may match."""
    of_job, of_series = values.uids(f"series__{field}", name), values.uids(field, name)

    def match(value: str) -> Q:
        found = with_sequence_of(series_owners_where(of_series(value)))
        return of_job(value) | Q(pk__in=found)

    return match


def _moments(field: str, name: str) -> Matcher:
    """DT, in the hospital's time: one, or a range with ``-``; to the second at most."""

    def match(value: str) -> Q:
        low, dash, high = value.partition("-")
        found = Q()
        if low:
            found &= Q(**{f"{field}__gte": _moment(low, name)[0]})
        if high or not dash:
            found &= Q(**{f"{field}__lt": _moment(high or low, name)[1]})
        return found

    return match


def _moment(text: str, name: str) -> tuple[datetime, datetime]:
    """Its beginning and its end."""
    form, lasts = _PRECISIONS.get(len(text), ("", timedelta()))
    try:
        begin = timezone.make_aware(datetime.strptime(text, form))  # noqa: DTZ007
        return begin, begin + lasts
    except (ValueError, OverflowError):
        raise InvalidInput(ErrorCode.VALIDATION, "a DT without offset from UTC", name) from None


KEYS: Mapping[str, Matcher] = {
    tag("SOPInstanceUID"): values.uids("workitem_uid", "SOPInstanceUID"),
    STATE: _state,
    tag("ScheduledProcedureStepPriority"): _priority,
    tag("ProcedureStepLabel"): _label,
    tag("WorklistLabel"): _worklist,
    tag("ScheduledProcedureStepStartDateTime"): _moments(
        "created_at", "ScheduledProcedureStepStartDateTime"
    ),
    tag("ScheduledProcedureStepModificationDateTime"): _moments(
        "updated_at", "ScheduledProcedureStepModificationDateTime"
    ),
    f"{tag('ScheduledWorkitemCodeSequence')}.{tag('CodeValue')}": values.text("model_id"),
    f"{tag('ScheduledWorkitemCodeSequence')}.{tag('LongCodeValue')}": values.text("model_id"),
    tag("StudyInstanceUID"): values.uids("study__study_instance_uid", "StudyInstanceUID"),
    f"{tag('InputInformationSequence')}.{tag('StudyInstanceUID')}": _input(
        "study__study_instance_uid", "StudyInstanceUID"
    ),
    f"{tag('InputInformationSequence')}.{tag('SeriesInstanceUID')}": _input(
        "series_instance_uid", "SeriesInstanceUID"
    ),
    f"{tag('ReferencedRequestSequence')}.{tag('AccessionNumber')}": values.text(
        "study__accession_number"
    ),
    tag("PatientName"): values.person_name("patient__full_name"),
    tag("PatientID"): values.text("patient__patient_id"),
    tag("PatientBirthDate"): values.day("patient__birth_date", "PatientBirthDate"),
    tag("PatientSex"): values.text("patient__gender"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """One page. ``more``: there are others that a further request can get."""

    jobs: list[AIJob]
    search: SearchQuery
    warnings: tuple[str, ...]
    more: bool


def worklist_search(user: Person, parameters: Parameters) -> Found:
    """The newest first. Raises InvalidInput for a malformed value.

    ``includefield`` adds nothing: all attributes that are known are returned.
    """
    asked = search_parse(parameters, KEYS)
    jobs = matching(workitems_visible_to(user), asked.keys).order_by("-pk")
    limit = MAX_RESULTS if asked.limit is None else min(asked.limit, MAX_RESULTS)
    page = list(jobs[asked.offset : asked.offset + limit + 1])
    more = len(page) > limit and asked.limit != limit
    warnings = [NO_FUZZY] if asked.fuzzymatching else []
    if asked.ignored:
        warnings.append(f"These parameters are not supported: {', '.join(asked.ignored)}")
    if more:
        warnings.append("There are additional results that can be requested")
    return Found(page[:limit], asked, tuple(warnings), more)


def matching(jobs: QuerySet[AIJob], keys: Mapping[str, str]) -> QuerySet[AIJob]:
    """``keys``: tag to value; an empty value and ``*`` match everything."""
    for name, value in keys.items():
        if value.strip("*"):
            jobs = jobs.filter(KEYS[name](value))
    return jobs
