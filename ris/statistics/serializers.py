from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from common.api.schema import example
from ris.choices import CriticalCategory
from ris.reading.serializers import ReaderOut
from ris.statistics import examples
from ris.statistics.csv_tables import TABLES
from ris.statistics.times import DEFAULT_DAYS, FIRST_DAY, LONGEST_DAYS


class StatisticsIn(serializers.Serializer[Any]):
    """Days of the hospital's zone; without them the last 30. ``reader``: id of a user."""

    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)
    modality = serializers.CharField(required=False, max_length=16, allow_blank=True, default="")
    reader = serializers.IntegerField(required=False, min_value=1, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        until = attrs.get("until") or timezone.localdate()
        if not FIRST_DAY <= until <= timezone.localdate() + timedelta(days=1):
            raise serializers.ValidationError({"until": "It lies in the future or far past."})
        since = attrs.get("since") or until - timedelta(days=DEFAULT_DAYS - 1)
        if until < since:
            raise serializers.ValidationError({"until": "It is before the first day."})
        if (until - since).days >= LONGEST_DAYS:
            message = f"The period may have {LONGEST_DAYS} days at most."
            raise serializers.ValidationError({"since": message})
        return attrs | {"since": since, "until": until}


class StatisticsTableIn(StatisticsIn):
    table = serializers.ChoiceField(TABLES)


class SpreadOut(serializers.Serializer[Any]):
    """Median and 90th percentile (nearest rank) in minutes; null of none."""

    count = serializers.IntegerField()
    median_minutes = serializers.FloatField(allow_null=True)
    p90_minutes = serializers.FloatField(allow_null=True)


class TurnaroundOut(serializers.Serializer[Any]):
    """From the arrival of a study's last image to its first opening, and to its first report."""

    modality = serializers.CharField()
    reader = ReaderOut(allow_null=True)
    reports = serializers.IntegerField()
    opened = SpreadOut()
    preliminary = SpreadOut()
    signed = SpreadOut()


class TurnaroundDayOut(serializers.Serializer[Any]):
    day = serializers.DateField()
    signed = SpreadOut()


class VolumeOut(serializers.Serializer[Any]):
    """``arrived``: null where only one reader's work is counted."""

    day = serializers.DateField()
    arrived = serializers.IntegerField(allow_null=True)
    signed = serializers.IntegerField()


class UnreadOut(serializers.Serializer[Any]):
    """Unread now, by how long they wait; ``overdue``: longer than the hospital's target."""

    modality = serializers.CharField()
    studies = serializers.IntegerField()
    overdue = serializers.IntegerField()
    oldest_at = serializers.DateTimeField()
    under_1_hour = serializers.IntegerField()
    under_4_hours = serializers.IntegerField()
    under_1_day = serializers.IntegerField()
    under_3_days = serializers.IntegerField()
    over_3_days = serializers.IntegerField()


class AiAgreementOut(serializers.Serializer[Any]):
    """Results of runs that began in the period. ``corrected``: approved after a person's edit."""

    model = serializers.CharField()
    results = serializers.IntegerField()
    approved = serializers.IntegerField()
    corrected = serializers.IntegerField()
    rejected = serializers.IntegerField()
    waiting = serializers.IntegerField()
    dice = serializers.FloatField(allow_null=True)


class CriticalTimesOut(serializers.Serializer[Any]):
    """From the finding on. ``open``: not yet read back."""

    category = serializers.ChoiceField(CriticalCategory.choices)
    found = serializers.IntegerField()
    open = serializers.IntegerField()
    told = SpreadOut()
    read_back = SpreadOut()


class DoseSpreadOut(serializers.Serializer[Any]):
    """Of the studies that say it: median and 75th percentile (nearest rank); null of none."""

    count = serializers.IntegerField()
    median = serializers.FloatField(allow_null=True)
    p75 = serializers.FloatField(allow_null=True)


class DoseRowOut(serializers.Serializer[Any]):
    """CT dose by the month of the study. ``procedure``: what was ordered, else Study Description.

    ``ctdi_vol``: the highest of a study, mGy; ``dlp``: of a study, mGy.cm, which only a Radiation
    Dose SR says; ``without_report``: studies whose images alone say CTDIvol.
    """

    modality = serializers.CharField()
    procedure = serializers.CharField()
    month = serializers.CharField()
    studies = serializers.IntegerField()
    without_report = serializers.IntegerField()
    ctdi_vol = DoseSpreadOut()
    dlp = DoseSpreadOut()


@example(examples.STATISTICS)
class StatisticsOut(serializers.Serializer[Any]):
    """``reader``: of whose work the figures are; null: everybody's."""

    since = serializers.DateField()
    until = serializers.DateField()
    reader = serializers.IntegerField(allow_null=True)
    turnaround = TurnaroundOut(many=True)
    turnaround_by_day = TurnaroundDayOut(many=True)
    volumes = VolumeOut(many=True)
    unread = UnreadOut(many=True)
    ai = AiAgreementOut(many=True)
    critical_results = CriticalTimesOut(many=True)
    dose = DoseRowOut(many=True)
