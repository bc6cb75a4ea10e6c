"""The dose of CT as images and Radiation Dose SR say it (PS3.16 TID 10011); nothing is computed.

CTDIvol in mGy, DLP in mGy.cm. A value with another unit, or below 0, is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from pacs.dicom import values
from pacs.dicom.frame_planes import frame_groups
from pacs.dicom.values import Tags

RADIATION_DOSE_SR = "1.2.840.10008.5.1.4.1.1.88.67"
MOST_EVENTS = 200
_ACCUMULATED, _ACQUISITION, _DOSE = "113811", "113819", "113829"
_DLP_TOTAL, _DLP, _CTDI_VOL = "113813", "113838", "113830"
_EVENT_UID, _PROTOCOL, _REGION = "113769", "125203", "123014"


@dataclass(frozen=True, slots=True)
class IrradiationEvent:
    """One acquisition. ``ctdi_vol``: Mean CTDIvol; ``region``: Target Region; unknown is empty."""

    uid: str = ""
    protocol: str = ""
    region: str = ""
    ctdi_vol: float | None = None
    dlp: float | None = None


@dataclass(frozen=True, slots=True)
class CtDoseReport:
    """``dlp``: CT Dose Length Product Total, as the report states it."""

    dlp: float | None
    events: tuple[IrradiationEvent, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> CtDoseReport:
        return cls(found["dlp"], tuple(IrradiationEvent(**one) for one in found["events"]))


def dose_report_read(tags: Tags) -> CtDoseReport | None:
    """None of another object, and of a report that says nothing of CT."""
    if values.uid(tags, "SOPClassUID") != RADIATION_DOSE_SR:
        return None
    total = next(
        (_number(_named(one), _DLP_TOTAL, "mGy.cm") for one in _containers(tags, _ACCUMULATED)),
        None,
    )
    events = tuple(_event(_named(one)) for one in _containers(tags, _ACQUISITION))[:MOST_EVENTS]
    return CtDoseReport(total, events) if total is not None or events else None


def image_ctdi_vol(tags: Tags) -> float | None:
    """CTDIvol (0018,9345) of an original image, the highest of its frames.

    A reformatted or derived image repeats the value of its source and is no irradiation.
    """
    if values.text(tags, "ImageType").split("\\")[0].strip().upper() != "ORIGINAL":
        return None
    stated = [
        values.number(tags, "CTDIvol"),
        *(
            values.number(exposure, "CTDIvol")
            for group in frame_groups(tags)
            for exposure in values.items(group, "CTExposureSequence")
        ),
    ]
    return max((one for one in stated if one is not None and one > 0), default=None)


def _event(named: dict[str, Tags]) -> IrradiationEvent:
    dose = _named(named.get(_DOSE, {}))
    return IrradiationEvent(
        uid=values.text(named.get(_EVENT_UID, {}), "UID"),
        protocol=values.text(named.get(_PROTOCOL, {}), "TextValue"),
        region=values.text(
            values.item(named.get(_REGION, {}), "ConceptCodeSequence"), "CodeMeaning"
        ),
        ctdi_vol=_number(dose, _CTDI_VOL, "mGy"),
        dlp=_number(dose, _DLP, "mGy.cm"),
    )


def _containers(tags: Tags, concept: str) -> Iterator[Tags]:
    for item in values.items(tags, "ContentSequence"):
        if _concept(item) == concept:
            yield item


def _named(item: Tags) -> dict[str, Tags]:
    """Its content by the code of its concept, the first of each."""
    return {_concept(one): one for one in reversed(values.items(item, "ContentSequence"))}


def _concept(item: Tags) -> str:
    return values.text(values.item(item, "ConceptNameCodeSequence"), "CodeValue")


def _number(named: dict[str, Tags], concept: str, unit: str) -> float | None:
    measured = values.item(named.get(concept, {}), "MeasuredValueSequence")
    said = values.text(values.item(measured, "MeasurementUnitsCodeSequence"), "CodeValue")
    number = values.number(measured, "NumericValue")
    return number if said == unit and number is not None and number >= 0 else None
