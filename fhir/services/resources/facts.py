"""What was approved, said without FHIR: everything the Bundle is computed from, and nothing else.

The same facts always give the same Bundle, which is what makes sending it twice harmless.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from ai.choices import VersionKind
from emr.choices import EncounterKind, Gender
from ocs.choices import Priority


@dataclass(frozen=True, kw_only=True)
class PublishedPatient:
    """The subject; `mrn` is the hospital's number and DICOM PatientID (0010,0020)."""

    mrn: str
    full_name: str
    birth_date: date | None
    gender: Gender


@dataclass(frozen=True, kw_only=True)
class PublishedPractitioner:
    """A person of the hospital, known by the user name."""

    username: str
    full_name: str


@dataclass(frozen=True, kw_only=True)
class PublishedEncounter:
    """The visit the order belongs to; in progress as long as it has no end."""

    encounter_number: str
    kind: EncounterKind
    started_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class PublishedOrder:
    """The order as it was entered; the accession number is DICOM (0008,0050).

    ``examination`` is what was asked for, in the orderer's words or code; ``reason`` is why.
    """

    order_number: str
    accession_number: str
    ordered_by: PublishedPractitioner
    ordered_at: datetime
    job_role: str
    examination: str
    priority: Priority
    status: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class PublishedInstance:
    """One SOP instance of a series."""

    sop_instance_uid: str
    sop_class_uid: str
    number: int | None = None


@dataclass(frozen=True, kw_only=True)
class PublishedSeries:
    """One series; `body_part_examined` is DICOM (0018,0015), empty when the header has none.

    ``instance_count``: where its instances are not all given.
    """

    series_instance_uid: str
    modality: str
    instances: tuple[PublishedInstance, ...]
    number: int | None = None
    description: str = ""
    body_part_examined: str = ""
    instance_count: int | None = None

    @property
    def size(self) -> int:
        """How many instances it has."""
        return len(self.instances) if self.instance_count is None else self.instance_count


@dataclass(frozen=True, kw_only=True)
class PublishedStudy:
    """The study with every series known now, the source and the SEG among them.

    An ImagingStudy is replaced as a whole, so a series left out here disappears there.
    """

    study_instance_uid: str
    started: datetime | date | None
    series: tuple[PublishedSeries, ...]
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class PublishedCode:
    """A coded concept as DICOM writes it (PS3.3 8.8)."""

    value: str
    scheme: str
    meaning: str


@dataclass(frozen=True, kw_only=True)
class PublishedModel:
    """The model as its manifest names it; `udi` is the UDI-DI of a registered device, `body_site`
    what its results are about, None where the manifest leaves that open.

    `confidence_label` is what the model's confidence is called, the meanings say how the two
    scores are defined.
    """

    id: str
    version: str
    name: str
    manufacturer: str = ""
    udi: str = ""
    body_site: PublishedCode | None = None
    confidence_label: str = ""
    confidence_meaning: str = ""
    risk_score_meaning: str = ""


@dataclass(frozen=True, kw_only=True)
class PublishedVolume:
    """Volume of one segment in ml; code value, scheme and meaning are the DICOM triplet
    of its Segmented Property Type (0062,000F). ``anatomical``: the segment is itself that part of
    the body, not something found in one."""

    segment_number: int
    label: str
    code_value: str
    code_scheme: str
    code_meaning: str
    volume_ml: float
    anatomical: bool
    tracking_uid: str = ""


@dataclass(frozen=True, kw_only=True)
class PublishedVersion:
    """The approved result; `uuid` is the root of every natural key in the Bundle.

    Of a mask it is the approved version, `author` being who edited it (None: nobody). A result
    without a mask has one version and no volume.
    """

    version: int
    uuid: UUID
    kind: VersionKind
    author: PublishedPractitioner | None
    volumes: tuple[PublishedVolume, ...]
    tools: tuple[str, ...] = ()
    """Assist models that helped to draw it, each by name, id, version and the kinds of prompts."""


@dataclass(frozen=True, kw_only=True)
class PublishedQuantity:
    """A number that the model measured; `unit` is a UCUM code, `code` what it is."""

    id: str
    label: str
    value: float
    unit: str
    code: PublishedCode | None = None


@dataclass(frozen=True, kw_only=True)
class PublishedClass:
    """One of the classes that the model chose from, with its probability (0..1)."""

    id: str
    label: str
    probability: float
    code: PublishedCode | None = None


@dataclass(frozen=True, kw_only=True)
class PublishedMask:
    """An approved mask that a rule measured: its study, and its SEG there.

    ``imaging_study``: the id of the study on the FHIR server, empty before the mask is there;
    ``study_id``: its own here.
    """

    label: str
    study_instance_uid: str
    seg_sop_instance_uid: str
    imaging_study: str = ""
    study_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class PublishedAiResult:
    """The model's result; scores in 0..1 where the model has them, parameters as JSON values."""

    job_id: int
    finished_at: datetime
    risk_score: float | None = None
    confidence: float | None = None
    quantities: tuple[PublishedQuantity, ...] = ()
    classes: tuple[PublishedClass, ...] = ()
    chosen: bool = False
    """The one class is the conclusion of a rule, which has no probability."""
    statements: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    masks: tuple[PublishedMask, ...] = ()
    """Of a rule: those that it measured."""
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PublicationFacts:
    """One approval.

    `gateway_url` is our DICOMweb root as the outside sees it; `identifier_base` the URI under
    which this hospital's identifier systems live, which must never change once in use.
    ``by_model``: a model made it; else a person drew it, or a file held it that says of itself what
    ``file_origin`` holds (kind, author, device).
    A result without a mask has no SEG. One about a patient has no study either: what it was given
    stands in ``ai_result.inputs``, and how it came to be in ``statements``.

    Raises:
        ValueError: nothing to publish, a SEG without a volume or the other way round, or a series
            or SEG missing from the study.
    """

    patient: PublishedPatient
    study: PublishedStudy | None
    source_series_instance_uid: str | None
    model: PublishedModel
    ai_result: PublishedAiResult
    version: PublishedVersion
    approver: PublishedPractitioner
    approved_at: datetime
    gateway_url: str
    identifier_base: str
    order: PublishedOrder | None = None
    encounter: PublishedEncounter | None = None
    seg_series_instance_uid: str | None = None
    seg_sop_instance_uid: str | None = None
    by_model: bool = True
    file_origin: Mapping[str, str] = field(default_factory=dict)
    comment: str = ""
    preview_png: bytes | None = None

    def __post_init__(self) -> None:
        result = self.ai_result
        if bool(self.version.volumes) != bool(self.seg_sop_instance_uid):
            raise ValueError("the approved version has no segment volume, or volumes and no SEG")
        found = self.version.volumes or result.quantities or result.classes
        if not found and result.risk_score is None:
            raise ValueError("the approved result holds nothing to publish")
        if bool(self.study) != bool(self.source_series_instance_uid):
            raise ValueError("a study and the series of it belong together")
        source = self.source_series
        if source is not None and source.modality == "SEG":
            raise ValueError("the source series is itself a segmentation")
        if self.seg_series_instance_uid is None:
            return
        seg = self.series(self.seg_series_instance_uid)
        if self.seg_sop_instance_uid not in {i.sop_instance_uid for i in seg.instances}:
            raise ValueError("the study does not hold the SEG instance")

    @property
    def source_series(self) -> PublishedSeries | None:
        """The series the mask was drawn on; None of a result about a patient."""
        uid = self.source_series_instance_uid
        return self.series(uid) if uid is not None else None

    @property
    def of_images(self) -> bool:
        """Whether it was found in images: of a study, or in masks on some."""
        return bool(self.study or self.ai_result.masks)

    @property
    def effective(self) -> datetime | date | None:
        """When what the result is about was so: the study's time, or the end of a rule."""
        return self.study.started if self.study else self.ai_result.finished_at

    def series(self, series_instance_uid: str) -> PublishedSeries:
        """The series of the study with this UID.

        Raises:
            ValueError: the study has no such series.
        """
        for series in self.study.series if self.study else ():
            if series.series_instance_uid == series_instance_uid:
                return series
        raise ValueError("the study does not hold a series that was published")
