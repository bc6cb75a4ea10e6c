"""The files of mask versions in ``AI_SEG_DIR``: written once and never changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from ai.models import Segmentation, SegmentationVersion
from ai.services import labelmap
from common.errors import AppError, ErrorCode


def write(*, segmentation_id: int, version_uuid: UUID, content: bytes) -> str:
    """Write a gzipped NIfTI; return its path relative to the store."""
    return write_file(Path(str(segmentation_id)) / f"{version_uuid}.nii.gz", content)


def write_file(relative: Path, content: bytes) -> str:
    """Write durably and atomically; return the path relative to the store."""
    target = settings.AI_SEG_DIR / relative
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = target.with_name(f".{uuid4().hex}.part")
    try:
        with partial.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return str(relative)


def read(*, path: str, sha256: str) -> bytes:
    """Read a version and check its digest. Raises AppError (500) when the file is not that one."""
    try:
        content: bytes = (settings.AI_SEG_DIR / path).read_bytes()
    except OSError:
        raise AppError(ErrorCode.INTERNAL, f"mask file {path} cannot be read") from None
    if labelmap.sha256(content) != sha256:
        raise AppError(ErrorCode.INTERNAL, f"mask file {path} does not match its digest")
    return content


def heatmaps_unreadable() -> Iterator[int]:
    """As ``versions_unreadable``, of the probability maps; the keys of their segmentations."""
    kept = Segmentation.objects.exclude(heatmap_path="").only("heatmap_path", "heatmap_sha256")
    for segmentation in kept.order_by("pk").iterator(chunk_size=500):
        try:
            read(path=segmentation.heatmap_path, sha256=segmentation.heatmap_sha256)
        except AppError:
            yield segmentation.pk


def versions_unreadable() -> Iterator[int]:
    """Read every version there is; yield the keys of those whose file is not what was written."""
    for version in SegmentationVersion.objects.order_by("pk").iterator(chunk_size=500):
        try:
            read(path=version.path, sha256=version.sha256)
        except AppError:
            yield version.pk
