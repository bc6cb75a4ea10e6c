"""The AI platform's speed, in sections; without names, all of them. `queue` needs the databases.

seg: a mask of 240 x 240 x 155 voxels with three segments as a stored SEG and its report, against
dcmqi's itkimage2segimage, which makes the SEG alone from files on disk.
queue: the API with 1,000 queued jobs against none, and what a free worker takes.
reload, box, memory: of the inference service (tests/bench/support/inference_side.py).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import django
import nibabel as nib
import numpy as np
import numpy.typing as npt
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cdss_backend.settings.test")
django.setup()

from ai.services import labelmap as labelmaps  # noqa: E402
from ai.services.diameters import diameters, marked_box  # noqa: E402
from ai.services.dicom_sr import History, SegmentMeasure, build_report  # noqa: E402
from ai.tests.seg_sources import SEGMENTS, SOURCE_SERIES_UID, build, mr_series, stored  # noqa: E402
from ai.tests.test_dicom_sr import PARK  # noqa: E402
from pacs.index.objects import OF_A_SLICE  # noqa: E402
from tests.bench.support.ai_queue import queue_section  # noqa: E402

SLICES, ROWS, COLUMNS = 155, 240, 240
RUNS = int(os.environ.get("BENCH_RUNS", "3"))
Labelmap = npt.NDArray[np.uint8]


def ball_mask() -> Labelmap:
    """Three shells, the outer one as large as a tumour with its oedema."""
    z, y, x = np.ogrid[:SLICES, :ROWS, :COLUMNS]
    distance = np.sqrt((z - 80) ** 2 + (y - 110) ** 2 + (x - 90) ** 2)
    mask = np.zeros((SLICES, ROWS, COLUMNS), np.uint8)
    for number, radius in ((3, 38), (1, 24), (2, 12)):
        mask[distance < radius] = number
    return mask


def median_of(call: Callable[[], object]) -> float:
    times = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        call()
        times.append(time.perf_counter() - begun)
    return round(statistics.median(times), 3)


def ours(headers: list[dict[str, object]], nifti: bytes) -> tuple[bytes, bytes]:
    """From what the archive and the store hold to the bytes that go to the archive."""
    rest = ({tag: v for tag, v in each.items() if tag in OF_A_SLICE} for each in headers[1:])
    sources = [Dataset.from_json(header) for header in (headers[0], *rest)]
    mask, _ = labelmaps.from_nifti(nifti, shape=(SLICES, ROWS, COLUMNS))
    seg = build(sources, mask)
    places = np.array([s.ImagePositionPatient for s in sources], float)
    row, column = np.array([0.8, 0, 0]), np.array([0, 0.9, 0])
    box = marked_box(mask)
    cut, places = mask[box], places[box[0]]
    report = build_report(
        seg=seg,
        segments=SEGMENTS,
        measured={
            each.number: SegmentMeasure(1.0, diameters(cut == each.number, places, row, column))
            for each in SEGMENTS
        },
        source_series_uid=SOURCE_SERIES_UID,
        series_instance_uid="2.25.21",
        sop_instance_uid="2.25.20",
        series_number=901,
        device_uid="2.25.5",
        history=History([], PARK, []),
    )
    return stored(seg), stored(report)


def dcmqi_files(folder: Path, sources: list[Dataset], mask: Labelmap, affine: object) -> list[str]:
    """Source images, one image per segment and dcmqi's description; the command's arguments."""
    (folder / "source").mkdir()
    pixels = np.zeros((ROWS, COLUMNS), np.uint16).tobytes()
    for place, source in enumerate(sources):
        image = Dataset()
        image.update(source)
        image.BitsAllocated = image.BitsStored = 16
        image.HighBit, image.PixelRepresentation, image.SamplesPerPixel = 15, 0, 1
        image.PhotometricInterpretation, image.PixelData = "MONOCHROME2", pixels
        image.file_meta = FileMetaDataset()
        image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        image.file_meta.MediaStorageSOPClassUID = image.SOPClassUID
        image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
        image.save_as(folder / "source" / f"{place}.dcm", enforce_file_format=True)
    names = []
    for segment in SEGMENTS:
        names.append(str(folder / f"{segment.number}.nii.gz"))
        voxels = (mask == segment.number).astype(np.uint8).transpose(2, 1, 0)
        nib.Nifti1Image(voxels, affine).to_filename(names[-1])
    described = [
        {
            "labelID": 1,
            "SegmentDescription": segment.label,
            "SegmentAlgorithmType": "MANUAL",
            "SegmentedPropertyCategoryCodeSequence": _code(segment.category),
            "SegmentedPropertyTypeCodeSequence": _code(segment.property_type),
        }
        for segment in SEGMENTS
    ]
    meta = {"ContentCreatorName": "Bench", "segmentAttributes": [[one] for one in described]}
    (folder / "meta.json").write_text(json.dumps(meta))
    tool = str(Path(sys.executable).parent / "itkimage2segimage")
    return [
        *(tool, "--inputImageList", ",".join(names), "--inputDICOMDirectory"),
        *(str(folder / "source"), "--inputMetadata", str(folder / "meta.json")),
        *("--outputDICOM", str(folder / "seg.dcm"), "--skip"),
    ]


def _code(spec: object) -> dict[str, str]:
    names = {"CodeValue": "value", "CodingSchemeDesignator": "scheme", "CodeMeaning": "meaning"}
    return {keyword: getattr(spec, name) for keyword, name in names.items()}


def seg_section() -> dict[str, float]:
    sources = mr_series(ROWS, COLUMNS, range(SLICES))
    mask, affine = ball_mask(), np.diag([-0.8, -0.9, 1.0, 1.0])
    affine[:3, 3] = np.array(sources[0].ImagePositionPatient, float) * (-1, -1, 1)
    headers = [source.to_json_dict() for source in sources]
    nifti = labelmaps.to_nifti(mask, affine)
    with tempfile.TemporaryDirectory() as place:
        command = dcmqi_files(Path(place), sources, mask, affine)

        def theirs() -> None:
            subprocess.run(command, check=True, capture_output=True)

        found = {
            "seg_and_report_s": median_of(lambda: ours(headers, nifti)),
            "itkimage2segimage_s": median_of(theirs),
        }
        their_frames = int(pydicom.dcmread(Path(place) / "seg.dcm").NumberOfFrames)
    frames = int(build(sources, mask).NumberOfFrames)
    if their_frames != frames:
        raise SystemExit(f"dcmqi made {their_frames} frames, we {frames}")
    return found


def inference_section(name: str) -> dict[str, float]:
    """One of the inference service, in its own environment."""
    root = Path(__file__).resolve().parents[2]
    script = str(root / "tests" / "bench" / "support" / "inference_side.py")
    command = [str(root / ".venv-inference" / "bin" / "python"), script, name]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(ended.stdout.splitlines()[-1]))


SECTIONS: dict[str, Callable[[], dict[str, float]]] = {
    "seg": seg_section,
    "queue": queue_section,
    **{name: partial(inference_section, name) for name in ("reload", "box", "memory")},
}
TARGETS: tuple[tuple[str, str, str, float], ...] = (
    ("the list with 1,000 queued jobs as fast as with none", "queue_list_ratio", "<=", 1.1),
    ("a job with 1,000 queued as fast as with none", "queue_detail_ratio", "<=", 1.1),
    ("a request with 1,000 queued as fast as with none", "queue_ask_ratio", "<=", 1.1),
    ("an urgent job starts next", "urgent_starts_next", ">=", 1.0),
    ("registry reload under 1 s", "registry_reload_s", "<=", 1.0),
    ("box to mask under 2 s", "box_first_s", "<=", 2.0),
    ("two queued jobs need no more memory than one and 10 %", "memory_two_to_one", "<=", 1.1),
)


def verdicts(found: dict[str, float]) -> None:
    for text, name, than, limit in TARGETS:
        if name in found:
            ok = found[name] <= limit if than == "<=" else found[name] >= limit
            print(f"{text}: {found[name]:g}   {'ok' if ok else 'MISSED'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sections", nargs="*", help=f"of {', '.join(SECTIONS)}")
    chosen = parser.parse_args().sections or list(SECTIONS)
    found: dict[str, float] = {}
    for name in chosen:
        found |= SECTIONS[name]()
    for name, value in found.items():
        print(f"{name:28} {value:9.3f}")
    if "seg" in chosen:
        ok = found["seg_and_report_s"] <= found["itkimage2segimage_s"]
        print(f"SEG and report no slower than dcmqi's SEG: {'ok' if ok else 'MISSED'}")
    verdicts(found)
    print(json.dumps({"bench": "ai", "runs": RUNS, **found}))


if __name__ == "__main__":
    main()
