from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ai.serializers import ModelRefOut
from common.api.schema import example
from emr.choices import Gender
from ocs.choices import Priority
from pacs.browse.serializers import Htj2kOut, SeriesOut, StudyPatientOut
from pacs.choices import DoseSource
from pacs.index.studies import StudySummary
from rbac.permissions import Permission
from ris import examples
from ris.choices import ReadingStatus
from ris.reading.serializers import ReaderOut
from ris.reports.serializers import ReportRowOut


class StudyOrderOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    accession_number = serializers.CharField()
    job_type = serializers.CharField()
    status = serializers.CharField()


class ReadingStatusField(serializers.ChoiceField):
    """The reading state; a study without a Reading is unread."""

    def get_attribute(self, instance: Any) -> str:
        reading = getattr(instance.study, "reading", None)
        return reading.status if reading else ReadingStatus.UNREAD


@example(examples.STUDY)
class StudyOut(serializers.Serializer[Any]):
    """A study. What its order says is null without an order, or without permission to see orders.

    ``patient_age``: whole years at the study date.
    """

    id = serializers.IntegerField(source="study.pk")
    study_instance_uid = serializers.CharField(source="study.study_instance_uid")
    patient = StudyPatientOut(source="study.patient")
    patient_age = serializers.SerializerMethodField()
    patient_sex = serializers.ChoiceField(Gender.choices, source="study.patient.gender")
    order = serializers.SerializerMethodField()
    priority = serializers.SerializerMethodField()
    clinical_question = serializers.SerializerMethodField()
    ordered_by = serializers.SerializerMethodField()
    modality = serializers.CharField()
    modalities = serializers.ListField(child=serializers.CharField())
    study_date = serializers.DateField(source="study.study_date", allow_null=True)
    study_time = serializers.CharField(source="study.study_time")
    description = serializers.CharField(source="study.description")
    accession_number = serializers.CharField(source="study.accession_number")
    series_count = serializers.IntegerField()
    instance_count = serializers.IntegerField()
    image_count = serializers.IntegerField(help_text="frames of images, without SEG, SR and alike")
    stable_at = serializers.DateTimeField(source="study.stable_at", allow_null=True)
    reading_status = ReadingStatusField(ReadingStatus.choices)
    reader = ReaderOut(source="study.reading.reader", allow_null=True)
    reading_at = serializers.DateTimeField(source="study.reading.since", allow_null=True)

    def _order(self, summary: StudySummary) -> Any:
        """The order, if the user may see orders."""
        may_see = self.context["request"].user.has_permission(Permission.VIEW_ORDER)
        return summary.study.order if may_see else None

    @extend_schema_field(StudyOrderOut(allow_null=True))
    def get_order(self, summary: StudySummary) -> dict[str, Any] | None:
        order = self._order(summary)
        return dict(StudyOrderOut(order).data) if order else None

    @extend_schema_field(serializers.ChoiceField(Priority.choices, allow_null=True))
    def get_priority(self, summary: StudySummary) -> str | None:
        order = self._order(summary)
        return order.priority if order else None

    def get_clinical_question(self, summary: StudySummary) -> str | None:
        order = self._order(summary)
        return order.clinical_info or None if order else None

    def get_ordered_by(self, summary: StudySummary) -> str | None:
        """The full name."""
        order = self._order(summary)
        return order.ordered_by.full_name or order.ordered_by.username if order else None

    def get_patient_age(self, summary: StudySummary) -> int | None:
        study = summary.study
        if study.patient is None or study.study_date is None:
            return None
        return study.patient.age_on(study.study_date)


class PriorOut(serializers.Serializer[Any]):
    """Another study of the same patient."""

    study_instance_uid = serializers.CharField(source="study.study_instance_uid")
    modality = serializers.CharField()
    modalities = serializers.ListField(child=serializers.CharField())
    study_date = serializers.DateField(source="study.study_date", allow_null=True)
    study_time = serializers.CharField(source="study.study_time")
    description = serializers.CharField(source="study.description")
    series_count = serializers.IntegerField()
    instance_count = serializers.IntegerField()
    image_count = serializers.IntegerField()


class DerivedObjectOut(serializers.Serializer[Any]):
    """Who made an object and when; ``author`` is a DICOM person name, empty if nobody is named.

    ``version``: of the mask that was published, or of a report that replaces others; else null.
    ``superseded``: a newer one replaces it.
    """

    sop_instance_uid = serializers.CharField()
    author = serializers.CharField()
    content_date = serializers.DateField(allow_null=True)
    content_time = serializers.CharField()
    version = serializers.IntegerField(allow_null=True)
    superseded = serializers.BooleanField()
    approved_by = serializers.CharField()
    job = serializers.IntegerField(allow_null=True, help_text="AI analysis that it comes from")
    model = ModelRefOut(allow_null=True)


class DerivedSeriesOut(serializers.Serializer[Any]):
    series_instance_uid = serializers.CharField(source="series.series_instance_uid")
    modality = serializers.CharField(source="series.modality")
    description = serializers.CharField(source="series.description")
    instances = serializers.IntegerField()
    sop_instance_uids = serializers.ListField(child=serializers.CharField())
    objects = DerivedObjectOut(many=True, help_text="newest first")


class SenderOut(serializers.Serializer[Any]):
    """Who sent images by C-STORE: the calling AE title and the address that it connected from."""

    ae_title = serializers.CharField()
    address = serializers.CharField()
    first_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()


class IrradiationEventOut(serializers.Serializer[Any]):
    """One acquisition of a Radiation Dose SR; what it does not say is empty or null."""

    protocol = serializers.CharField()
    region = serializers.CharField()
    ctdi_vol = serializers.FloatField(allow_null=True, help_text="Mean CTDIvol, mGy")
    dlp = serializers.FloatField(allow_null=True, help_text="mGy.cm")


class StudyDoseOut(serializers.Serializer[Any]):
    """CT dose as it is stated, by a Radiation Dose SR or in the images, which say no DLP."""

    source = serializers.ChoiceField(DoseSource.choices)  # type: ignore[assignment]
    ctdi_vol = serializers.FloatField(allow_null=True, help_text="the highest, mGy")
    dlp = serializers.FloatField(allow_null=True, help_text="of the study, mGy.cm")
    events = IrradiationEventOut(many=True)


@example(examples.STUDY_DETAIL)
class StudyDetailOut(StudyOut):
    """A study in full. ``reports``: those that the user may read, newest first.

    ``segmentations``, ``structured_reports`` and ``other_objects`` (PR, KO, RTSTRUCT, REG) are
    series without images. ``priors``: the patient's earlier studies; ``other_studies``: the rest.
    ``senders``: shown to staff.
    """

    series = SeriesOut(many=True)
    reports = ReportRowOut(many=True)
    segmentations = DerivedSeriesOut(many=True, source="no_images.segmentations")
    structured_reports = DerivedSeriesOut(many=True, source="no_images.structured_reports")
    other_objects = DerivedSeriesOut(many=True, source="no_images.others")
    htj2k = Htj2kOut()
    dose = StudyDoseOut(allow_null=True)
    senders = SenderOut(many=True)
    priors = PriorOut(many=True)
    other_studies = PriorOut(many=True)
