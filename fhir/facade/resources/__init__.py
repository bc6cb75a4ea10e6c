"""One module for what belongs together; each registers its types."""

from fhir.facade.resources import clinical, imaging, orders, people, reports, vitals

__all__ = ["clinical", "imaging", "orders", "people", "reports", "vitals"]
