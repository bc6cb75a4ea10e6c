"""The slot of a trained detector, with a network that this module trains on made heads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from pydicom import dcmread

from app.provenance import input_sha256
from tests import head_maker
from tests.conftest import GRANT, SERIES_ID, FakeArchive, Service, refusal
from tests.dicom_maker import Series
from tests.guide import guide_files
from tests.head_maker import CUTS, head_series
from tests.onnx_maker import pointwise_network
from tests.test_service import mask_of

CHANNELS = ("t1", "t1ce", "t2", "flair")
REFERENCE = "t1ce"
IDS = {name: f"{number}" * 8 for number, name in enumerate(CHANNELS, 1)}
CLASSES = (head_maker.NECROSIS, head_maker.OEDEMA, head_maker.ENHANCING)


def trained() -> bytes:
    """Softmax regression of each voxel's four values: what the slot's simplest network can learn.

    Trained on a head that lay still, cut like the reference; the test's heads moved.
    """
    kinds = head_maker.seen(CUTS[REFERENCE])
    channels = np.stack([head_maker.image(name, kinds, 40 + n) for n, name in enumerate(CHANNELS)])
    inside = kinds > 0
    values = channels[:, inside].astype(float)
    values = ((values.T - values.mean(axis=1)) / values.std(axis=1)).T
    wanted = np.where(np.isin(kinds[inside], CLASSES), kinds[inside], 0)
    chance = np.random.default_rng(7)
    places = [chance.permutation(np.flatnonzero(wanted == kind)) for kind in range(4)]
    picked = np.concatenate([places[0][:6000], *(each[:1500] for each in places[1:])])
    given, truth = np.vstack([values[:, picked], np.ones(len(picked))]), np.eye(4)[wanted[picked]].T
    weights = np.zeros((4, 5))
    for _ in range(3000):
        scores = np.exp(weights @ given - (weights @ given).max(axis=0))
        weights -= (scores / scores.sum(axis=0) - truth) @ given.T / len(picked) * 2.0
    return pointwise_network(weights[:, :4], weights[:, 4])


@pytest.fixture(scope="module")
def network() -> bytes:
    return trained()


@pytest.fixture(scope="module")
def heads() -> dict[str, Series]:
    return {name: head_series(name) for name in CHANNELS}


Begin = Callable[..., Service]


@pytest.fixture
def begin(tmp_path: Path, network: bytes, heads: dict[str, Series]) -> Begin:
    """The service with the guide's detector, over an archive with these sequences."""

    def start(**changed: Series) -> Service:
        files = guide_files("tumour_parts")
        manifest = json.loads(files["manifest.json"])
        manifest["files"] = {"model.onnx": hashlib.sha256(network).hexdigest()}
        folder = tmp_path / "models" / manifest["id"]
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text(json.dumps(manifest))
        (folder / "runner.py").write_text(files["runner.py"])
        (folder / "model.onnx").write_bytes(network)
        held = heads | changed
        others = {place(name): held[name] for name in CHANNELS if name != REFERENCE}
        archive = FakeArchive(held[REFERENCE], others=others)
        return Service(tmp_path / "results", archive, inference_models_dir=tmp_path / "models")

    return start


def place(name: str) -> str:
    return SERIES_ID if name == REFERENCE else "-".join([IDS[name]] * 5)


def asked(service: Service, *names: str, **changes: str) -> Any:  # noqa: ANN401
    """The request for these sequences; ``changes``: another one's series in its place."""
    sequences = {}
    for name in names or [each for each in CHANNELS if each != REFERENCE]:
        at = place(changes.get(name, name))
        uid = service.archive.held[at].uid
        sequences[name] = {
            "series_instance_uid": uid,
            "archive": {"series": at, "grant": GRANT},
        }
    return service.infer(model_type="tumour_parts", sequences=sequences)


def dice(one: npt.NDArray[np.bool_], other: npt.NDArray[np.bool_]) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


def test_it_finds_the_three_parts_on_the_reference(begin: Begin, heads: dict[str, Series]) -> None:
    service = begin()
    answer = asked(service)
    assert answer.status_code == 200, answer.text
    result = answer.json()
    mask = mask_of(service, result["job_id"])
    labels, affine = np.asarray(mask.dataobj), mask.affine
    index = np.stack(np.meshgrid(*map(np.arange, labels.shape), indexing="ij"), axis=-1)
    truth = head_maker.tissue(index @ affine[:3, :3].T + affine[:3, 3])
    found = {c: dice(labels == c, truth == c) for c in CLASSES}
    assert min(found.values()) > 0.75, found
    assert result["series_instance_uid"] == heads[REFERENCE].uid
    assert set(result["slices"]) == set(heads[REFERENCE].files)
    assert [each["label"] for each in result["measurements"]] == [
        "Necrosis",
        "Oedema",
        "Enhancing tumour",
    ]
    check_record(result["record"], heads)


def test_unregistered_it_would_not() -> None:
    """The heads of the test moved so far that the network needs the registration."""
    cut = CUTS["flair"]
    index = np.stack(np.meshgrid(*map(np.arange, cut.size), indexing="ij"), axis=-1)
    still = head_maker.tissue(index @ cut.affine[:3, :3].T + cut.affine[:3, 3])
    parts = [dice(still == c, head_maker.seen(cut) == c) for c in CLASSES]
    assert max(parts) < 0.7, parts


def check_record(record: dict[str, Any], heads: dict[str, Series]) -> None:
    """Every series is named with the digest of its instances."""
    digests: dict[str, str] = {}
    for each, name in zip(record["series"], CHANNELS, strict=True):
        own = {uid: hashlib.sha256(data).hexdigest() for uid, data in heads[name].files.items()}
        assert each == {
            "id": name,
            "series_instance_uid": heads[name].uid,
            "sha256": input_sha256(own),
            "instances": len(own),
        }
        digests |= own
    assert (record["input_sha256"], record["input_instances"]) == (
        input_sha256(digests),
        len(digests),
    )
    assert record["runtime"]["simpleitk"]


def test_what_is_missing_or_stands_twice_is_named(begin: Begin) -> None:
    service = begin()
    assert refusal(asked(service, "t1", "t2")) == (
        422,
        "request_invalid",
        "sequences: this model needs t1, t2, flair beside its reference.",
    )
    assert refusal(asked(service, flair="t2")) == (
        422,
        "request_invalid",
        "sequences: one series stands for two sequences.",
    )
    assert service.archive.reads == 0


def test_a_model_of_one_series_takes_no_sequences(head_series: Series, tmp_path: Path) -> None:
    service = Service(tmp_path, FakeArchive(head_series))
    other = {"t1": {"series_instance_uid": "1.2", "archive": {"series": SERIES_ID, "grant": GRANT}}}
    assert refusal(service.infer(sequences=other))[2] == (
        "sequences: this model needs none beside its reference."
    )


def test_two_patients_are_never_one_head(begin: Begin) -> None:
    service = begin(flair=head_series("flair", PatientID="P2026-0002"))
    code = refusal(asked(service))
    assert code == (
        422,
        "input_refused",
        "The series are not of one patient: their Patient IDs differ.",
    )


def test_a_refusal_names_its_sequence(begin: Begin) -> None:
    flair = head_series("flair")
    flair.files.pop(list(flair.files)[20])
    answer = asked(begin(flair=flair))
    assert refusal(answer)[2].startswith("FLAIR: Slices are missing: 9.00 mm after slice")


def test_images_of_something_else_are_not_laid_over_the_head(begin: Begin) -> None:
    """A sequence in the scanner's frame of another examination, far from the head."""
    far = head_series("t2")
    for uid, data in far.files.items():
        far.files[uid] = moved(data, 900)
    code = refusal(asked(begin(t2=far)))
    assert code[:2] == (422, "input_refused")
    assert code[2].startswith("t2: The images")


def moved(data: bytes, mm: float) -> bytes:
    dataset = dcmread(BytesIO(data))
    dataset.ImagePositionPatient[0] += mm
    buffer = BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()
