from __future__ import annotations

from django.db import models


class TreatmentKind(models.TextChoices):
    SURGERY = "surgery"
    RADIOTHERAPY = "radiotherapy"
    CHEMOTHERAPY = "chemotherapy"


class PlanStatus(models.TextChoices):
    PLANNED = "PLANNED"
    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    STOPPED = "STOPPED"


PLAN_TRANSITIONS: dict[str, frozenset[str]] = {
    PlanStatus.PLANNED: frozenset({PlanStatus.ACTIVE, PlanStatus.STOPPED}),
    PlanStatus.ACTIVE: frozenset({PlanStatus.COMPLETED, PlanStatus.STOPPED}),
    PlanStatus.COMPLETED: frozenset(),
    PlanStatus.STOPPED: frozenset(),
}


class ResectionExtent(models.TextChoices):
    GROSS_TOTAL = "gross_total"
    NEAR_TOTAL = "near_total"
    SUBTOTAL = "subtotal"
    PARTIAL = "partial"
    BIOPSY = "biopsy"


class RadiotherapyTechnique(models.TextChoices):
    CONFORMAL_3D = "3dcrt"
    IMRT = "imrt"
    VMAT = "vmat"
    SRS = "srs"
    SRT = "srt"
    PROTON = "proton"
    CARBON_ION = "carbon_ion"
    OTHER = "other"


class DoseUnit(models.TextChoices):
    """UCUM, but for the area under the curve of carboplatin (Calvert)."""

    MG = "mg"
    MG_PER_M2 = "mg/m2"
    MG_PER_KG = "mg/kg"
    G_PER_M2 = "g/m2"
    AUC = "AUC"


class CourseEventKind(models.TextChoices):
    OPERATION_DONE = "operation_done"
    FRACTIONS_GIVEN = "fractions_given"
    CYCLE_GIVEN = "cycle_given"
    DOSE_CHANGED = "dose_changed"
    DELAYED = "delayed"
    COMPLICATION = "complication"
    OTHER = "other"


EVENTS_OF: dict[str, TreatmentKind] = {
    CourseEventKind.OPERATION_DONE: TreatmentKind.SURGERY,
    CourseEventKind.FRACTIONS_GIVEN: TreatmentKind.RADIOTHERAPY,
    CourseEventKind.CYCLE_GIVEN: TreatmentKind.CHEMOTHERAPY,
}
"""The kinds of event that happen in one kind of treatment only."""


class Attribution(models.TextChoices):
    """To the treatment (CTEP's categories)."""

    UNRELATED = "unrelated"
    UNLIKELY = "unlikely"
    POSSIBLE = "possible"
    PROBABLE = "probable"
    DEFINITE = "definite"


class ActionTaken(models.TextChoices):
    NONE = "none"
    DOSE_REDUCED = "dose_reduced"
    INTERRUPTED = "interrupted"
    STOPPED = "stopped"
    MEDICATION = "medication"
    HOSPITALISED = "hospitalised"
    OTHER = "other"


class VisitStatus(models.TextChoices):
    PLANNED = "PLANNED"
    DONE = "DONE"
    MISSED = "MISSED"
    CANCELLED = "CANCELLED"


VISIT_TRANSITIONS: dict[str, frozenset[str]] = {
    VisitStatus.PLANNED: frozenset({VisitStatus.DONE, VisitStatus.MISSED, VisitStatus.CANCELLED}),
    VisitStatus.MISSED: frozenset({VisitStatus.DONE}),
    VisitStatus.DONE: frozenset(),
    VisitStatus.CANCELLED: frozenset(),
}
"""A visit is marked as missed by the clock; it may have been held and recorded late."""


class VitalStatus(models.TextChoices):
    ALIVE = "alive"
    DECEASED = "deceased"


class FlairChange(models.TextChoices):
    IMPROVED = "improved"
    STABLE = "stable"
    INCREASED = "increased"


class ClinicalChange(models.TextChoices):
    IMPROVED = "improved"
    STABLE = "stable"
    WORSE = "worse"


class Response(models.TextChoices):
    """RANO 2010. BASELINE: the study that later ones are compared with. NE: not evaluable."""

    BASELINE = "BASELINE"
    CR = "CR"
    PR = "PR"
    SD = "SD"
    PD = "PD"
    NE = "NE"


class Reason(models.TextChoices):
    """Why a response is what it is."""

    NO_BASELINE = "no_baseline"
    NO_MEASURABLE_LESION = "no_measurable_lesion"
    LESION_NOT_MEASURED = "lesion_not_measured"
    FLAIR_UNKNOWN = "flair_unknown"
    NEW_LESION_UNKNOWN = "new_lesion_unknown"
    NEW_LESION_PLACE_UNKNOWN = "new_lesion_place_unknown"
    STEROID_UNKNOWN = "steroid_unknown"
    BASELINE_STEROID_UNKNOWN = "baseline_steroid_unknown"
    CLINICAL_UNKNOWN = "clinical_unknown"
    STEROID_REDUCED = "steroid_reduced"
    NEW_LESION = "new_lesion"
    NEW_LESION_OUTSIDE_FIELD = "new_lesion_outside_field"
    SUM_INCREASED = "sum_increased"
    FLAIR_INCREASED = "flair_increased"
    CLINICAL_WORSE = "clinical_worse"
    NONMEASURABLE_GREW = "nonmeasurable_grew"
    WITHIN_12_WEEKS = "within_12_weeks"
    ALL_GONE = "all_gone"
    SUM_HALVED = "sum_halved"
    STEROID_INCREASED = "steroid_increased"
    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    NEITHER = "neither"
    STUDY_MOVED = "study_moved"
    OTHER_STUDY_MOVED = "other_study_moved"


class RecordKind(models.TextChoices):
    PLAN = "plan"
    EVENT = "event"
    ADVERSE_EVENT = "adverse_event"
    PERFORMANCE = "performance"
    VISIT = "visit"
    RESPONSE = "response"
    VITAL_STATUS = "vital_status"


class RecordAction(models.TextChoices):
    CREATED = "created"
    CHANGED = "changed"
    MOVED = "moved"
    REMOVED = "removed"
