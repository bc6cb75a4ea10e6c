"""How far the publication of a result came, as the API shows it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ai.choices import PublicationStatus


class JobErrorOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()


class SegStateOut(serializers.Serializer[Any]):
    sop_instance_uid = serializers.CharField()
    series_instance_uid = serializers.CharField()
    stored_at = serializers.DateTimeField(allow_null=True)
    seen_at = serializers.DateTimeField(allow_null=True)


class FhirStateOut(serializers.Serializer[Any]):
    diagnostic_report = serializers.CharField(allow_null=True)
    imaging_study = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField(allow_null=True)


class PublicationOut(serializers.Serializer[Any]):
    status = serializers.ChoiceField(PublicationStatus.choices)
    seg = SegStateOut(allow_null=True)
    fhir = FhirStateOut(allow_null=True)
    error = JobErrorOut(
        allow_null=True, help_text="Of the step that failed, or is being tried again"
    )
