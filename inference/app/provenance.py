"""What a run used, so that its result can be traced: runtime, parameters, weights, input."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version

from app.dicom import Slice
from app.schemas import RunRecord, SeriesRecord

_LIBRARIES = ("numpy", "onnxruntime", "pydicom", "scipy", "simpleitk", "torch", "monai")


def run_record(
    files: Mapping[str, str],
    parameters: Mapping[str, float],
    slices: Iterable[Slice],
    series: Sequence[SeriesRecord] = (),
) -> RunRecord:
    """The record of one run; `files` are the digests of the model's files."""
    digests = instance_digests(slices)
    return RunRecord(
        runtime={
            "python": platform.python_version(),
            **{name: found for name in _LIBRARIES if (found := _version(name))},
        },
        parameters=dict(parameters),
        files=dict(files),
        input_sha256=input_sha256(digests),
        input_instances=len(digests),
        series=list(series),
    )


def _version(library: str) -> str:
    """Empty where it is not installed."""
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


def instance_digests(slices: Iterable[Slice]) -> dict[str, str]:
    """SHA-256 of each DICOM file by SOP Instance UID."""
    return {each.sop_instance_uid: each.file_sha256 for each in slices}


def input_sha256(digests: Mapping[str, str]) -> str:
    """SHA-256 over one line `SOP Instance UID, space, SHA-256 of its DICOM file` per instance,
    sorted by UID."""
    lines = "".join(f"{uid} {digests[uid]}\n" for uid in sorted(digests))
    return hashlib.sha256(lines.encode()).hexdigest()
