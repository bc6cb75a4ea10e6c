"""Shapes of the DICOM nodes and of the modality worklist."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api.schema import example
from emr.serializers import validate_one_line
from ocs.choices import OrderStatus, Priority, modality_of
from pacs.browse.serializers import StudyPatientOut
from ris import examples
from ris.choices import EchoOutcome, PerformedState, TlsCheck, WorklistReason, WorklistState
from ris.modality.node_tls import certificate_check
from ris.models import DicomNode, PerformedStep, ScheduledStudy

AE_TITLE = r"^[!-\[\]-~](?:[ -\[\]-~]{0,14}[!-\[\]-~])?\Z"
"""PS3.5 6.2: at most 16 characters of ASCII without the backslash, no blank at an end."""
_RIGHTS = ("may_store", "may_find", "may_move", "may_worklist", "may_restricted")


@example(examples.NODE_NEW)
class DicomNodeIn(serializers.Serializer[Any]):
    """A node may nothing that is not said."""

    name = serializers.CharField(max_length=60, validators=[validate_one_line])
    ae_title = serializers.RegexField(AE_TITLE, max_length=16)
    address = serializers.IPAddressField(
        protocol="IPv4", help_text="The archive compares it with who calls"
    )
    port = serializers.IntegerField(min_value=1, max_value=65535, required=False)
    tls = serializers.BooleanField(required=False, help_text="How it is called")
    tls_check = serializers.ChoiceField(TlsCheck.choices, required=False)
    tls_certificate = serializers.CharField(
        max_length=20_000,
        allow_blank=True,
        required=False,
        help_text="PEM: the only issuers or certificates it may show; else those the system trusts",
    )
    may_store = serializers.BooleanField(required=False)
    may_find = serializers.BooleanField(required=False)
    may_move = serializers.BooleanField(required=False)
    may_worklist = serializers.BooleanField(required=False)
    may_restricted = serializers.BooleanField(
        required=False, help_text="What it may, of restricted patients too"
    )
    modalities = serializers.ListField(
        child=serializers.RegexField(r"^[A-Z0-9_]+\Z", max_length=16),
        max_length=10,
        required=False,
        help_text="What it makes and may see; any if empty",
    )

    def validate_tls_certificate(self, pem: str) -> str:
        try:
            certificate_check(pem)
        except ValueError:
            raise serializers.ValidationError("This is no certificate in PEM.") from None
        return pem


@example(examples.NODE_CHANGE)
class DicomNodePatchIn(DicomNodeIn):
    pass


@example(examples.NODE)
class DicomNodeOut(serializers.ModelSerializer[DicomNode]):
    modalities = serializers.ListField(child=serializers.CharField())
    echo_outcome = serializers.ChoiceField(EchoOutcome.choices, allow_blank=True)

    class Meta:
        model = DicomNode
        fields = [
            *("id", "name", "ae_title", "address", "port", "tls"),
            *("tls_check", "tls_certificate"),
            *_RIGHTS,
            *("modalities", "echo_outcome", "echo_at", "version"),
        ]


@example(examples.NODE_ECHO)
class NodeEchoOut(serializers.Serializer[Any]):
    """no_answer: none within 5 s. refused: nobody listens there, or it knows no such caller."""

    outcome = serializers.ChoiceField(EchoOutcome.choices)
    milliseconds = serializers.IntegerField()
    at = serializers.DateTimeField()


class PerformedStepOut(serializers.ModelSerializer[PerformedStep]):
    """What the modality says of its work; a hint, on which nothing depends."""

    state = serializers.ChoiceField(PerformedState.choices)

    class Meta:
        model = PerformedStep
        fields = ["ae_title", "state", "started_at", "ended_at"]


@example(examples.SCHEDULED_STUDY)
class ScheduledStudyOut(serializers.ModelSerializer[ScheduledStudy]):
    order = serializers.IntegerField(source="order_id")
    order_status = serializers.ChoiceField(OrderStatus.choices, source="order.status")
    accession_number = serializers.CharField(source="order.accession_number")
    job_type = serializers.CharField(source="order.job_type")
    priority = serializers.ChoiceField(Priority.choices, source="order.priority")
    patient = StudyPatientOut(source="order.patient")
    modality = serializers.SerializerMethodField()
    state = serializers.ChoiceField(WorklistState.choices)
    reason = serializers.ChoiceField(WorklistReason.choices)
    studies = serializers.IntegerField(source="arrivals.studies")
    elsewhere = serializers.IntegerField(
        source="arrivals.elsewhere",
        help_text="Studies under its accession number that are of another patient or of nobody",
    )
    last_image_at = serializers.DateTimeField(source="arrivals.last_image_at", allow_null=True)
    performed = serializers.SerializerMethodField()

    class Meta:
        model = ScheduledStudy
        fields = [
            *("order", "order_status", "accession_number", "job_type", "priority", "patient"),
            *("modality", "study_instance_uid", "state", "reason", "listed_at", "removed_at"),
            *("studies", "elsewhere", "last_image_at", "performed"),
        ]

    @extend_schema_field(PerformedStepOut(allow_null=True))
    def get_performed(self, entry: ScheduledStudy) -> dict[str, Any] | None:
        """The newest step of the order."""
        steps = entry.order.performed_steps.all()
        return PerformedStepOut(steps[0]).data if steps else None

    def get_modality(self, entry: ScheduledStudy) -> str:
        """Empty if the examination does not say it: such an item is found by no modality."""
        return modality_of(entry.order.job_type)
