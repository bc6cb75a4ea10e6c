"""What a version's SEG and report say of how each segment was made: what is known, and no more."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path

import highdicom as hd
import pytest
from pydicom import Dataset
from pydicom.sr.codedict import codes

from ai.models import Segmentation
from ai.selectors.segmentations import newest_version
from ai.services.algorithms import segment_algorithms
from ai.services.companions import _told
from ai.services.dicom_seg import MANUAL, AlgorithmSpec
from ai.services.labelmap import compress
from ai.tests import factories
from ai.tests.seg_sources import EVEN, SEGMENTS as SPECS, build, complaints, mask, mr_series
from ai.tests.test_assist_prompts import body, tool
from ai.tests.test_drawings import SEGMENTS, begin, save
from ai.tests.test_imports import (
    NAMED,
    import_nifti,
    nifti,
    rtstruct,
    seg,
    send,
    square,
    two_segments,
    written,
)
from pacs.index.geometry import series_geometry

pytestmark = pytest.mark.django_db
__all__ = ["tool"]
WEIGHTS = {"model.onnx": "c1" * 32}


def made(answer):
    """Type, name and version of each segment's algorithm."""
    version = newest_version(Segmentation.objects.get(pk=answer.json()["id"]))
    found = segment_algorithms(version)
    return version, [(each.type, each.name, each.version) for each in found.values()]


@pytest.mark.parametrize(
    "algorithm",
    [MANUAL, AlgorithmSpec("SEMIAUTOMATIC", "Unknown"), AlgorithmSpec("AUTOMATIC", "Other", "2")],
)
def test_nothing_is_claimed_of_an_algorithm_but_what_is_known(
    algorithm: AlgorithmSpec, tmp_path: Path
) -> None:
    made = [replace(each, algorithm=algorithm) for each in SPECS]
    seg = build(mr_series(*EVEN, range(3)), mask(3, *EVEN), segments=made)
    assert complaints(seg, tmp_path) == []
    item = seg.SegmentSequence[0]
    named = (item.SegmentAlgorithmType, item.get("SegmentAlgorithmName", ""))
    assert named == (algorithm.type, algorithm.name)
    assert "SegmentationAlgorithmIdentificationSequence" not in item


def seg_by(series, kind, name="", identified=False):
    file = seg(series, two_segments())
    for item in file.SegmentSequence:
        item.SegmentAlgorithmType = kind
        if name:
            item.SegmentAlgorithmName = name
        if identified:
            item.SegmentationAlgorithmIdentificationSequence = hd.AlgorithmIdentificationSequence(
                name=name, version="3.1", family=codes.cid7162.EdgeDetection, source="Other"
            )
    return written(file)


def edited(client, series, answer):
    mask = two_segments()
    mask[0, 0, 0] = 1
    saved = save(client, series, answer.json()["id"], mask, base_version=1)
    assert saved.status_code == 201, saved.json()


def test_an_imported_seg_keeps_what_it_says_of_its_algorithm(api, series):
    doctor = api("doctor")
    answer = send(doctor, series, seg_by(series, "AUTOMATIC", "Edge finder", identified=True))
    version, told = made(answer)
    assert told == [("AUTOMATIC", "Edge finder", "3.1")] * 2
    item = Dataset.from_json(segment_algorithms(version)[1].identification[0])
    assert item.AlgorithmSource == "Other"
    assert item.AlgorithmFamilyCodeSequence[0].CodeMeaning == "Edge Detection"
    edited(doctor, series, answer)
    assert made(answer)[1] == [("SEMIAUTOMATIC", "Edge finder", "3.1")] * 2


def test_an_identification_that_is_not_whole_is_left_out(api, series):
    file = seg(series, two_segments())
    for item, missing in zip(
        file.SegmentSequence, ("AlgorithmVersion", "AlgorithmFamilyCodeSequence"), strict=True
    ):
        item.SegmentAlgorithmType, item.SegmentAlgorithmName = "AUTOMATIC", "Half"
        item.SegmentationAlgorithmIdentificationSequence = hd.AlgorithmIdentificationSequence(
            name="Half", version="3", family=codes.cid7162.EdgeDetection
        )
        delattr(item.SegmentationAlgorithmIdentificationSequence[0], missing)
    answer = send(api("doctor"), series, written(file))
    assert made(answer)[1] == [("AUTOMATIC", "Half", "")] * 2


@pytest.mark.parametrize(
    ("kind", "name", "told", "later"),
    [
        ("MANUAL", "", ("MANUAL", "", ""), ("MANUAL", "", "")),
        ("AUTOMATIC", "", ("AUTOMATIC", "Unknown", ""), ("SEMIAUTOMATIC", "Unknown", "")),
        ("?", "", ("SEMIAUTOMATIC", "Unknown", ""), ("SEMIAUTOMATIC", "Unknown", "")),
    ],
)
def test_a_seg_with_less_says_less(api, series, kind, name, told, later):
    doctor = api("doctor")
    answer = send(doctor, series, seg_by(series, kind, name))
    assert made(answer)[1] == [told] * 2
    edited(doctor, series, answer)
    assert made(answer)[1] == [later] * 2


@pytest.mark.parametrize(
    ("written_in_it", "stated", "told"),
    [
        ("MANUAL", {}, ("MANUAL", "", "")),
        ("AUTOMATIC", {"algorithm_type": "MANUAL"}, ("AUTOMATIC", "Unknown", "")),
        ("", {}, ("SEMIAUTOMATIC", "Unknown", "")),
        ("", {"algorithm_type": "MANUAL"}, ("MANUAL", "", "")),
    ],
)
def test_an_rtstruct_says_it_by_its_roi(api, series, written_in_it, stated, told):
    z = series_geometry(series).positions[2][2]
    file = rtstruct(series, [square(0.5, 5.5, z)])
    file.StructureSetROISequence[0].ROIGenerationAlgorithm = written_in_it
    fields = {"series_instance_uid": series.series_instance_uid, "segments": json.dumps([NAMED])}
    answer = send(api("doctor"), series, written(file), **fields, **stated)
    assert made(answer)[1] == [told]


def test_of_a_nifti_a_person_says_it_or_nobody(api, series):
    doctor, content = api("doctor"), nifti(series, factories.make_mask())
    version, told = made(import_nifti(doctor, series, content))
    assert told == [("SEMIAUTOMATIC", "Unknown", "")]
    assert "nobody said" in " ".join(version.segmentation.job.result["warnings"])
    fields = {"series_instance_uid": series.series_instance_uid, "segments": json.dumps([NAMED])}
    by_model = {"algorithm_type": "AUTOMATIC", "algorithm_name": "nnU-Net"}
    version, told = made(send(doctor, series, content, **fields, **by_model))
    assert told == [("AUTOMATIC", "nnU-Net", "")]
    assert "nobody said" not in " ".join(version.segmentation.job.result["warnings"])
    nameless = send(doctor, series, content, **fields, algorithm_type="AUTOMATIC")
    assert (nameless.status_code, nameless.json()["error"]["field"]) == (400, "algorithm_name")


def receipt(client, series, **changes):
    answer = client.post("/api/ai/assist/", body(series, **changes), format="json")
    assert answer.status_code == 200, answer.json()
    return answer.json()["receipt"]


def strokes(series):
    uid = series.instances.first().sop_instance_uid
    stroke = {"segment": 1, "slice": uid, "points": [[1, 1]]}
    return body(series)["prompt"] | {"scribbles": [stroke]}


def test_a_drawing_names_the_assist_model_of_the_segment_that_it_helped_with(api, tool, series):
    doctor = api("doctor")
    begun = begin(doctor, series, SEGMENTS)
    number, mask = begun.json()["id"], two_segments()
    receipts = [receipt(doctor, series), receipt(doctor, series, prompt=strokes(series))]
    assert save(doctor, series, number, mask, assisted=receipts).status_code == 201
    assert save(doctor, series, number, mask, base_version=1).status_code == 201
    version, told = made(begun)
    assert told == [("SEMIAUTOMATIC", "deepbet", "1.0.2"), ("MANUAL", "", "")]
    assert segment_algorithms(version)[1].identification == (), "no weights: no claim of a network"
    path = f"/api/ai/segmentations/{number}/versions/2/provenance/"
    first = doctor.get(path).json()["chain"][0]["changes"]
    use = {"model": "lesion_assist", "version": "1.0.2", "name": "deepbet"}
    files = {"runner.py": "ab" * 32}
    assert first[0]["assist"] == [use | {"files": files, "prompts": ["box", "stroke"]}]
    assert first[1]["assist"] == []
    steps = _told(version.segmentation.job, version.parent)
    assert "with deepbet (lesion_assist 1.0.2; box, stroke)" in steps


def test_a_trained_assist_model_is_identified(api, tool, series, settings):
    url = f"{settings.INFERENCE_URL}/assist"
    answer = json.loads(tool.registered()[-1].body) | {"files": WEIGHTS}
    tool.replace("POST", url, json=answer)
    doctor = api("doctor")
    begun = begin(doctor, series)
    save(doctor, series, begun.json()["id"], two_segments(), assisted=[receipt(doctor, series)])
    item = Dataset.from_json(segment_algorithms(made(begun)[0])[1].identification[0])
    assert item.AlgorithmFamilyCodeSequence[0].CodeMeaning == "Artificial Intelligence"


def test_a_receipt_is_of_its_person_series_and_segment(api, tool, series, patient_factory):
    doctor, other = api("doctor"), api("rib")
    number = begin(doctor, series, SEGMENTS[:1]).json()["id"]
    prompt = body(series)["prompt"]
    prompt["boxes"][0]["segment"] = 2
    elsewhere = factories.make_series(series.study.patient, tag="8")
    later = begin(doctor, elsewhere).json()["id"]
    good = receipt(doctor, series)
    cases = {
        "not one of this server": [f"{good}x"],
        "another person": [receipt(other, series)],
        "does not have": [receipt(doctor, series, prompt=prompt)],
    }
    for words, receipts in cases.items():
        refused = save(doctor, series, number, factories.make_mask(), assisted=receipts)
        assert refused.status_code == 400
        assert words in refused.json()["error"]["detail"]
    refused = save(doctor, elsewhere, later, factories.make_mask(), assisted=[good])
    assert "another series" in refused.json()["error"]["detail"]


def test_the_mask_that_a_stroke_corrects_goes_along_in_the_order_of_the_index(
    api, tool, series, settings
):
    geometry, mask = series_geometry(series), factories.make_mask()
    base = {"slices": list(geometry.slices)[::-1], "labelmap": b64(mask[::-1])}
    receipt(api("doctor"), series, base=base)
    sent = json.loads(next(c.request for c in tool.calls if c.request.url.endswith("/assist")).body)
    assert sent["base"] == {"slices": list(geometry.slices), "labelmap": b64(mask)}
    for wrong, code in (
        ({"labelmap": "%"}, "ERR_120"),
        ({"labelmap": b64(mask * 2)}, "ERR_123"),
        ({"slices": base["slices"][1:]}, "ERR_122"),
    ):
        answer = api("doctor").post(
            "/api/ai/assist/", body(series, base=base | wrong), format="json"
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def b64(mask):
    return base64.b64encode(compress(mask)).decode()
