from __future__ import annotations

from enum import StrEnum
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api.schema import example
from pacs.dicom.uids import UID_REGEX
from ris import examples
from ris.hanging.protocols import Protocol, WindowPreset
from ris.hanging.selectors import NO_PRIOR, Hanging
from ris.hanging.similarity import MatchReason, Pair
from ris.hanging.traits import Region, SeriesKind


def _choice(names: type[StrEnum], **options: Any) -> serializers.ChoiceField:
    return serializers.ChoiceField([(one.value, one.name) for one in names], **options)


class HangingQuery(serializers.Serializer[Any]):
    prior = serializers.RegexField(
        rf"\A(?:{NO_PRIOR}|{UID_REGEX})\Z",
        max_length=64,
        required=False,
        default="",
        help_text="Study Instance UID to compare with instead of the rule's choice; or none",
    )


class PaneOut(serializers.Serializer[Any]):
    """``window``: a preset of the viewer; empty: as the image says."""

    series_instance_uid = serializers.CharField(source="series.series_instance_uid")
    frame_of_reference_uid = serializers.CharField(source="series.frame_of_reference_uid")
    kind = serializers.ChoiceField(
        [(one.value, one.value) for one in SeriesKind], source="series.kind"
    )
    region = serializers.ChoiceField(
        [(one.value, one.name) for one in Region], source="series.region"
    )
    window = _choice(WindowPreset)
    is_prior = serializers.BooleanField()


class LayoutOut(serializers.Serializer[Any]):
    protocol = _choice(Protocol)
    rows = serializers.IntegerField()
    columns = serializers.IntegerField()
    panes = PaneOut(many=True, help_text="row by row")


class PriorMatchOut(serializers.Serializer[Any]):
    """``score``: 0 to 100. ``matches``: good enough to be chosen by rule."""

    study_instance_uid = serializers.CharField(source="study.study_instance_uid")
    study_date = serializers.DateField(source="study.study_date", allow_null=True)
    description = serializers.CharField(source="study.description")
    score = serializers.IntegerField(source="match.score")
    reasons = serializers.ListField(child=_choice(MatchReason), source="match.reasons")
    matches = serializers.BooleanField(source="match.same")


class SeriesPairOut(serializers.Serializer[Any]):
    """A series and the one of the prior that is most like it.

    ``shares_frame``: both have one Frame of Reference UID, so that their places are the same.
    """

    present = serializers.CharField(source="present.series_instance_uid")
    prior = serializers.CharField(source="prior.series_instance_uid")
    score = serializers.IntegerField(source="match.score")
    reasons = serializers.ListField(child=_choice(MatchReason), source="match.reasons")
    shares_frame = serializers.SerializerMethodField()

    def get_shares_frame(self, pair: Pair) -> bool:
        frame = pair.present.frame_of_reference_uid
        return bool(frame) and frame == pair.prior.frame_of_reference_uid


class FrameLinkOut(serializers.Serializer[Any]):
    """An accepted registration. ``matrix``: 4x4, row by row, LPS, mm."""

    registration = serializers.IntegerField()
    from_frame_of_reference_uid = serializers.CharField()
    to_frame_of_reference_uid = serializers.CharField()
    matrix = serializers.ListField(child=serializers.FloatField(), min_length=16, max_length=16)


@example(examples.HANGING)
class HangingOut(serializers.Serializer[Any]):
    """``layouts``: what the rules offer, the first to begin with. ``priors``: the likest first.

    ``prior``: the study beside this one; ``chosen_by`` says whether a rule or the reader chose it.
    """

    study_instance_uid = serializers.CharField(source="study.study_instance_uid")
    layouts = LayoutOut(many=True)
    prior = PriorMatchOut(allow_null=True)
    chosen_by = serializers.SerializerMethodField()
    pairs = SeriesPairOut(many=True)
    priors = PriorMatchOut(many=True)
    links = FrameLinkOut(many=True)

    @extend_schema_field(serializers.ChoiceField(["rule", "reader"]))
    def get_chosen_by(self, hanging: Hanging) -> str:
        return "reader" if hanging.asked else "rule"
