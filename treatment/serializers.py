from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.schema import example
from emr.serializers import PatientBriefOut, validate_one_line
from treatment import choices, examples, models

_LINE = [validate_one_line]
_COMMON = ["id", "patient", "note", "recorded_by", "recorded_by_name", "created_at", "updated_at"]
_COMMON += ["version"]
MOST_DOSES, MOST_DRUGS, MOST_LESIONS = 200, 20, 10


class RecordIn(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class OfPatientIn(RecordIn):
    patient = serializers.IntegerField(min_value=1)


@example(examples.REMOVAL)
class RemovalIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300, validators=_LINE)


class RecordOut(serializers.ModelSerializer[Any]):
    patient = PatientBriefOut()
    recorded_by_name = serializers.CharField(source="recorded_by.full_name")


class CycleDose(serializers.Serializer[Any]):
    """One dose: of ``drug`` on ``day`` of ``cycle``."""

    cycle = serializers.IntegerField(min_value=1, max_value=60)
    day = serializers.IntegerField(min_value=1, max_value=60)
    drug = serializers.CharField(max_length=100, validators=_LINE)
    dose = serializers.FloatField()
    unit = serializers.ChoiceField(choices.DoseUnit.choices)

    def validate_dose(self, dose: float) -> float:
        if not 0 < dose <= 10_000:
            raise serializers.ValidationError("more than 0 and at most 10,000")
        return dose


@example(examples.PLAN_NEW)
class PlanIn(OfPatientIn):
    """The details of the plan's own kind only."""

    kind = serializers.ChoiceField(choices.TreatmentKind.choices)
    title = serializers.CharField(max_length=200, validators=_LINE)
    planned_on = serializers.DateField(required=False, allow_null=True)
    order = serializers.IntegerField(min_value=1, required=False, allow_null=True)
    extent_of_resection = serializers.ChoiceField(
        choices.ResectionExtent.choices, required=False, allow_blank=True
    )
    resection_percent = serializers.DecimalField(
        coerce_to_string=False,
        max_digits=4,
        decimal_places=1,
        min_value=0,
        max_value=100,
        required=False,
        allow_null=True,
    )
    total_dose_gy = serializers.DecimalField(
        coerce_to_string=False,
        max_digits=5,
        decimal_places=2,
        max_value=100,
        required=False,
        allow_null=True,
    )
    fractions = serializers.IntegerField(min_value=1, max_value=60, required=False, allow_null=True)
    technique = serializers.ChoiceField(
        choices.RadiotherapyTechnique.choices, required=False, allow_blank=True
    )
    target = serializers.CharField(
        max_length=200, validators=_LINE, required=False, allow_blank=True
    )
    regimen = serializers.CharField(
        max_length=100, validators=_LINE, required=False, allow_blank=True
    )
    drugs = serializers.ListField(
        child=serializers.CharField(max_length=100, validators=_LINE),
        max_length=MOST_DRUGS,
        required=False,
    )
    cycles = serializers.ListField(child=CycleDose(), max_length=MOST_DOSES, required=False)

    def validate_total_dose_gy(self, dose: Any) -> Any:
        if dose is not None and dose <= 0:
            raise serializers.ValidationError("more than 0 Gy")
        return dose


@example(examples.PLAN)
class PlanOut(RecordOut):
    status = serializers.ChoiceField(choices.PlanStatus.choices)
    resection_percent = serializers.FloatField(allow_null=True)
    total_dose_gy = serializers.FloatField(allow_null=True)
    drugs = serializers.ListField(child=serializers.CharField())
    cycles = serializers.ListField(child=CycleDose())

    class Meta:
        model = models.Plan
        fields = [
            *_COMMON,
            *("kind", "status", "title", "planned_on", "started_on", "ended_on", "stop_reason"),
            *("order", "extent_of_resection", "resection_percent", "total_dose_gy", "fractions"),
            *("technique", "target", "regimen", "drugs", "cycles"),
        ]


@example(examples.PLAN_MOVE)
class PlanMoveIn(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices.PlanStatus.choices)
    on = serializers.DateField(help_text="The day on which it began, was completed or stopped")
    reason = serializers.CharField(
        max_length=300, validators=_LINE, required=False, allow_blank=True
    )


@example(examples.EVENT_NEW)
class CourseEventIn(RecordIn):
    plan = serializers.IntegerField(min_value=1)
    kind = serializers.ChoiceField(choices.CourseEventKind.choices)
    occurred_on = serializers.DateField()
    cycle = serializers.IntegerField(min_value=1, max_value=60, required=False, allow_null=True)
    fractions = serializers.IntegerField(min_value=1, max_value=60, required=False, allow_null=True)


@example(examples.EVENT)
class CourseEventOut(RecordOut):
    class Meta:
        model = models.CourseEvent
        fields = [*_COMMON, "plan", "kind", "occurred_on", "cycle", "fractions"]


@example(examples.ADVERSE_NEW)
class AdverseEventIn(OfPatientIn):
    plan = serializers.IntegerField(min_value=1, required=False, allow_null=True)
    term = serializers.CharField(max_length=100, validators=_LINE)
    grade = serializers.IntegerField(min_value=1, max_value=5)
    onset_on = serializers.DateField()
    ended_on = serializers.DateField(required=False, allow_null=True)
    attribution = serializers.ChoiceField(choices.Attribution.choices)
    action_taken = serializers.ChoiceField(choices.ActionTaken.choices)


@example(examples.ADVERSE)
class AdverseEventOut(RecordOut):
    class Meta:
        model = models.AdverseEvent
        fields = [
            *_COMMON,
            *("plan", "term", "grade", "onset_on", "ended_on", "attribution", "action_taken"),
        ]


@example(examples.TERM)
class AdverseTermOut(serializers.Serializer[Any]):
    """``lowest`` and ``highest``: the grades that CTCAE gives the term."""

    term = serializers.CharField()
    ko = serializers.CharField()
    lowest = serializers.IntegerField()
    highest = serializers.IntegerField()


@example(examples.PERFORMANCE_NEW)
class PerformanceIn(OfPatientIn):
    assessed_on = serializers.DateField()
    karnofsky = serializers.IntegerField(
        min_value=0, max_value=100, required=False, allow_null=True
    )
    ecog = serializers.IntegerField(min_value=0, max_value=5, required=False, allow_null=True)

    def validate_karnofsky(self, score: int | None) -> int | None:
        if score is not None and score % 10:
            raise serializers.ValidationError("0 to 100 in steps of 10")
        return score


@example(examples.PERFORMANCE)
class PerformanceOut(RecordOut):
    class Meta:
        model = models.PerformanceStatus
        fields = [*_COMMON, "assessed_on", "karnofsky", "ecog"]


@example(examples.LIFE_NEW)
class LifeStatusIn(OfPatientIn):
    status = serializers.ChoiceField(choices.VitalStatus.choices)
    on = serializers.DateField()


@example(examples.LIFE)
class LifeStatusOut(RecordOut):
    class Meta:
        model = models.LifeStatus
        fields = [*_COMMON, "status", "on"]


@example(examples.VISIT_NEW)
class VisitIn(OfPatientIn):
    planned_at = serializers.DateTimeField()
    purpose = serializers.CharField(max_length=200, validators=_LINE)
    clinician = serializers.IntegerField(min_value=1, required=False)


@example(examples.VISIT)
class VisitOut(RecordOut):
    status = serializers.ChoiceField(choices.VisitStatus.choices)
    clinician_name = serializers.CharField(source="clinician.full_name")

    class Meta:
        model = models.Visit
        fields = [*_COMMON, "planned_at", "purpose", "clinician", "clinician_name", "status"]


@example(examples.VISIT_MOVE)
class VisitMoveIn(RecordIn):
    status = serializers.ChoiceField(choices.VisitStatus.choices)


class LesionIn(serializers.Serializer[Any]):
    """Two perpendicular diameters of the enhancing part; 0 and 0: it is gone."""

    label = serializers.CharField(max_length=40, validators=_LINE)  # type: ignore[assignment]
    longest_mm = serializers.DecimalField(
        coerce_to_string=False, max_digits=4, decimal_places=1, min_value=0, max_value=200
    )
    perpendicular_mm = serializers.DecimalField(
        coerce_to_string=False, max_digits=4, decimal_places=1, min_value=0, max_value=200
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        longest, other = float(attrs["longest_mm"]), float(attrs["perpendicular_mm"])
        if other > longest:
            raise serializers.ValidationError(
                {"perpendicular_mm": "longer than the longest diameter"}
            )
        if (longest == 0) != (other == 0):
            raise serializers.ValidationError({"perpendicular_mm": "both diameters are 0, or none"})
        return {"label": attrs["label"], "longest_mm": longest, "perpendicular_mm": other}


class LesionOut(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    longest_mm = serializers.FloatField()
    perpendicular_mm = serializers.FloatField()


@example(examples.RESPONSE_NEW)
class AssessmentIn(OfPatientIn):
    """What was measured. Whatever is left out or null is not known, and never taken for normal."""

    study_instance_uid = serializers.RegexField(r"^[0-9.]+\Z", max_length=64)
    assessed_on = serializers.DateField(required=False)
    baseline = serializers.BooleanField(required=False)
    lesions = serializers.ListField(child=LesionIn(), max_length=MOST_LESIONS)
    flair = serializers.ChoiceField(choices.FlairChange.choices, required=False, allow_null=True)
    new_lesion = serializers.BooleanField(required=False, allow_null=True)
    new_lesion_outside_field = serializers.BooleanField(required=False, allow_null=True)
    steroid_mg = serializers.DecimalField(
        coerce_to_string=False,
        max_digits=5,
        decimal_places=2,
        min_value=0,
        max_value=100,
        required=False,
        allow_null=True,
        help_text="Dexamethasone or its equivalent a day; 0 also for mere replacement",
    )
    clinical = serializers.ChoiceField(
        choices.ClinicalChange.choices, required=False, allow_null=True
    )

    def validate_lesions(self, lesions: list[dict[str, Any]]) -> list[dict[str, Any]]:
        labels = [lesion["label"] for lesion in lesions]
        if len(set(labels)) < len(labels):
            raise serializers.ValidationError("a lesion is named twice")
        return lesions

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "response" in self.initial_data:
            raise serializers.ValidationError(
                {"response": "is computed from the measurements and never typed in"}
            )
        return attrs


class JudgementOut(serializers.Serializer[Any]):
    """``unconfirmed``: a CR or PR that counts as SD until a study four weeks apart confirms it."""

    response = serializers.ChoiceField(choices.Response.choices)
    reasons = serializers.ListField(child=serializers.ChoiceField(choices.Reason.choices))
    unconfirmed = serializers.ChoiceField(choices.Response.choices, allow_null=True)
    confirmed_on = serializers.DateField(allow_null=True)
    pseudoprogression = serializers.BooleanField()
    sum_mm2 = serializers.FloatField(allow_null=True)
    baseline_mm2 = serializers.FloatField(allow_null=True)
    smallest_mm2 = serializers.FloatField(allow_null=True)
    baseline_change_percent = serializers.FloatField(allow_null=True)
    smallest_change_percent = serializers.FloatField(allow_null=True)
    lesions = serializers.ListField(
        child=serializers.CharField(), help_text="Lesions of the baseline that were not measured"
    )


@example(examples.RESPONSE)
class AssessmentOut(RecordOut):
    lesions = LesionOut(many=True)
    steroid_mg = serializers.FloatField(allow_null=True)
    response = serializers.ChoiceField(choices.Response.choices, source="judgement.response")
    judgement = JudgementOut()
    study_moved = serializers.BooleanField(
        help_text="Its study is no longer this patient's: nothing is computed from it"
    )

    class Meta:
        model = models.Assessment
        fields = [
            *_COMMON,
            *("study_instance_uid", "assessed_on", "baseline", "lesions", "flair", "new_lesion"),
            *("new_lesion_outside_field", "steroid_mg", "clinical", "response", "judgement"),
            "study_moved",
        ]


@example(examples.REVISION)
class RevisionOut(serializers.ModelSerializer[models.Revision]):
    actor_name = serializers.CharField(source="actor.full_name", default="")
    values = serializers.DictField()

    class Meta:
        model = models.Revision
        fields = [
            *("id", "kind", "row", "action", "version", "reason", "actor", "actor_name", "at"),
            "values",
        ]


class CurvesIn(serializers.Serializer[Any]):
    patient = serializers.IntegerField(min_value=1)


class VolumePointOut(serializers.Serializer[Any]):
    study_instance_uid = serializers.CharField()
    on = serializers.DateField(source="study_date")
    label = serializers.CharField()  # type: ignore[assignment]
    label_ko = serializers.CharField()
    volume_ml = serializers.FloatField()
    job_id = serializers.IntegerField()
    version = serializers.IntegerField()


class DiameterPointOut(serializers.Serializer[Any]):
    study_instance_uid = serializers.CharField()
    on = serializers.DateField(source="assessed_on")
    lesions = LesionOut(many=True)
    sum_mm2 = serializers.FloatField(source="judgement.sum_mm2", allow_null=True)
    response = serializers.ChoiceField(choices.Response.choices, source="judgement.response")


@example(examples.CURVES)
class CurvesOut(serializers.Serializer[Any]):
    """``volumes``: of approved segmentations; null for who has no right to AI results."""

    volumes = VolumePointOut(many=True, allow_null=True)
    diameters = DiameterPointOut(many=True, source="assessments")


class SurvivalIn(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices.TreatmentKind.choices, required=False)


class SurvivalStepOut(serializers.Serializer[Any]):
    days = serializers.IntegerField()
    at_risk = serializers.IntegerField()
    deaths = serializers.IntegerField()
    censored = serializers.IntegerField()
    survival = serializers.FloatField()
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


@example(examples.SURVIVAL)
class SurvivalOut(serializers.Serializer[Any]):
    """Kaplan-Meier, with Greenwood's interval of 95 %."""

    steps = SurvivalStepOut(many=True)
    median_days = serializers.IntegerField(allow_null=True)
