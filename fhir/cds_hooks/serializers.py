from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework import serializers

from common.api.schema import example
from fhir.cds_hooks import examples
from fhir.cds_hooks.hook_cards import OVERRIDE_REASONS
from fhir.cds_hooks.rule_settings import RuleOverview
from fhir.choices import CardOutcome, CdsRule, Hook, Indicator
from fhir.models import CdsClient

MAX_TOLD = 100


class ReasonCodeIn(serializers.Serializer[Any]):
    """A Coding."""

    code = serializers.CharField(max_length=64)
    system = serializers.CharField(max_length=255, required=False, allow_blank=True)


class OverrideReasonIn(serializers.Serializer[Any]):
    reason = ReasonCodeIn(required=False)
    userComment = serializers.CharField(max_length=1000, required=False, allow_blank=True)  # noqa: N815


class AcceptedSuggestionIn(serializers.Serializer[Any]):
    id = serializers.UUIDField()


class OneFeedbackIn(serializers.Serializer[Any]):
    card = serializers.UUIDField()
    outcome = serializers.ChoiceField(CardOutcome.choices)
    acceptedSuggestions = serializers.ListField(  # noqa: N815
        child=AcceptedSuggestionIn(), required=False, max_length=MAX_TOLD
    )
    overrideReason = OverrideReasonIn(required=False)  # noqa: N815
    outcomeTimestamp = serializers.DateTimeField()  # noqa: N815


@example(examples.FEEDBACK)
class FeedbackIn(serializers.Serializer[Any]):
    feedback = serializers.ListField(child=OneFeedbackIn(), allow_empty=False, max_length=MAX_TOLD)


class TwoNamesOut(serializers.Serializer[Any]):
    ko = serializers.CharField()
    en = serializers.CharField()


class RuleBoundsOut(serializers.Serializer[Any]):
    usual = serializers.IntegerField()
    least = serializers.IntegerField()
    most = serializers.IntegerField()
    unit = serializers.CharField(help_text="UCUM")


class ReasonCountOut(serializers.Serializer[Any]):
    code = serializers.CharField(allow_blank=True, help_text="Empty: none was given")
    name = TwoNamesOut(allow_null=True, help_text="Of a reason of ours")
    count = serializers.IntegerField()


@example(examples.RULE)
class CdsRuleOut(serializers.Serializer[Any]):
    """The counts are of the last 90 days, of patients whom the reader may see."""

    rule = serializers.ChoiceField(CdsRule.choices)
    name = TwoNamesOut()
    hooks = serializers.ListField(child=serializers.ChoiceField(Hook.choices))
    enabled = serializers.BooleanField()
    limit = serializers.IntegerField(allow_null=True)
    bounds = RuleBoundsOut(allow_null=True)
    shown = serializers.IntegerField()
    accepted = serializers.IntegerField()
    overridden = serializers.IntegerField()
    reasons = ReasonCountOut(many=True)
    version = serializers.IntegerField(help_text="For If-Match; 0 before the first change")

    def to_representation(self, instance: RuleOverview) -> dict[str, Any]:
        declared = instance.declared
        bounds = declared.limit
        return {
            "rule": declared.code.value,
            "name": {"ko": declared.name_ko, "en": declared.name_en},
            "hooks": sorted(declared.hooks),
            "enabled": instance.enabled,
            "limit": instance.limit,
            "bounds": RuleBoundsOut(bounds).data if bounds else None,
            "shown": instance.shown,
            "accepted": instance.accepted,
            "overridden": instance.overridden,
            "reasons": [
                {"code": code, "name": _names(code), "count": count}
                for code, count in sorted(instance.reasons.items(), key=lambda each: -each[1])
            ],
            "version": instance.version,
        }


def _names(reason: str) -> dict[str, str] | None:
    found = OVERRIDE_REASONS.get(reason)
    return {"ko": found[0], "en": found[1]} if found else None


@example(examples.RULE_CHANGE)
class CdsRuleIn(serializers.Serializer[Any]):
    enabled = serializers.BooleanField(required=False)
    limit = serializers.IntegerField(min_value=0, max_value=100_000, required=False)


class CardPatientOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    patient_id = serializers.CharField()
    full_name = serializers.CharField()


@example(examples.FEEDBACK_ROW)
class CdsFeedbackOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    rule = serializers.ChoiceField(CdsRule.choices, source="card.rule")
    hook = serializers.ChoiceField(Hook.choices, source="card.hook")
    indicator = serializers.ChoiceField(Indicator.choices, source="card.indicator")
    outcome = serializers.ChoiceField(CardOutcome.choices)
    reason = serializers.CharField(allow_blank=True)
    comment = serializers.CharField(allow_blank=True)
    patient = CardPatientOut(source="card.patient")
    user_name = serializers.CharField(source="card.user.full_name")
    client_name = serializers.CharField(source="card.client.name", default=None, allow_null=True)
    shown_at = serializers.DateTimeField(source="card.shown_at")
    outcome_at = serializers.DateTimeField()


class _HttpsUrlField(serializers.URLField):
    """Where the system itself is reached by https, its clients' keys come that way too."""

    def to_internal_value(self, data: Any) -> str:
        found = str(super().to_internal_value(data))
        is_secure = settings.PUBLIC_BASE_URL.startswith("https://")
        if not found.startswith("https://" if is_secure else ("https://", "http://")):
            raise serializers.ValidationError("needs https")
        return found


@example(examples.CLIENT_NEW)
class CdsClientIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    issuer = serializers.CharField(max_length=255, help_text="As in iss of its tokens")
    jwks_url = _HttpsUrlField(max_length=500, help_text="Of its JWK Set")
    patient_system = serializers.CharField(
        max_length=255,
        required=False,
        allow_blank=True,
        help_text="System of the identifier that is our MRN; empty: its ids are those of /api/fhir",
    )
    user_system = serializers.CharField(
        max_length=255,
        required=False,
        allow_blank=True,
        help_text="System of the identifier that is our username; empty: as for patients",
    )
    enabled = serializers.BooleanField(required=False)


@example(examples.CLIENT)
class CdsClientOut(serializers.ModelSerializer[CdsClient]):
    class Meta:
        model = CdsClient
        fields = [
            *("id", "name", "issuer", "jwks_url", "patient_system", "user_system"),
            *("enabled", "version"),
        ]
