"""QIDO-RS for studies from our own index: nobody learns of a study they may not see."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from ris.selectors.qido import STUDY_KEYS, studies_matching
from ris.selectors.studies import StudySummary, study_summaries
from ris.services.dicomweb.query import Parameters, Search, search_parse

MAX_RESULTS = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """``body`` is a DICOM JSON array; ``warnings`` are texts for Warning headers."""

    body: str
    results: int
    search: Search
    warnings: tuple[str, ...]


def studies_search(user: Any, parameters: Parameters) -> Answer:
    """Search for Studies (PS3.18 10.6) among those ``view_study`` reaches.

    At most MAX_RESULTS are returned; what is cut off is told. Raises InvalidInput (400).
    """
    search = search_parse(parameters, STUDY_KEYS)
    matches = studies_matching(user, search.keys)
    limit = MAX_RESULTS if search.limit is None else min(search.limit, MAX_RESULTS)
    page = matches[search.offset : search.offset + limit]
    found = [study_json(summary) for summary in study_summaries(page)]
    warnings = _warnings(search)
    if len(found) == MAX_RESULTS and search.limit != MAX_RESULTS:
        remaining = matches.count() - search.offset - MAX_RESULTS
        if remaining > 0:
            warnings.append(f"There are {remaining} additional results that can be requested")
    return Answer(json.dumps(found, ensure_ascii=False), len(found), search, tuple(warnings))


def _warnings(search: Search) -> list[str]:
    warnings = []
    if search.fuzzymatching:
        warnings.append(
            "The fuzzymatching parameter is not supported. Only literal matching has been performed"
        )
    if search.ignored:
        warnings.append(f"These parameters are not supported: {', '.join(search.ignored)}")
    return warnings


def study_url(study_instance_uid: str) -> str:
    """Where a client retrieves the study: our own address, never the archive's."""
    return f"{settings.PUBLIC_BASE_URL}/api/ris/dicom-web/studies/{study_instance_uid}"


def study_json(summary: StudySummary) -> dict[str, Any]:
    """The attributes of PS3.18 table 10.6.3-3 as DICOM JSON (annex F)."""
    study = summary.study
    study_date = study.study_date.strftime("%Y%m%d") if study.study_date else ""
    return {
        "00080005": _element("CS", "ISO_IR 192"),
        "00080020": _element("DA", study_date),
        "00080030": _element("TM", study.study_time),
        "00080050": _element("SH", study.accession_number),
        "00080056": _element("CS", "ONLINE"),
        "00080061": _element("CS", *summary.modalities),
        "00080090": _name(study.referring_physician_name),
        "00081030": _element("LO", study.description),
        "00081190": _element("UR", study_url(study.study_instance_uid)),
        "00100010": _name(study.dicom_patient_name),
        "00100020": _element("LO", study.dicom_patient_id),
        "00100030": _element("DA", study.dicom_birth_date),
        "00100040": _element("CS", study.dicom_sex),
        "0020000D": _element("UI", study.study_instance_uid),
        "00200010": _element("SH", study.study_id),
        "00201206": _element("IS", summary.series_count),
        "00201208": _element("IS", summary.instance_count),
    }


def _element(vr: str, *values: str | int) -> dict[str, Any]:
    present = [value for value in values if value != ""]
    return {"vr": vr, "Value": present} if present else {"vr": vr}


def _name(value: str) -> dict[str, Any]:
    """Person Name: up to three component groups (PS3.18 F.2.2)."""
    groups: Iterable[tuple[str, str]] = zip(
        ("Alphabetic", "Ideographic", "Phonetic"), value.split("="), strict=False
    )
    name = {group: text for group, text in groups if text}
    return {"vr": "PN", "Value": [name]} if name else {"vr": "PN"}
