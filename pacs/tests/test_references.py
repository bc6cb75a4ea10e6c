"""What an object refers to is found at any depth, in any encoding, or the object is refused."""

from __future__ import annotations

import random
import struct

import pytest
from pydicom import Dataset
from pydicom.uid import ImplicitVRLittleEndian

from common.errors import AppError
from pacs.ingest import reference_gate
from pacs.ingest.inspection import inspect
from pacs.ingest.reference_gate import references_of
from pacs.tests.dicom_files import bare, evidence, mr_image, part10, referring

STUDY, SERIES, INSTANCE = "1.2.3.1", "1.2.3.2", "1.2.3.3"


def found(tmp_path, file):
    path = tmp_path / "object"
    path.write_bytes(file)
    return references_of(inspect(path))


def nested(depth, inner):
    item = inner
    for _ in range(depth):
        outer = Dataset()
        outer.ContentSequence = [item]
        item = outer
    return item


def report():
    """Every way in which objects name others."""
    image = Dataset()
    image.ReferencedSOPInstanceUID = "1.2.4.1"
    content = Dataset()
    content.ReferencedSOPSequence = [image]
    segment_source = Dataset()
    segment_source.ReferencedSOPInstanceUID = "1.2.4.2"
    series = Dataset()
    series.SeriesInstanceUID = "1.2.4.3"
    series.ReferencedInstanceSequence = [segment_source]
    request = Dataset()
    request.StudyInstanceUID = "1.2.4.4"
    private = Dataset()
    private.ReferencedSOPInstanceUID = "1.2.4.5"
    multi = Dataset()
    multi.MultiFrameSourceSOPInstanceUID = "1.2.4.6"
    multi.SourceImageSequence = [image]
    study = referring(evidence(STUDY, SERIES, INSTANCE))
    study.ContentSequence = [nested(20, content)]
    study.ReferencedSeriesSequence = [series]
    study.ReferencedRequestSequence = [request]
    study.SharedFunctionalGroupsSequence = [multi]
    study.private_block(0x0041, "TEST", create=True).add_new(1, "SQ", [private])
    former = Dataset()
    former.StudyInstanceUID = "1.2.9.1"
    original = Dataset()
    original.ModifiedAttributesSequence = [former]
    study.OriginalAttributesSequence = [original]
    step = Dataset()
    step.ReferencedSOPInstanceUID = "1.2.9.2"
    study.ReferencedPerformedProcedureStepSequence = [step]
    return study


EXPECTED = {
    ("study", STUDY),
    ("series", SERIES),
    ("instance", INSTANCE),
    ("instance", "1.2.4.1"),
    ("instance", "1.2.4.2"),
    ("series", "1.2.4.3"),
    ("study", "1.2.4.4"),
    ("instance", "1.2.4.5"),
    ("instance", "1.2.4.6"),
}
PRIVATE = {("instance", "1.2.4.5")}  # private and without a VR: nobody could tell a sequence


def undefined_lengths(dataset):
    for element in dataset:
        if element.VR == "SQ":
            element.is_undefined_length = True
            for item in element.value:
                item.is_undefined_length_sequence_item = True
                undefined_lengths(item)
    return dataset


@pytest.mark.parametrize("form", [lambda d: d, undefined_lengths], ids=["defined", "undefined"])
def test_every_reference_is_found(tmp_path, form):
    assert found(tmp_path, part10(form(report()))) == EXPECTED
    assert found(tmp_path, bare(form(report()), implicit=False, little_endian=False)) == EXPECTED
    implicit = EXPECTED if form is undefined_lengths else EXPECTED - PRIVATE
    assert found(tmp_path, part10(form(report()), ImplicitVRLittleEndian)) == implicit


def test_a_sequence_that_is_called_unknown_is_one(tmp_path):
    """UN holds implicit VR little endian (PS3.5 6.2.2); readers know it by its tag."""
    source = Dataset()
    source.CurrentRequestedProcedureEvidenceSequence = [evidence(STUDY, SERIES, INSTANCE)]
    items = bare(source)[8:]
    header = struct.pack("<HH2sHL", 0x0040, 0xA375, b"UN", 0, len(items))
    report = referring()
    del report.CurrentRequestedProcedureEvidenceSequence
    hidden = part10(report) + header + items
    assert found(tmp_path, hidden) == {
        ("study", STUDY),
        ("series", SERIES),
        ("instance", INSTANCE),
    }


def test_the_objects_own_study_and_series_are_no_reference(tmp_path):
    own = referring()
    own.CurrentRequestedProcedureEvidenceSequence = [
        evidence(own.StudyInstanceUID, own.SeriesInstanceUID, INSTANCE)
    ]
    assert found(tmp_path, part10(own)) == {("instance", INSTANCE)}


def test_too_many_references_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(reference_gate, "MAX_REFERENCES", 8)
    with pytest.raises(AppError, match="ERR_110"):
        found(tmp_path, part10(report()))


def test_too_deep_a_nesting_is_refused(tmp_path):
    deep = referring()
    deep.ContentSequence = [nested(40, mr_image())]
    with pytest.raises(AppError, match="ERR_110"):
        found(tmp_path, part10(deep))


def test_damage_ends_in_references_or_in_one_error(tmp_path):
    chance = random.Random(20261121)
    whole = part10(report())
    for _ in range(2_000):
        file = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            at = chance.randint(300, len(file) - 1)
            file[at] = chance.choice(
                [0, 1, 8, 0xFF, 0xFE, ord("S"), ord("U"), chance.randint(0, 255)]
            )
        try:
            found(tmp_path, bytes(file))
        except AppError as error:
            assert error.status == 400
