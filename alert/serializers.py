from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from rest_framework import serializers

from alert import examples, selectors
from alert.choices import Part
from alert.models import Notification
from common.api.schema import example


class LocalNameOut(serializers.Serializer[Any]):
    ko = serializers.CharField()
    en = serializers.CharField()


class AboutPatientOut(serializers.Serializer[Any]):
    """``id`` is null for the patient of the files of unmatched images."""

    id = serializers.IntegerField(allow_null=True)
    patient_id = serializers.CharField()
    full_name = serializers.CharField()


class AboutStudyOut(serializers.Serializer[Any]):
    study_instance_uid = serializers.CharField()
    description = serializers.CharField()
    study_date = serializers.DateField(allow_null=True)
    accession_number = serializers.CharField()


class AboutOrderOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    accession_number = serializers.CharField()
    examination = LocalNameOut()


class AboutModelOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = LocalNameOut()


class AboutPersonOut(serializers.Serializer[Any]):
    part = serializers.ChoiceField(Part.choices)
    full_name = serializers.CharField()


class AboutOut(serializers.Serializer[Any]):
    """What an alert is about, as far as its reader may see that now."""

    patient = AboutPatientOut(allow_null=True)
    study = AboutStudyOut(allow_null=True)
    order = AboutOrderOut(allow_null=True)
    model = AboutModelOut(allow_null=True)
    people = AboutPersonOut(many=True)


@example(examples.NOTIFICATION)
class NotificationOut(serializers.ModelSerializer[Notification]):
    """``text`` is in the active language; ``link`` is a path of the web application."""

    text = serializers.SerializerMethodField()
    about = AboutOut()

    class Meta:
        model = Notification
        fields = ["id", "kind", "text", "about", "params", "link", "created_at", "read_at"]

    def get_text(self, notification: Notification) -> str:
        return selectors.notification_text(notification, get_language() or "ko")


@example(examples.READ)
class NotificationsReadIn(serializers.Serializer[Any]):
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1), required=False, max_length=1000
    )


@example(examples.READ_DONE)
class NotificationsReadOut(serializers.Serializer[Any]):
    read = serializers.IntegerField(
        help_text="Number of notifications that this request marked as read"
    )
    unread = serializers.IntegerField(help_text="Number of unread notifications left")
