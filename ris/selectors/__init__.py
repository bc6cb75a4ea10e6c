"""Read the index. What a person reads goes through ``visible_to``."""

from ris.selectors.geometry import SeriesGeometry, series_geometry
from ris.selectors.studies import (
    instance_by_uid,
    series_get,
    studies_visible_to,
    study_get,
)

__all__ = [
    "SeriesGeometry",
    "instance_by_uid",
    "series_geometry",
    "series_get",
    "studies_visible_to",
    "study_get",
]
