from __future__ import annotations

from typing import Any

from rest_framework import serializers

from acct.serializers import UserBriefOut
from common.api.schema import example
from ocs.choices import OrderStatus
from pacs.dicom.uids import UID_REGEX
from rbac.permissions import Role
from ris import examples
from ris.choices import AccessBasis, ShareSide


class SharedPatientOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    patient_id = serializers.CharField()
    full_name = serializers.CharField()


class SharedStudyOut(serializers.Serializer[Any]):
    study_instance_uid = serializers.CharField()
    description = serializers.CharField()
    study_date = serializers.DateField(allow_null=True)
    accession_number = serializers.CharField()


@example(examples.SHARE_NEW)
class ShareIn(serializers.Serializer[Any]):
    """A patient or a study, never both."""

    patient = serializers.IntegerField(min_value=1, required=False)
    study_instance_uid = serializers.RegexField(rf"^{UID_REGEX}\Z", max_length=64, required=False)
    grantee = serializers.IntegerField(min_value=1, help_text="Id of the user who gets access")
    expires_at = serializers.DateTimeField(help_text="At most a year ahead")
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("patient" in attrs) == ("study_instance_uid" in attrs):
            raise serializers.ValidationError({"patient": "Name a patient or a study."})
        return attrs


@example(examples.SHARE)
class ShareOut(serializers.Serializer[Any]):
    """``patient`` and ``study`` are null for a user who no longer sees them."""

    id = serializers.IntegerField(source="grant.pk")
    side = serializers.ChoiceField(ShareSide.choices)
    whole_patient = serializers.SerializerMethodField()
    patient = SharedPatientOut(allow_null=True)
    study = SharedStudyOut(allow_null=True)
    grantee = UserBriefOut(source="grant.grantee")
    granted_by = UserBriefOut(source="grant.granted_by")
    reason = serializers.CharField(source="grant.reason")
    created_at = serializers.DateTimeField(source="grant.created_at")
    expires_at = serializers.DateTimeField(source="grant.expires_at")
    revoked_at = serializers.DateTimeField(source="grant.revoked_at", allow_null=True)

    def get_whole_patient(self, share: Any) -> bool:
        return share.grant.study_instance_uid is None


class AccessOrderOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    accession_number = serializers.CharField()
    job_type = serializers.CharField()
    status = serializers.ChoiceField(OrderStatus.choices)


@example(examples.ACCESS)
class AccessOut(serializers.Serializer[Any]):
    """``person`` or everybody of ``role``; ``until`` is null while there is no end."""

    basis = serializers.ChoiceField(AccessBasis.choices)
    person = UserBriefOut(allow_null=True)
    role = serializers.ChoiceField([r.value for r in Role], allow_null=True)
    by = UserBriefOut(allow_null=True)
    study = SharedStudyOut(allow_null=True)
    order = AccessOrderOut(allow_null=True)
    share = serializers.IntegerField(allow_null=True, help_text="Id of the share, to end it")
    reason = serializers.CharField()
    since = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)
