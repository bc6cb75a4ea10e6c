"""Links that came with a duplicate: in OpenEMR their rows stay under a patient of its own."""

from __future__ import annotations

from collections.abc import Collection

from emr.choices import MergeState
from emr.models import MovedRows


def merged_link_ids(patients: Collection[int]) -> set[int]:
    """Of these patients; a duplicate that was itself merged into is among them."""
    moved = MovedRows.objects.filter(
        merge__survivor__in=patients, merge__state=MergeState.MERGED, model="emr.RecordLink"
    )
    return {key for keys in moved.values_list("keys", flat=True) for key in keys}
