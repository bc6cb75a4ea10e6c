"""Answers to a question for the modality worklist, by what the node may see (PS3.4 annex K)."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from ocs.choices import modality_of
from pacs.index.node_studies import MOST, like, wild_card_pattern
from ris.choices import WorklistState
from ris.modality.query_answers import character_set
from ris.modality.scheduling import Facts
from ris.modality.worklist_items import dataset_of
from ris.models import DicomNode, ScheduledStudy

logger = logging.getLogger(__name__)

_MATCHED = frozenset(
    {
        *("PatientName", "PatientID", "PatientBirthDate", "AccessionNumber", "StudyInstanceUID"),
        *("RequestedProcedureID", "Modality", "ScheduledStationAETitle"),
        *("ScheduledProcedureStepStartDate", "ScheduledProcedureStepStartTime"),
        "ScheduledProcedureStepID",
    }
)
"""Any other key matches everything (PS3.4 C.2.2.1.3)."""
_STATION = "ScheduledStationAETitle"


def worklist_answers(
    question: Dataset, keys: Mapping[str, str], node: DicomNode
) -> Iterator[tuple[Dataset, int]]:
    """Answers with the ids of their patients. Raises ValueError for a date that is none."""
    entries = list(_entries(keys, node))
    facts = Facts([entry.order for entry in entries])
    answered = 0
    for entry in entries:
        try:
            item = dataset_of(facts.item(entry.order, entry.study_instance_uid))
        except Exception as error:
            reason = type(error).__name__
            logger.error("worklist item", extra={"order_id": entry.order_id, "reason": reason})
            continue
        if _matches(question, item):
            answer = _answer(question, item, node.ae_title)
            answer.SpecificCharacterSet = character_set(answer)
            yield answer, entry.order.patient_id
            answered += 1
        if answered == MOST:
            return


def _entries(keys: Mapping[str, str], node: DicomNode) -> Iterator[ScheduledStudy]:
    """Of the node's modalities; of restricted patients only where the node may see them."""
    found: QuerySet[ScheduledStudy] = ScheduledStudy.objects.filter(state=WorklistState.LISTED)
    if not node.may_restricted:
        found = found.filter(order__patient__restricted=False)
    if number := keys.get("PatientID", ""):
        found = found.filter(like("order__patient__patient_id", number))
    if number := keys.get("AccessionNumber", ""):
        found = found.filter(like("order__accession_number", number))
    for entry in found.select_related("order__patient", "order__ordered_by"):
        if not node.modalities or modality_of(entry.order.job_type) in node.modalities:
            yield entry


def _matches(question: Dataset, item: Dataset) -> bool:
    for element in question:
        if element.VR == "SQ":
            inside = item.get(element.keyword) or [Dataset()]
            if element.value and not any(_matches(element.value[0], each) for each in inside):
                return False
        elif element.keyword in _MATCHED and not element.is_empty and not _fits(element, item):
            return False
    return True


def _fits(element: DataElement, item: Dataset) -> bool:
    said = str(item.get(element.keyword, ""))
    if element.keyword == _STATION and not said:
        return True  # any station that makes its modality
    several = element.value if element.VM > 1 else [element.value]
    if element.VR in ("DA", "TM"):
        return _between(element.VR, str(element.value), said)
    flags = re.IGNORECASE if element.VR == "PN" else 0
    patterns = (wild_card_pattern(str(each).strip()) for each in several)
    return any(re.fullmatch(pattern, said, flags) for pattern in patterns)


def _between(vr: str, wanted: str, said: str) -> bool:
    """A day or time, or a range open at one end (PS3.4 C.2.2.2.5); a time may be cut."""
    first, dash, last = (part.strip().partition(".")[0] for part in wanted.partition("-"))
    for limit in filter(None, (first, last)):
        datetime.strptime(limit, "%Y%m%d" if vr == "DA" else "%H%M%S"[: len(limit)])  # noqa: DTZ007
    if not dash:
        return bool(said) and said.startswith(first)
    return bool(said) and first <= said and (not last or said[: len(last)] <= last)


def _answer(question: Dataset, item: Dataset, caller: str) -> Dataset:
    """What was asked for and is known; the rest is empty (type 2 of an answer)."""
    answer = Dataset()
    for element in question:
        if not element.keyword:
            continue
        known: Any = item.get(element.keyword)
        if element.keyword == _STATION:
            known = known or caller
        if element.VR == "SQ":
            wanted = element.value[0] if element.value else None
            known = [_answer(wanted, each, caller) if wanted else each for each in known or []]
        setattr(answer, element.keyword, "" if known is None else known)
    return answer
