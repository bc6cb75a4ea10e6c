"""The lesion tool: how good it is on a real tumour and on made lesions, and what it refuses."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import importlib.util
import shutil
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
import pytest
from scipy import ndimage

from app.archive import ArchiveSeries
from app.assist import KEEP_SECONDS, Volumes
from app.errors import DrawingRefused
from app.prompts import PlacedBox, PlacedPrompt, PlacedStroke
from app.volume import Volume
from tests.conftest import GRANT, SERIES_ID, FakeArchive, Service, refusal
from tests.dicom_maker import Series, load_sample, make_series

FOLDER = Path(__file__).resolve().parents[1] / "models" / "lesion_assist" / "1.0.0"
Mask = npt.NDArray[np.bool_]


def load_runner() -> Any:  # noqa: ANN401
    spec = importlib.util.spec_from_file_location("lesion_assist_runner", FOLDER / "runner.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.load(FOLDER, 1)


RUNNER = load_runner()


def volume_of(voxels: npt.NDArray[Any], affine: npt.NDArray[np.float64]) -> Volume:
    data = np.ascontiguousarray(voxels.transpose(2, 1, 0), np.float32)
    return Volume(data, affine, tuple(f"1.2.{index}" for index in range(len(data))))


@pytest.fixture(scope="module")
def tumour() -> Volume:
    return volume_of(*load_sample("tumour1_t1c.nii.gz"))


@pytest.fixture(scope="module")
def drawn() -> Mask:
    voxels, _ = load_sample("tumour1_label.nii.gz")
    return np.ascontiguousarray(voxels.transpose(2, 1, 0) > 0)


def dice(one: Mask, other: Mask) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


def box_around(mask: Mask, moved: npt.NDArray[np.int_] | None = None) -> PlacedBox:
    """The bounds of a mask, its rows and columns moved outwards by so many pixels."""
    places = np.argwhere(mask)
    outwards = np.zeros((3, 2), int) if moved is None else np.vstack([[[0, 0]], moved])
    low, high = places.min(0) - outwards[:, 0], places.max(0) + outwards[:, 1]
    sides = [slice(max(0, int(a)), int(b) + 1) for a, b in zip(low, high, strict=True)]
    return PlacedBox(1, (sides[0], sides[1], sides[2]))


def answer(volume: Volume, *boxes: PlacedBox, **strokes: Any) -> Mask:  # noqa: ANN401
    found: Mask = RUNNER.assist(volume, PlacedPrompt(boxes=boxes, **strokes)) == 1
    return found


def click(place: npt.NDArray[np.int_]) -> PlacedStroke:
    return PlacedStroke(1, int(place[0]), ((int(place[1]), int(place[2])),), True)


def test_a_box_outlines_the_tumour_in_under_two_seconds(tumour: Volume, drawn: Mask) -> None:
    started = time.perf_counter()
    found = answer(tumour, box_around(drawn))
    assert time.perf_counter() - started < 2
    assert dice(found, drawn) >= 0.80


def test_boxes_drawn_a_little_wide_or_narrow_do_as_well(tumour: Volume, drawn: Mask) -> None:
    moves = np.random.default_rng(17).integers(-2, 4, size=(20, 2, 2))
    scores = [dice(answer(tumour, box_around(drawn, moved)), drawn) for moved in moves]
    assert np.median(scores) >= 0.80
    assert min(scores) >= 0.70


def test_one_click_finds_the_part_around_it(tumour: Volume, drawn: Mask) -> None:
    places = np.argwhere(drawn)
    far = ((places - places.mean(0)) * tumour.spacing_mm) ** 2
    middle = places[far.sum(1).argmin()]
    assert dice(answer(tumour, points=(click(middle),)), drawn) >= 0.65


def test_clicks_anywhere_in_the_tumour_do_as_well_in_the_middle(
    tumour: Volume, drawn: Mask
) -> None:
    places = np.argwhere(drawn)
    chosen = places[np.random.default_rng(17).choice(len(places), 9, replace=False)]
    scores = []
    for place in chosen:
        try:
            scores.append(dice(answer(tumour, points=(click(place),)), drawn))
        except DrawingRefused:
            scores.append(0.0)
    assert np.median(scores) >= 0.65


def worst_error(found: Mask, drawn: Mask) -> PlacedStroke:
    """The stroke of a doctor through the largest error: along its longer direction."""
    best: tuple[int, int, bool, Mask] | None = None
    for index in range(len(drawn)):
        for positive, wrong in (
            (True, drawn[index] & ~found[index]),
            (False, found[index] & ~drawn[index]),
        ):
            parts, count = ndimage.label(wrong)
            if count:
                sizes = np.bincount(parts.ravel())[1:]
                if best is None or sizes.max() > best[0]:
                    best = int(sizes.max()), index, positive, parts == 1 + sizes.argmax()
    assert best is not None
    _, index, positive, part = best
    pixels = np.argwhere(part)
    centred = pixels - pixels.mean(0)
    direction = np.linalg.svd(centred, full_matrices=False)[2][0]
    along = np.round(centred @ direction).astype(int)
    across = centred @ np.array([-direction[1], direction[0]])
    path = []
    for step in np.unique(along):
        here = np.flatnonzero(along == step)
        row, column = pixels[here[np.argsort(across[here])[len(here) // 2]]]
        path.append((int(row), int(column)))
    return PlacedStroke(1, index, tuple(path), positive)


def test_five_strokes_never_make_it_worse_and_reach_more(tumour: Volume, drawn: Mask) -> None:
    for moved in np.random.default_rng(17).integers(-2, 4, size=(3, 2, 2)):
        box = box_around(drawn, moved)
        strokes: tuple[PlacedStroke, ...] = ()
        score = dice(answer(tumour, box), drawn)
        for _ in range(5):
            found = answer(tumour, box, scribbles=strokes)
            strokes = (*strokes, worst_error(found, drawn))
            better = dice(answer(tumour, box, scribbles=strokes), drawn)
            assert better >= score
            score = better
        assert score >= 0.85


def test_a_stroke_changes_nothing_far_from_it(tumour: Volume, drawn: Mask) -> None:
    box = box_around(drawn)
    before = answer(tumour, box)
    stroke = worst_error(before, drawn)
    changed = np.argwhere(before != answer(tumour, box, scribbles=(stroke,)))
    assert set(changed[:, 0]) == {stroke.slice}
    gaps = np.abs(changed[:, None, 1:] - np.array(stroke.pixels)[None]).max(2).min(1)
    assert gaps.max() * tumour.spacing_mm[1] <= 2.0


def lesion(
    shape: tuple[int, ...], centre: npt.NDArray[np.int_], radii: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Distance from the centre of an uneven ellipsoid, 1 at its surface."""
    z, y, x = np.ogrid[: shape[0], : shape[1], : shape[2]]
    parts = zip((z, y, x), centre, radii, strict=True)
    even = np.sqrt(sum(((axis - c) / r) ** 2 for axis, c, r in parts))
    uneven: npt.NDArray[np.float64] = even + 0.1 * np.sin(x / 3.0) * np.cos(y / 4.0)
    return uneven


@pytest.mark.parametrize(
    ("outer", "core"), [(1.7, None), (1.7, 0.5), (1.5, 0.5), (0.45, None), (1.4, None)]
)
def test_made_lesions_of_several_contrasts(
    head: tuple[npt.NDArray[np.int16], npt.NDArray[np.float64]], outer: float, core: float | None
) -> None:
    """Solid and ring-shaped with a dark core, bright, dark and faint, in a real head."""
    random = np.random.default_rng(17)
    voxels, affine = head
    clean = voxels.transpose(2, 1, 0).astype(np.float32)
    scores = []
    for _ in range(6):
        centre = np.array([random.integers(28, 40), random.integers(25, 50), 21])
        far = lesion(clean.shape, centre, random.uniform(4, 7, 3))
        true = far <= 1
        image, around = clean.astype(np.float64), float(np.median(clean[true]))
        image[true] = around * outer
        if core is not None:
            image[far <= 0.6] = around * core
        image = ndimage.gaussian_filter(image, 0.4) + random.normal(0, 3, image.shape)
        volume = volume_of(image.transpose(2, 1, 0), affine)
        scores.append(dice(answer(volume, box_around(true, np.full((2, 2), 1))), true))
    assert np.median(scores) >= 0.80


# --- over HTTP ---


@pytest.fixture(scope="module")
def tumour_series() -> Series:
    return make_series(*load_sample("tumour1_t1c.nii.gz"))


@pytest.fixture
def tool(tmp_path: Path, tumour_series: Series) -> Service:
    models = tmp_path / "models"
    shutil.copytree(FOLDER, models / "lesion_assist")
    archive = FakeArchive(tumour_series)
    return Service(tmp_path / "results", archive, inference_models_dir=models)


def ask(tool: Service, *, base: Any = None, **prompt: Any) -> httpx.Response:  # noqa: ANN401
    return asyncio.run(_ask(tool, prompt, base))


async def _ask(tool: Service, prompt: dict[str, Any], base: Any) -> httpx.Response:  # noqa: ANN401
    body = {
        "series_instance_uid": tool.archive.series.uid,
        "model_type": "lesion_assist",
        "archive": {"series": SERIES_ID, "grant": GRANT},
        "prompt": prompt,
    } | ({"base": base} if base else {})
    return await tool._ask("POST", "/assist", json=body)


def box(tool: Service, first: int = 11, last: int = 17, **changes: Any) -> Any:  # noqa: ANN401
    slices = list(tool.archive.series.files)
    sides = {"rows": [84, 153], "columns": [47, 93]}
    return (
        {"segment": 3, "first_slice": slices[first], "last_slice": slices[last]} | sides | changes
    )


def test_the_answer_is_a_labelmap_on_the_grid_of_the_series(tool: Service) -> None:
    body = ask(tool, boxes=[box(tool)]).json()
    raw = gzip.decompress(base64.b64decode(body["labelmap"]))
    labels = np.frombuffer(raw, np.uint8).reshape(
        len(body["slices"]), body["rows"], body["columns"]
    )
    assert body["slices"] == list(tool.archive.series.files)
    assert set(np.unique(labels)) == {0, 3}
    assert body["volume_ml"] == pytest.approx(
        (labels > 0).sum() * 0.78125**2 * 6.5 / 1000, rel=0.01
    )
    assert "stroke" in body["hint"]
    assert body["hint_ko"]


def labels_of(answer: httpx.Response) -> npt.NDArray[np.uint8]:
    body = answer.json()
    raw = gzip.decompress(base64.b64decode(body["labelmap"]))
    return np.frombuffer(raw, np.uint8).reshape(-1, body["rows"], body["columns"])


def test_a_stroke_takes_away_from_a_mask_that_was_there(tool: Service) -> None:
    """In its own slice alone; the mask comes in any order of slices."""
    slices = list(tool.archive.series.files)
    before = np.zeros((len(slices), 256, 256), np.uint8)
    before[12:15, 110:140, 170:200] = 3
    packed = base64.b64encode(gzip.compress(before[::-1].tobytes())).decode()
    base = {"slices": slices[::-1], "labelmap": packed}
    stroke = {"segment": 3, "slice": slices[13], "points": [[120, 180], [120, 181]]}
    after = labels_of(ask(tool, base=base, scribbles=[stroke | {"positive": False}]))
    assert after[13, 120, 180] == 0
    assert 0 < np.count_nonzero(after[13]) < np.count_nonzero(before[13])
    np.testing.assert_array_equal(np.delete(after, 13, 0), np.delete(before, 13, 0))
    for wrong, words in (
        ({"slices": slices[1:]}, "other slices"),
        ({"labelmap": "AAAA"}, "not gzip"),
        ({"labelmap": base64.b64encode(gzip.compress(b"1")).decode()}, "another size"),
    ):
        refused = refusal(ask(tool, base=base | wrong, scribbles=[stroke]))
        assert (refused[0], words in refused[2]) == (422, True), refused


def test_the_answer_tells_the_files_of_the_model(tool: Service) -> None:
    runner = (FOLDER / "runner.py").read_bytes()
    files = ask(tool, boxes=[box(tool)]).json()["files"]
    assert files == {"runner.py": hashlib.sha256(runner).hexdigest()}


def test_the_next_stroke_needs_no_new_download(tool: Service) -> None:
    ask(tool, boxes=[box(tool)])
    reads = tool.archive.reads
    assert reads == len(tool.archive.series.files)
    started = time.perf_counter()
    assert ask(tool, boxes=[box(tool)]).status_code == 200
    assert time.perf_counter() - started < 2
    assert tool.archive.reads == reads


def test_a_click_is_answered_with_the_hint_to_draw_a_box(tool: Service) -> None:
    uid = list(tool.archive.series.files)[16]
    row, column = 256 - 1 - 101, 181
    point = {"segment": 1, "slice": uid, "row": row, "column": column, "positive": True}
    answered = ask(tool, points=[point])
    assert "box" in answered.json().get("hint", answered.text)


def test_a_mask_that_fills_its_box_is_answered_with_a_warning(
    tool: Service, tumour: Volume, drawn: Mask
) -> None:
    """On normal brain; a real tumour takes much less of any of its boxes."""
    body = ask(tool, boxes=[box(tool, rows=[102, 171], columns=[162, 208])]).json()
    assert "nothing may stand out" in body["hint"]
    assert "구별되는 부분이 없을" in body["hint_ko"]
    for moved in np.random.default_rng(17).integers(-2, 4, size=(20, 2, 2)):
        around = box_around(drawn, moved)
        assert answer(tumour, around)[around.where].mean() < 0.5


def test_bad_prompts_are_answered_by_a_sentence(tool: Service) -> None:
    air: dict[str, Any] = {"rows": [2, 20], "columns": [2, 20]}
    slices = list(tool.archive.series.files)
    background = {"segment": 1, "slice": slices[13], "row": 120, "column": 180, "positive": False}
    cases: list[tuple[dict[str, Any], str]] = [
        ({}, "prompt is empty"),
        ({"boxes": [box(tool, **air)]}, "outside the head"),
        ({"boxes": [box(tool, 0, 24, rows=[0, 255], columns=[0, 255])]}, "50% of the head"),
        ({"boxes": [box(tool, rows=[100, 100])]}, "is empty"),
        ({"boxes": [box(tool, rows=[153, 84])]}, "reversed"),
        ({"boxes": [box(tool, 17, 11)]}, "reversed"),
        ({"boxes": [box(tool, rows=[100, 256])]}, "outside the images"),
        ({"boxes": [box(tool, first_slice="1.2.3")]}, "no slice 1.2.3"),
        ({"points": [{"segment": 1, "slice": slices[0], "row": 3, "column": 3}]}, "on air"),
        ({"scribbles": [{"segment": 1, "slice": slices[0], "points": [[999, 1]]}]}, "outside"),
        ({"points": [background]}, "Only background"),
    ]
    for prompt, words in cases:
        status, code, message = refusal(ask(tool, **prompt))
        assert (status, code) == (422, "drawing_refused"), prompt
        assert words in message
    malformed: list[dict[str, Any]] = [{"rows": [-1, 9]}, {"segment": 0}]
    for wrong in malformed:
        assert refusal(ask(tool, boxes=[box(tool, **wrong)]))[1] == "request_invalid"


def test_a_ct_and_a_network_are_refused(tmp_path: Path, tool: Service, service: Service) -> None:
    tool.archive.modality = "CT"
    assert "is CT, not MR" in refusal(ask(tool, boxes=[box(tool)]))[2]
    body = {
        "series_instance_uid": service.archive.series.uid,
        "model_type": "brain_extraction",
        "archive": {"series": SERIES_ID, "grant": GRANT},
        "prompt": {"boxes": [box(service)]},
    }
    assert "does not work on what is drawn" in refusal(service.ask("POST", "/assist", json=body))[2]


def test_kept_volumes_end_and_are_bounded() -> None:
    now = [0.0]
    volume = Volume(np.zeros((2, 4, 4), np.float32), np.eye(4), ("1.1", "1.2"))
    one, two, three = (ArchiveSeries(name, "1.2", "MR", "", ("a",)) for name in "abc")
    volumes = Volumes(limit=2 * volume.data.nbytes, clock=lambda: now[0])
    volumes.keep(one, volume)
    volumes.keep(two, volume)
    assert volumes.get(one) is volume
    volumes.keep(three, volume)
    assert volumes.get(two) is None
    assert volumes.get(one) is volume
    now[0] = KEEP_SECONDS + 1
    assert volumes.get(one) is None
    assert volumes.get(three) is None
