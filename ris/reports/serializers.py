from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.schema import example
from emr.serializers import PatientBriefOut, validate_one_line
from emr.serializers.chart_bodies import StrictIn
from lis.choices import CallOutcome
from ocs.serializers import BilingualName
from ris.choices import CriticalCategory, ReportLanguage, ReportStatus
from ris.models import Report
from ris.reading.serializers import ReaderOut
from ris.reports import examples
from ris.reports.content import LONGEST_SECTION
from ris.reports.template_serializers import TemplateFieldOut, TemplateOut

_LINE = [validate_one_line]
LONGEST_CODE = 60


class TakenOverIn(StrictIn):
    """``key``: of the value that is offered; ``text``: what was written into the section."""

    key = serializers.CharField(max_length=200)
    section = serializers.CharField(max_length=LONGEST_CODE)
    text = serializers.CharField(max_length=500)


class KeyImage(StrictIn):
    """``frame``: from 1."""

    sop_instance_uid = serializers.CharField(max_length=64)
    frame = serializers.IntegerField(min_value=1, default=1)


def _sections(**options: Any) -> serializers.DictField:
    text = serializers.CharField(
        max_length=LONGEST_SECTION, allow_blank=True, trim_whitespace=False
    )
    return serializers.DictField(child=text, **options)


class _TextIn(StrictIn):
    """``sections`` and ``fields``: by the keys of the template; what is not named stays."""

    sections = _sections(required=False)
    fields = serializers.DictField(required=False)  # type: ignore[assignment]


class _ImagesIn(_TextIn):
    taken_over = TakenOverIn(many=True, required=False)
    key_images = KeyImage(many=True, required=False)


@example(examples.REPORT_NEW)
class ReportIn(_ImagesIn):
    study_instance_uid = serializers.CharField(max_length=64)
    template = serializers.CharField(max_length=LONGEST_CODE)
    language = serializers.ChoiceField(ReportLanguage.choices)


@example(examples.REPORT_CHANGE)
class ReportChangeIn(_ImagesIn):
    template = serializers.CharField(max_length=LONGEST_CODE, required=False)
    language = serializers.ChoiceField(ReportLanguage.choices, required=False)
    patient_checked = serializers.BooleanField(
        required=False, help_text="right for the patient to whom the study was moved meanwhile"
    )


@example(examples.SIGNATURE)
class SignatureIn(serializers.Serializer[Any]):
    password = serializers.CharField(max_length=200, trim_whitespace=False)


@example(examples.DISCARD)
class DiscardIn(StrictIn):
    reason = serializers.CharField(max_length=500, validators=_LINE)


@example(examples.AMENDMENT)
class AmendmentIn(_TextIn):
    reason = serializers.CharField(max_length=500, validators=_LINE)


class ReportStudyOut(serializers.Serializer[Any]):
    description = serializers.CharField()
    study_date = serializers.DateField(allow_null=True)
    modality = serializers.CharField(source="list_modality")
    accession_number = serializers.CharField()


class ReportCriticalOut(serializers.Serializer[Any]):
    """``confirmed``: somebody has read it back."""

    id = serializers.IntegerField()
    category = serializers.ChoiceField(CriticalCategory.choices)
    at = serializers.DateTimeField()
    confirmed = serializers.SerializerMethodField()

    def get_confirmed(self, row: Any) -> bool:
        return any(each.outcome == CallOutcome.CONFIRMED for each in row.attempts.all())


class ReportArchiveOut(serializers.Serializer[Any]):
    """Of the DICOM document in the archive. ``error``: the code of the last failure."""

    stored_at = serializers.DateTimeField(source="archived_at", allow_null=True)
    failures = serializers.IntegerField(source="archive_failures")
    error = serializers.CharField(source="archive_error")
    next_at = serializers.DateTimeField(source="archive_next_at", allow_null=True)


@example(examples.REPORT_ROW)
class ReportRowOut(serializers.ModelSerializer[Report]):
    """A report without its text. ``successor``: the amendment that was begun, if the user sees it.

    ``in_force``: signed, and no signed amendment follows. ``moved_at``: since when the study is of
    another patient than the text was written for; a draft has to be checked, a signed one amended.
    """

    study_instance_uid = serializers.CharField(source="study.study_instance_uid")
    patient = PatientBriefOut()
    archive = ReportArchiveOut(source="*")
    study = ReportStudyOut()
    status = serializers.ChoiceField(ReportStatus.choices)
    predecessor = serializers.IntegerField(source="predecessor_id", allow_null=True)
    successor = serializers.IntegerField(source="successor_seen", allow_null=True, read_only=True)
    author = ReaderOut()
    saved_by = ReaderOut()
    preliminary_by = ReaderOut(allow_null=True)
    signed_by = ReaderOut(allow_null=True)
    critical = ReportCriticalOut(allow_null=True, source="critical_found")

    class Meta:
        model = Report
        fields = [
            "id",
            "study_instance_uid",
            "patient",
            "study",
            "template",
            "language",
            "status",
            "version",
            "edition",
            "predecessor",
            "successor",
            "in_force",
            "reason",
            "author",
            "created_at",
            "saved_by",
            "saved_at",
            "preliminary_by",
            "preliminary_at",
            "signed_by",
            "signed_at",
            "critical",
            "moved_at",
            "archive",
        ]


class SourceOut(serializers.Serializer[Any]):
    """``id``: of the AI analysis, of the report, or the SOP Instance UID of the SR."""

    kind = serializers.ChoiceField(["ai", "measurement", "prior"])
    id = serializers.CharField()
    title = serializers.CharField()
    study_instance_uid = serializers.CharField()
    at = serializers.CharField(allow_null=True)
    by = serializers.CharField()


class AnyValue(serializers.JSONField):
    """A number, a text, a truth value or a list of texts."""


class TakenOverOut(serializers.Serializer[Any]):
    """``edited``: the text no longer stands in the section as it was taken over.

    Not ``confirmed``: the archive did not answer, so value and unit are not known.
    """

    key = serializers.CharField()
    section = serializers.CharField()
    text = serializers.CharField()
    value = AnyValue()
    unit = serializers.CharField()
    source = SourceOut()  # type: ignore[assignment]
    edited = serializers.BooleanField()
    confirmed = serializers.BooleanField()


class KeyImageOut(serializers.Serializer[Any]):
    sop_instance_uid = serializers.CharField()
    frame = serializers.IntegerField()


class ShownImageOut(KeyImageOut):
    """``series_instance_uid``: empty if the study no longer has the image."""

    series_instance_uid = serializers.CharField()


class FormerSectionOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = BilingualName()  # type: ignore[assignment]


class FormerOut(serializers.Serializer[Any]):
    sections = FormerSectionOut(many=True)
    fields = TemplateFieldOut(many=True)  # type: ignore[assignment]


@example(examples.REPORT)
class ReportOut(ReportRowOut):
    """A report with the text of its last version.

    ``form``: the template by which it is read, the newest while it is open. ``former``: sections
    with text and fields that only earlier versions of the template have.
    """

    form = TemplateOut(source="text.form")
    former = FormerOut(source="text.former")

    sections = serializers.DictField(child=serializers.CharField(), source="text.sections")
    fields = serializers.DictField(source="text.fields")  # type: ignore[assignment]
    taken_over = TakenOverOut(many=True, source="text.marks")
    key_images = ShownImageOut(many=True, source="text.images")

    class Meta(ReportRowOut.Meta):
        fields = [
            *ReportRowOut.Meta.fields,
            "form",
            "former",
            "sections",
            "fields",
            "taken_over",
            "key_images",
        ]


@example(examples.REPORT_VERSION)
class ReportVersionOut(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    status = serializers.ChoiceField(ReportStatus.choices)
    language = serializers.ChoiceField(ReportLanguage.choices)
    template = serializers.CharField()
    reason = serializers.CharField()
    author = ReaderOut()
    at = serializers.DateTimeField()
    sections = serializers.DictField(child=serializers.CharField())
    fields = serializers.DictField()  # type: ignore[assignment]
    taken_over = TakenOverOut(many=True, source="marks")
    key_images = KeyImageOut(many=True)


class LabelledTextOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    text = serializers.CharField()


@example(examples.SUMMARY)
class SummaryOut(serializers.Serializer[Any]):
    """What a nurse or a patient reads: in the language of the report, without its versions."""

    id = serializers.IntegerField(source="report.pk")
    study_instance_uid = serializers.CharField(source="report.study.study_instance_uid")
    study = ReportStudyOut(source="report.study")
    patient = PatientBriefOut(source="report.patient")
    status = serializers.ChoiceField(ReportStatus.choices, source="report.status")
    language = serializers.ChoiceField(ReportLanguage.choices, source="report.language")
    template = serializers.CharField(source="report.template")
    title = serializers.CharField()
    signed_at = serializers.DateTimeField(source="report.signed_at", allow_null=True)
    signed_by = ReaderOut(source="report.signed_by", allow_null=True)
    impression = serializers.CharField()
    recommendation = serializers.CharField()
    critical = ReportCriticalOut(allow_null=True, source="report.critical_found")
    moved_at = serializers.DateTimeField(source="report.moved_at", allow_null=True)
    sections = LabelledTextOut(many=True)


class ValueOfferOut(serializers.Serializer[Any]):
    """``text``: to be written into the report; ``key``: what its ``taken_over`` names then."""

    key = serializers.CharField()
    kind = serializers.ChoiceField(["ai", "measurement", "prior"])
    label = serializers.CharField()  # type: ignore[assignment]
    value = AnyValue()
    unit = serializers.CharField()
    text = serializers.CharField()
    source = SourceOut()  # type: ignore[assignment]


@example(examples.OFFERS)
class OffersOut(serializers.Serializer[Any]):
    """Not ``complete``: the archive did not answer, so measurements may lack."""

    complete = serializers.BooleanField()
    values = ValueOfferOut(many=True)


class DiffOut(serializers.Serializer[Any]):
    """``delete`` stands in the prior only, ``insert`` in this report only."""

    op = serializers.ChoiceField(["equal", "insert", "delete"])
    text = serializers.CharField()


class ComparedSectionOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = BilingualName()  # type: ignore[assignment]
    diff = DiffOut(many=True)


class ComparedFieldOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = BilingualName()  # type: ignore[assignment]
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)


@example(examples.COMPARISON)
class ComparisonOut(serializers.Serializer[Any]):
    prior = ReportRowOut(allow_null=True)
    sections = ComparedSectionOut(many=True)
    fields = ComparedFieldOut(many=True)  # type: ignore[assignment]
