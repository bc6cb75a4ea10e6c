"""An accepted registration as DICOM: a Spatial Registration (PS3.3 A.39.1, C.20.2) and the moving
series on the grid of the fixed one, in the study and the frame of reference of the fixed one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import (
    UID,
    CTImageStorage,
    ExplicitVRLittleEndian,
    MRImageStorage,
    PositronEmissionTomographyImageStorage,
    SpatialRegistrationStorage,
)
from pydicom.valuerep import DA, TM, format_number_as_ds

from pacs.dicom.uids import derived_uid
from pacs.index.geometry import SeriesGeometry

MANUFACTURER = "NeuroNova CDSS"
REGISTRATION_SERIES, RESAMPLED_SERIES = 9800, 9801
_RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
_CLASSES = {
    "MR": MRImageStorage,
    "CT": CTImageStorage,
    "PT": PositronEmissionTomographyImageStorage,
}
_OF_STUDY = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "IssuerOfPatientID"),
    *("StudyInstanceUID", "StudyDate", "StudyTime", "AccessionNumber", "StudyID"),
    *("ReferringPhysicianName", "StudyDescription"),
)
_OF_THE_FORMER_PIXELS = (
    *("SliceLocation", "SpacingBetweenSlices", "ReferencedImageSequence", "PixelPaddingValue"),
    *("PixelPaddingRangeLimit", "SmallestImagePixelValue", "LargestImagePixelValue"),
    *("SmallestPixelValueInSeries", "LargestPixelValueInSeries", "LossyImageCompression"),
    *("LossyImageCompressionRatio", "LossyImageCompressionMethod", "IconImageSequence"),
    *("ImageComments", "PixelAspectRatio", "NumberOfFrames", "AcquisitionMatrix"),
)
_OF_THE_ORDER = (
    *("RequestAttributesSequence", "RequestedProcedureID", "RequestedProcedureDescription"),
    *("RequestedProcedureCodeSequence", "ReasonForTheRequestedProcedure", "RequestingPhysician"),
    *("RequestingService", "PlacerOrderNumberImagingServiceRequest", "ProcedureCodeSequence"),
    *("FillerOrderNumberImagingServiceRequest", "ImagingServiceRequestComments", "AdmissionID"),
    *("ReferencedStudySequence", "ReferencedPerformedProcedureStepSequence", "ProtocolName"),
    *("PerformedProcedureStepID", "PerformedProcedureStepDescription", "OperatorsName"),
    *("PerformedProcedureStepStartDate", "PerformedProcedureStepStartTime"),
    *("PerformedProcedureStepEndDate", "PerformedProcedureStepEndTime"),
    *("PerformedProtocolCodeSequence", "CommentsOnThePerformedProcedureStep"),
    *("PerformingPhysicianName", "OriginalAttributesSequence"),
)
"""What would say that the resampled series was ordered or performed, which nobody did."""
_NOT_COPIED = frozenset((*_OF_THE_FORMER_PIXELS, *_OF_THE_ORDER))


@dataclass(frozen=True, slots=True)
class RegistrationFacts:
    """What the objects say. ``fixed`` and ``moving``: headers of the series, the first whole.

    ``transform``: 4x4, moving to fixed, LPS mm. ``at``: when it was accepted, the hospital's time.
    """

    number: int
    fixed: Sequence[Dataset]
    moving: Sequence[Dataset]
    transform: Sequence[Sequence[float]]
    error_mm: float
    accepted_by: str
    at: datetime

    @property
    def uid(self) -> str:
        """SOP Instance UID of the Spatial Registration: the same whenever it is made."""
        return derived_uid("registration", str(self.number))


def resampled_series_uid(number: int) -> str:
    """Series Instance UID of the moving series on the grid of the fixed one."""
    return derived_uid("resampled-series", str(number))


def registration_series_uid(number: int) -> str:
    """Series Instance UID of the Spatial Registration."""
    return derived_uid("registration-series", str(number))


def build_registration(facts: RegistrationFacts) -> Dataset:
    """The Spatial Registration, of the study of the fixed series."""
    made: Dataset = _begun(facts, SpatialRegistrationStorage, facts.uid)
    made.Modality = "REG"
    made.SeriesInstanceUID = registration_series_uid(facts.number)
    made.SeriesNumber = REGISTRATION_SERIES
    made.SeriesDescription = "Spatial registration"
    made.InstanceNumber = 1
    made.ContentLabel = "REGISTRATION"
    made.ContentDescription = f"Rigid, accepted; repetitions within {facts.error_mm:.2f} mm"
    made.ContentCreatorName = facts.accepted_by
    made.RegistrationSequence = [
        _registered(facts.fixed, np.eye(4)),
        _registered(facts.moving, np.asarray(facts.transform)),
    ]
    _refer(made, [*facts.fixed, *facts.moving])
    return made


def build_resampled(
    facts: RegistrationFacts,
    geometry: SeriesGeometry,
    values: npt.NDArray[np.int16],
    *,
    slope: float,
    intercept: float,
) -> Iterator[Dataset]:
    """The images of the resampled series, one by one.

    ``geometry``: of the fixed series; ``values``: (slices, rows, columns) on it.
    """
    place = _RAS_TO_LPS @ geometry.affine
    directions = place[:3, :3] / np.linalg.norm(place[:3, :3], axis=0)
    template = _resampled_template(facts)
    template.ImageOrientationPatient = _ds([*directions[:, 0], *directions[:, 1]])
    template.PixelSpacing = _ds([geometry.spacing[1], geometry.spacing[2]])
    template.SliceThickness = _ds([geometry.spacing[0]])[0]
    template.RescaleSlope, template.RescaleIntercept = _ds([slope, intercept])
    template.Rows, template.Columns = geometry.rows, geometry.columns
    for number, (position, pixels) in enumerate(
        zip(geometry.positions, values, strict=True), start=1
    ):
        image = deepcopy(template)
        uid = UID(derived_uid("resampled", str(facts.number), str(number)))
        image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = uid
        image.InstanceNumber = number
        image.ImagePositionPatient = _ds(position)
        image.PixelData = np.ascontiguousarray(pixels, "<i2").tobytes()
        yield image


def _resampled_template(facts: RegistrationFacts) -> Dataset:
    source = facts.moving[0]
    sop_class = source.SOPClassUID
    single = sop_class in _CLASSES.values()
    sop_class = sop_class if single else _CLASSES.get(source.get("Modality", ""), MRImageStorage)
    made: Dataset = _begun(facts, sop_class, facts.uid)
    if single:
        for element in source:
            if element.keyword and element.keyword not in _NOT_COPIED:
                made.setdefault(element.tag, element)
    else:
        made.Modality = source.get("Modality", "MR")
        made.ScanningSequence, made.SequenceVariant = "RM", "NONE"
        for keyword in ("ScanOptions", "MRAcquisitionType", "EchoTime", "EchoTrainLength"):
            setattr(made, keyword, None)
    made.SeriesInstanceUID = resampled_series_uid(facts.number)
    made.SeriesNumber = RESAMPLED_SERIES
    made.SeriesDescription = f"{source.get('SeriesDescription', '')} registered"[-64:].strip()
    types = source.get("ImageType") or []
    third = [] if isinstance(types, str) else [*types][2:3]
    made.ImageType = ["DERIVED", "SECONDARY", *(third or ["OTHER"]), "RESAMPLED"]
    made.DerivationDescription = (
        f"Rigidly registered to series {facts.fixed[0].SeriesInstanceUID}, linear interpolation"
    )
    made.DerivationCodeSequence = [_code("113085", "DCM", "Spatial resampling")]
    made.SourceImageSequence = [_reference(each) for each in facts.moving]
    for item in made.SourceImageSequence:
        item.PurposeOfReferenceCodeSequence = [
            _code("121322", "DCM", "Source image for image processing operation")
        ]
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, "MONOCHROME2"
    made.BitsAllocated = made.BitsStored = 16
    made.HighBit, made.PixelRepresentation = 15, 1
    made.RescaleType = source.get("RescaleType", "US")
    _refer(made, [*facts.moving, *_registration_named(facts)])
    return made


def _registration_named(facts: RegistrationFacts) -> list[Dataset]:
    named = Dataset()
    named.SOPClassUID, named.SOPInstanceUID = SpatialRegistrationStorage, facts.uid
    named.StudyInstanceUID = facts.fixed[0].StudyInstanceUID
    named.SeriesInstanceUID = registration_series_uid(facts.number)
    return [named]


def _begun(facts: RegistrationFacts, sop_class: str, uid: str) -> Any:
    """Of the patient, study and frame of reference of the fixed series."""
    source = facts.fixed[0]
    made: Any = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = sop_class
    made.file_meta.MediaStorageSOPInstanceUID = uid
    made.SpecificCharacterSet = source.get("SpecificCharacterSet", "ISO_IR 192")
    made.SOPClassUID, made.SOPInstanceUID = sop_class, uid
    for keyword in _OF_STUDY:
        if keyword in source or keyword != "IssuerOfPatientID":
            setattr(made, keyword, source.get(keyword))
    made.FrameOfReferenceUID = source.FrameOfReferenceUID
    made.PositionReferenceIndicator = source.get("PositionReferenceIndicator", "")
    made.Laterality = ""
    made.Manufacturer = MANUFACTURER
    made.ManufacturerModelName = MANUFACTURER
    made.DeviceSerialNumber, made.SoftwareVersions = "NEURONOVA-CDSS", "1.0"
    made.ContentDate = made.SeriesDate = made.InstanceCreationDate = DA(facts.at.date())
    made.ContentTime = made.SeriesTime = made.InstanceCreationTime = TM(facts.at.time())
    return made


def _registered(headers: Sequence[Dataset], matrix: npt.NDArray[np.floating[Any]]) -> Dataset:
    step, order, item = Dataset(), Dataset(), Dataset()
    step.FrameOfReferenceTransformationMatrix = _ds(matrix.ravel())
    step.FrameOfReferenceTransformationMatrixType = "RIGID"
    order.RegistrationTypeCodeSequence = [_code("125025", "DCM", "Visual Alignment")]
    if not np.array_equal(matrix, np.eye(4)):
        order.RegistrationTypeCodeSequence = [
            _code("125024", "DCM", "Image Content-based Alignment")
        ]
    order.MatrixSequence = [step]
    item.FrameOfReferenceUID = headers[0].FrameOfReferenceUID
    item.ReferencedImageSequence = [_reference(each) for each in headers]
    item.MatrixRegistrationSequence = [order]
    return item


def _refer(made: Any, images: Iterable[Dataset]) -> None:
    """Common Instance Reference (PS3.3 C.12.2): those of this study, and those of others."""
    by_study: dict[str, dict[str, list[Dataset]]] = defaultdict(lambda: defaultdict(list))
    for image in images:
        by_study[image.StudyInstanceUID][image.SeriesInstanceUID].append(_reference(image))
    own = by_study.pop(made.StudyInstanceUID, {})
    if own:
        made.ReferencedSeriesSequence = list(_series_items(own))
    if by_study:
        made.StudiesContainingOtherReferencedInstancesSequence = [
            _study_item(uid, series) for uid, series in by_study.items()
        ]


def _study_item(uid: str, series: dict[str, list[Dataset]]) -> Dataset:
    item = Dataset()
    item.StudyInstanceUID = uid
    item.ReferencedSeriesSequence = list(_series_items(series))
    return item


def _series_items(series: dict[str, list[Dataset]]) -> Iterator[Dataset]:
    for uid, instances in series.items():
        item = Dataset()
        item.SeriesInstanceUID = uid
        item.ReferencedInstanceSequence = instances
        yield item


def _reference(image: Dataset) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = image.SOPClassUID
    item.ReferencedSOPInstanceUID = image.SOPInstanceUID
    return item


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def _ds(values: Iterable[Any]) -> list[str]:
    """Decimal strings of at most 16 characters."""
    return [format_number_as_ds(float(value)) for value in values]
