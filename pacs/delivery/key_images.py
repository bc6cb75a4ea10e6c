"""Pictures of chosen images of a study, for documents that hold them."""

from __future__ import annotations

from collections.abc import Sequence

from pacs.delivery import pixels
from pacs.delivery.rendering import Rendering
from pacs.models import Instance, Study

LARGEST = (768, 768)


def pictures_of(study: Study, named: Sequence[tuple[str, int]]) -> list[bytes]:
    """JPEGs of frames (from 1) by SOP Instance UID; without those that the study no longer has.

    Raises ExternalError if the archive fails, BusinessError for pixels that cannot be drawn.
    """
    uids = {uid for uid, _ in named}
    rows = Instance.objects.filter(series__study=study, sop_instance_uid__in=uids)
    found = {row.sop_instance_uid: row for row in rows.exclude(rows=None)}
    wanted = Rendering(viewport=LARGEST)
    return [
        pixels.picture(found[uid].orthanc_id, frame - 1, wanted)
        for uid, frame in named
        if uid in found and frame <= found[uid].frames
    ]
