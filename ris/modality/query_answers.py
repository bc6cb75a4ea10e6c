"""C-FIND identifiers: the keys of a question, and an answer at its level (PS3.4 annex C)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from pacs.index import node_studies

_STUDY = {
    "StudyInstanceUID": "study_instance_uid",
    "AccessionNumber": "accession_number",
    "StudyID": "study_id",
    "StudyTime": "study_time",
    "StudyDescription": "description",
    "PatientName": "dicom_patient_name",
    "PatientBirthDate": "dicom_birth_date",
    "PatientSex": "dicom_sex",
}
_SERIES = {
    "SeriesInstanceUID": "series_instance_uid",
    "Modality": "modality",
    "SeriesNumber": "number",
    "SeriesDescription": "description",
    "BodyPartExamined": "body_part",
}
_IN_CHARACTER_SET = ("LO", "LT", "PN", "SH", "ST", "UC", "UT")
"""Value representations of text in the Specific Character Set (PS3.5 6.1.2.3)."""
_INSTANCE = {
    "SOPInstanceUID": "sop_instance_uid",
    "SOPClassUID": "sop_class_uid",
    "InstanceNumber": "number",
}


def character_set(answer: Dataset) -> str | list[str]:
    """Specific Character Set (0008,0005) of an answer: the one that is set, if it has all of it.

    A name with a character that the set lacks would be sent with a "?", and not as it is written.
    One with code extensions begins with the default repertoire.
    """
    name: str = settings.DICOM_CHARACTER_SET
    if not name.startswith("ISO 2022"):
        return name
    texts = (str(each.value) for each in answer.iterall() if each.VR in _IN_CHARACTER_SET)
    return ["", name] if all(map(_is_korean, texts)) else "ISO_IR 192"


def _is_korean(text: str) -> bool:
    """ASCII and KS X 1001, each character in two bytes: some readers know no composed syllables."""
    try:
        return all(each.isascii() or len(each.encode("euc_kr")) == 2 for each in text)
    except UnicodeEncodeError:
        return False


def keys_of(identifier: Dataset) -> dict[str, str]:
    """Keyword to value, several joined by a backslash; sequences and empty keys are left out."""
    found = {}
    for element in identifier:
        value = element.value
        if element.VR == "SQ" or value in (None, ""):
            continue
        several = isinstance(value, MultiValue)
        found[element.keyword] = "\\".join(map(str, value)) if several else str(value)
    return found


def answers(
    identifier: Dataset, keys: Mapping[str, str], modalities: list[str], *, restricted: bool = False
) -> Iterator[tuple[Dataset, int | None]]:
    """Answers with the ids of their patients. Raises ValueError for an impossible question."""
    level = keys.get("QueryRetrieveLevel", "")
    series = node_studies.series_matching(keys, modalities, restricted=restricted)
    if level == "IMAGE":
        for instance in node_studies.instances_matching(keys, series):
            rows: list[tuple[Mapping[str, str], Any]] = [
                (_STUDY, instance.series.study),
                (_SERIES, instance.series),
                (_INSTANCE, instance),
            ]
            yield _answer(identifier, level, rows), instance.series.study.patient_id
    elif level == "SERIES":
        for each in series[: node_studies.MOST]:
            rows = [(_STUDY, each.study), (_SERIES, each)]
            yield _answer(identifier, level, rows), each.study.patient_id
    elif level in ("STUDY", "PATIENT"):
        of_level = (
            node_studies.studies_with if level == "STUDY" else node_studies.studies_of_patients
        )
        for study in of_level(series):
            yield _answer(identifier, level, [(_STUDY, study)]), study.patient_id
    else:
        raise ValueError("no such level")


def _answer(identifier: Dataset, level: str, rows: list[tuple[Mapping[str, str], Any]]) -> Dataset:
    """What was asked for and is known; the rest is empty (type 2 of an answer)."""
    study = rows[0][1]
    known = {
        keyword: getattr(row, field) for fields, row in rows for keyword, field in fields.items()
    }
    known |= {"QueryRetrieveLevel": level, "PatientID": study.patient.patient_id}
    known["StudyDate"] = f"{study.study_date:%Y%m%d}" if study.study_date else ""
    answer = Dataset()
    for element in identifier:
        if element.VR != "SQ" and element.keyword and element.keyword != "SpecificCharacterSet":
            value = known.get(element.keyword)
            setattr(answer, element.keyword, "" if value is None else value)
    answer.QueryRetrieveLevel = level
    answer.SpecificCharacterSet = character_set(answer)
    return answer
