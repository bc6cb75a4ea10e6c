"""Decision support by CDS Hooks, and what the FHIR server finds that no other app has as rows."""

from fhir.models.decision_support import CdsCard, CdsClient, CdsFeedback, CdsRuleSetting
from fhir.models.result_observations import ResultObservation

__all__ = ["CdsCard", "CdsClient", "CdsFeedback", "CdsRuleSetting", "ResultObservation"]
