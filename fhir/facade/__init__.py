"""The FHIR R4 server: our tables read and searched in the standard's words (`docs/fhir.md`)."""
