from __future__ import annotations

import re
from typing import Any

from django_filters import rest_framework as filters
from rest_framework import serializers

from ai.choices import JobStatus, ReviewStatus
from ai.serializers import ModelRefOut
from common.api.schema import example
from common.errors import ErrorCode, InvalidInput
from common.person import Person
from ocs.choices import Priority
from pacs.choices import PRIORITY_RANKS
from ris import examples
from ris.choices import ReadingPlace, ReportRank
from ris.models import WorklistEntry, WorklistSetting
from ris.reading.serializers import ReaderOut
from ris.worklist.filters import MAX_SEARCH
from ris.worklist.paging import DEFAULT_ORDER, ORDERS, Asked, state_ranks
from ris.worklist.serializers import StudyOut

ME, NOBODY = "me", "nobody"
MAX_PAGE = 100
SORTS = [*ORDERS, *(f"-{name}" for name in ORDERS)]
REPORTS = [rank.name.lower() for rank in ReportRank if rank]
PARAMETERS = ("state", "priority", "modality", "assigned", "reader", "ordering", "search")


class States(filters.BaseInFilter, filters.ChoiceFilter):
    """Several, with commas between them."""


class WorklistParameters(filters.FilterSet):
    state = States(
        choices=ReadingPlace.choices,
        help_text="unread, being_read, read, with commas; all without it",
    )
    priority = filters.ChoiceFilter(choices=Priority.choices)
    modality = filters.CharFilter(max_length=16)
    assigned = filters.CharFilter(max_length=20, help_text="me, nobody or the id of a user")
    reader = filters.CharFilter(max_length=20, help_text="me or the id of a user")
    ordering = filters.ChoiceFilter(
        choices=[(name, name) for name in SORTS],
        help_text="target: STAT first, then by the time left until their target (default)",
    )
    search = filters.CharFilter(
        max_length=MAX_SEARCH,
        help_text="Words of the patient's name, or the beginning of an MRN or accession number",
    )
    cursor = filters.CharFilter(max_length=400, help_text="of the address in next")
    page_size = filters.NumberFilter(min_value=1, max_value=MAX_PAGE, help_text="50 without it")


def asked_of(user: Person, params: Any) -> tuple[Asked, dict[str, Any]]:
    """What the parameters ask for, and their checked values. Raises ValidationError."""
    query = WorklistParameters(params, queryset=WorklistEntry.objects.none())
    if not query.form.is_valid():
        raise serializers.ValidationError(
            {k: list(map(str, v)) for k, v in query.form.errors.items()}
        )
    said = query.form.cleaned_data
    return Asked(
        states=state_ranks(said["state"] or []),
        priority=PRIORITY_RANKS[said["priority"]] if said["priority"] else None,
        modality=said["modality"].upper() or None,
        assigned=_user_id(user, said["assigned"], "assigned"),
        reader=_user_id(user, said["reader"], "reader"),
        search=said["search"].strip(),
        ordering=said["ordering"] or DEFAULT_ORDER,
    ), said


def _user_id(user: Person, said: str, name: str) -> int | None:
    if not said:
        return None
    if said == ME:
        return int(user.pk)
    if said == NOBODY and name == "assigned":
        return 0
    if said.isascii() and said.isdigit() and int(said) > 0:
        return int(said)
    raise InvalidInput(ErrorCode.VALIDATION, "me, nobody or the id of a user", name)


class AiChipOut(serializers.Serializer[Any]):
    """The newest result of one model. ``urgent``: its risk is at or above the hospital's limit."""

    job = serializers.IntegerField(source="result.job")
    model = ModelRefOut(source="result.model")
    status = serializers.ChoiceField(JobStatus.choices, source="result.status")
    review_status = serializers.ChoiceField(ReviewStatus.choices, source="result.review_status")
    risk_score = serializers.FloatField(source="result.risk_score", allow_null=True)
    urgent = serializers.BooleanField()


@example(examples.WORKLIST_ROW)
class WorklistRowOut(StudyOut):
    """A study on the worklist.

    ``waiting_minutes``: since its last image, until it was read or until now. ``target_minutes``:
    within which a study of its priority is to be read. ``locked_by``: who reads it now.
    """

    reading_state = serializers.ChoiceField(ReadingPlace.choices)
    locked_by = ReaderOut(allow_null=True)
    assigned_to = ReaderOut(source="entry.assignee", allow_null=True)
    ai = AiChipOut(many=True)
    report = serializers.ChoiceField(REPORTS, allow_null=True)
    waiting_since = serializers.DateTimeField(source="entry.waiting_since")
    waiting_minutes = serializers.IntegerField()
    target_minutes = serializers.IntegerField()
    overdue = serializers.BooleanField()


@example({"results": [examples.WORKLIST_ROW], "next": None})
class WorklistPageOut(serializers.Serializer[Any]):
    """``next``: the address of the next page; null at the end. Nobody counts a million rows."""

    results = WorklistRowOut(many=True)
    next = serializers.URLField(allow_null=True)


@example({"priority": "stat", "ordering": "target"})
class WorklistNextIn(serializers.Serializer[Any]):
    """The parameters of the worklist; the state is always unread."""

    priority = serializers.ChoiceField(Priority.choices, required=False)
    modality = serializers.CharField(required=False, max_length=16)
    assigned = serializers.CharField(required=False, max_length=20)
    ordering = serializers.ChoiceField(SORTS, required=False)
    search = serializers.CharField(required=False, max_length=MAX_SEARCH)


@example(examples.WORKLIST_FILTER)
class SavedFilterIn(serializers.Serializer[Any]):
    """``query``: parameters of the worklist."""

    name = serializers.CharField(max_length=60)
    query = serializers.DictField(child=serializers.CharField(max_length=MAX_SEARCH))

    def validate_query(self, query: dict[str, str]) -> dict[str, str]:
        if unknown := sorted(set(query) - set(PARAMETERS)):
            raise serializers.ValidationError(f"unknown: {', '.join(unknown)}")
        asked_of(self.context["request"].user, query)
        return query


@example({"id": 4, "key": "", "shared": False, **examples.WORKLIST_FILTER})
class SavedFilterOut(serializers.Serializer[Any]):
    """``key``: of a filter that everybody has; ``id``: of one's own, else null."""

    id = serializers.IntegerField(source="pk", allow_null=True)
    key = serializers.CharField(default="")
    name = serializers.CharField()
    query = serializers.DictField(child=serializers.CharField())
    shared = serializers.BooleanField(default=False)


@example({"results": [{"id": 4, "key": "", "shared": False, **examples.WORKLIST_FILTER}]})
class SavedFiltersOut(serializers.Serializer[Any]):
    results = SavedFilterOut(many=True)


_CODE = re.compile(r"[A-Z0-9_]{1,16}")
"""Of a modality (CS)."""
MOST_MODALITIES = 40
_MINUTES: dict[str, Any] = {"min_value": 1, "max_value": 60 * 24 * 30, "required": False}


class TargetMinutes(serializers.Serializer[Any]):
    """Of one modality; what is missing is as for every modality."""

    stat_minutes = serializers.IntegerField(**_MINUTES)
    urgent_minutes = serializers.IntegerField(**_MINUTES)
    routine_minutes = serializers.IntegerField(**_MINUTES)


@example({"stat_minutes": 45, "by_modality": {"CT": {"stat_minutes": 30}}})
class WorklistSettingIn(TargetMinutes):
    """``by_modality``: all of them, by their DICOM codes; one that is not named has no own."""

    lock_minutes = serializers.IntegerField(**_MINUTES)
    urgent_risk = serializers.FloatField(min_value=0, max_value=1, required=False)
    by_modality = serializers.DictField(child=TargetMinutes(), required=False)

    def validate_by_modality(self, targets: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
        if wrong := [name for name in targets if not _CODE.fullmatch(name)]:
            raise serializers.ValidationError(f"no modality: {', '.join(wrong)[:80]}")
        if len(targets) > MOST_MODALITIES:
            raise serializers.ValidationError(f"at most {MOST_MODALITIES}")
        return {name: minutes for name, minutes in targets.items() if minutes}


@example(examples.WORKLIST_SETTING)
class WorklistSettingOut(serializers.ModelSerializer[WorklistSetting]):
    by_modality = serializers.DictField(child=TargetMinutes())

    class Meta:
        model = WorklistSetting
        fields = [
            *("stat_minutes", "urgent_minutes", "routine_minutes", "lock_minutes"),
            *("urgent_risk", "by_modality", "version"),
        ]
