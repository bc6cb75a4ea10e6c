"""A model's probability map: kept beside the mask as gzip of uint8, round(255 p)."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from ai.models import AIJob, Segmentation
from ai.services import labelmap as labelmaps, mask_files
from ai.services.labelmap import Labelmap
from common.errors import ErrorCode, NotFound


def keep(segmentation: Segmentation, levels: Labelmap) -> None:
    """Write the map of a new segmentation; ``levels`` are in the order of its slices."""
    content = labelmaps.compress(levels)
    name = Path(str(segmentation.pk)) / f"{uuid4()}.heat.u8.gz"
    segmentation.heatmap_path = mask_files.write_file(name, content)
    segmentation.heatmap_sha256 = labelmaps.sha256(content)
    segmentation.save(update_fields=["heatmap_path", "heatmap_sha256"])


def heatmap_of_job(job: AIJob) -> bytes:
    """Gzip of uint8 slices x rows x columns. Raises NotFound (the model gave no map)."""
    segmentation: Segmentation | None = getattr(job, "segmentation", None)
    if segmentation is None or not segmentation.heatmap_path:
        raise NotFound(ErrorCode.SEGMENTATION_NOT_FOUND, "the model gave no probability map", "id")
    return _read(segmentation)


def _read(segmentation: Segmentation) -> bytes:
    return mask_files.read(path=segmentation.heatmap_path, sha256=segmentation.heatmap_sha256)


def heatmap_levels(segmentation: Segmentation) -> Labelmap:
    """uint8 (slices, rows, columns): 255 times the probability."""
    shape = (len(segmentation.slices), segmentation.rows, segmentation.columns)
    content = _read(segmentation)
    return labelmaps.decompress(content, shape=shape, labels=range(256))
