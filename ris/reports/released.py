"""A report as it leaves the house: for the FHIR server and for the archive."""

from __future__ import annotations

from dataclasses import dataclass

from ris.choices import OUT
from ris.models import Report
from ris.reports import selectors
from ris.reports.pdf import document
from ris.reports.presentation import sections_labelled
from ris.reports.templating import template_of


@dataclass(frozen=True, slots=True)
class ReleasedReport:
    """``number``: of the first edition. ``sections``: [{key, label, text}]; ``pdf``: if signed."""

    report: Report
    number: int
    title: str
    conclusion: str
    sections: list[dict[str, str]]
    pdf: bytes

    @property
    def text(self) -> str:
        return "\n\n".join(f"{one['label']}\n{one['text']}" for one in self.sections)


def released_report(report_id: int) -> ReleasedReport | None:
    """As it stands; None if it does not leave the house (``selectors.leaves_the_house``).

    No rights asked.
    """
    report = selectors.report_for_handler(report_id)
    return as_released(report) if selectors.leaves_the_house(report) else None


def as_released(report: Report, *, with_pdf: bool = True) -> ReleasedReport:
    """A report that leaves the house, as it stands."""
    text = selectors.report_text(report)
    template = template_of(text)
    return ReleasedReport(
        report=report,
        number=selectors.first_edition(report),
        title=template["name"][text.language],
        conclusion=text.sections.get("impression", "").strip(),
        sections=list(sections_labelled(template, text)),
        pdf=document(report, text, []) if with_pdf and report.status in OUT else b"",
    )
