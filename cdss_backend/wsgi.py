"""WSGI entry point (gunicorn): the REST API and the DICOMweb decisions."""

from __future__ import annotations

import cdss_backend.celery  # noqa: F401  (chooses the settings module)
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
