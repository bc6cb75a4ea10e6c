"""How far the doctors agree with a model: its own mask against the approved one."""

from __future__ import annotations

import numpy as np

from ai.models import Publication
from ai.services.labelmap import Labelmap
from ai.services.segmentations import version_labelmap


def agreement_measure(job_id: int) -> None:
    """Compare version 1 with the approved version, once for each approval."""
    publication = (
        Publication.objects.select_related("version__segmentation", "job")
        .filter(job_id=job_id, dice=None)
        .first()
    )
    if publication is None or publication.version is None:
        return
    approved = publication.version
    first = approved.segmentation.versions.get(version=1)
    if first.pk == approved.pk:
        dice, bias = 1.0, 0.0
    else:
        dice, bias = compared(version_labelmap(first), version_labelmap(approved))
    Publication.objects.filter(pk=publication.pk).update(dice=dice, volume_bias=bias)


def compared(own: Labelmap, approved: Labelmap) -> tuple[float, float]:
    """Dice of all segments together, and the model's volume beyond the approved one as a share."""
    of_both = int(np.count_nonzero((own == approved) & (own > 0)))
    ours, theirs = int(np.count_nonzero(own)), int(np.count_nonzero(approved))
    return 2 * of_both / (ours + theirs), (ours - theirs) / theirs
