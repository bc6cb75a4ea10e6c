"""What dose CT studies had, as their reports or images say it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pacs.choices import DoseSource
from pacs.index.doses import DosedStudy, doses_between
from ris.statistics.times import Period, percentile


@dataclass(frozen=True, slots=True)
class DoseSpread:
    """Of ``count`` studies: median and 75th percentile (nearest rank); None of none."""

    count: int
    median: float | None
    p75: float | None


def dose_table(period: Period, modality: str = "") -> list[dict[str, Any]]:
    """By modality, procedure and month of the Study Date; of the department whoever asks.

    The 75th percentile is what diagnostic reference levels are compared with (ICRP 135).
    """
    groups: dict[tuple[str, str, str], list[DosedStudy]] = defaultdict(list)
    for one in doses_between(period.since, period.until, modality):
        groups[one.modality, one.procedure, f"{one.study_date:%Y-%m}"].append(one)
    return [
        {
            "modality": of,
            "procedure": procedure,
            "month": month,
            "studies": len(rows),
            "without_report": sum(row.dose.source == DoseSource.IMAGES for row in rows),
            "ctdi_vol": _spread(row.dose.ctdi_vol for row in rows),
            "dlp": _spread(row.dose.dlp for row in rows),
        }
        for (of, procedure, month), rows in sorted(groups.items())
    ]


def _spread(said: Iterable[float | None]) -> DoseSpread:
    known = sorted(one for one in said if one is not None)
    return DoseSpread(len(known), percentile(known, 50), percentile(known, 75))
