"""The FHIR app. It shares its name with the `fhir.resources` library, hence the shared path."""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)
