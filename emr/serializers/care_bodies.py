"""Care teams, and what patients read and ask about their own record."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from acct.serializers import UserBriefOut
from common.api.schema import example
from emr import ward_examples as examples
from emr.choices import CareRole, ChangeAction, ContactRequestState, RecordPart
from emr.models import CareTeamMember, ContactRequest
from emr.serializers import PatientBriefOut, validate_one_line
from emr.serializers.chart_bodies import StrictIn
from emr.serializers.ward_bodies import WardPatientOut
from rbac.permissions import Role

_LINE = [validate_one_line]


class _ReasonIn(StrictIn):
    reason = serializers.CharField(max_length=300, validators=_LINE)


@example(examples.CARE_MEMBER_NEW)
class CareMemberIn(_ReasonIn):
    patient = serializers.IntegerField(min_value=1)
    user = serializers.IntegerField(min_value=1)
    role = serializers.ChoiceField(CareRole.choices)


@example(examples.CARE_MEMBER_END)
class CareMemberEndIn(_ReasonIn):
    pass


@example(examples.CARE_MEMBER)
class CareMemberOut(serializers.ModelSerializer[CareTeamMember]):
    """``reason``: empty for the patient."""

    patient = WardPatientOut()
    user = UserBriefOut()
    role = serializers.ChoiceField(CareRole.choices, allow_blank=True)
    since = serializers.DateTimeField(source="created_at")
    added_by = UserBriefOut(allow_null=True)
    reason = serializers.SerializerMethodField()

    class Meta:
        model = CareTeamMember
        fields = ["id", "patient", "user", "role", "since", "added_by", "reason"]

    def get_reason(self, member: CareTeamMember) -> str:
        return member.reason if self.context.get("reasons", True) else ""


@example(examples.CARE_CHANGE)
class CareChangeOut(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    action = serializers.ChoiceField(ChangeAction.choices)
    person = UserBriefOut(allow_null=True)
    role = serializers.ChoiceField(CareRole.choices, allow_blank=True)
    by = UserBriefOut(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


@example(examples.RECORD_READER)
class RecordReaderOut(serializers.Serializer[Any]):
    """``changed``: written, not only read; ``emergency``: by an emergency access."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    name = serializers.CharField()
    role = serializers.ChoiceField([r.value for r in Role])
    part = serializers.ChoiceField(RecordPart.choices)
    changed = serializers.BooleanField()
    emergency = serializers.BooleanField()


@example(examples.CONTACT_NEW)
class ContactRequestIn(StrictIn):
    phone = serializers.CharField(max_length=30, validators=_LINE, required=False, allow_blank=True)
    address = serializers.CharField(
        max_length=300, validators=_LINE, required=False, allow_blank=True
    )


@example(examples.CONTACT_DECISION)
class ContactDecisionIn(StrictIn):
    accept = serializers.BooleanField()
    answer = serializers.CharField(
        max_length=300, validators=_LINE, required=False, allow_blank=True
    )


class ContactOut(serializers.Serializer[Any]):
    phone = serializers.CharField(allow_blank=True)
    address = serializers.CharField(allow_blank=True)


@example(examples.CONTACT_REQUEST)
class ContactRequestOut(serializers.ModelSerializer[ContactRequest]):
    """``phone``, ``address``: as they should be, null where they stay; ``now``: as they are."""

    patient = PatientBriefOut()
    now = ContactOut(source="patient")
    state = serializers.ChoiceField(ContactRequestState.choices)
    decided_by = UserBriefOut(allow_null=True)

    class Meta:
        model = ContactRequest
        fields = [
            *("id", "patient", "now", "phone", "address", "state", "requested_at"),
            *("decided_by", "decided_at", "answer"),
        ]
