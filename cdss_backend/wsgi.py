"""WSGI entry point (gunicorn): the REST API and the DICOMweb decisions."""

from __future__ import annotations

from django.core.wsgi import get_wsgi_application

import cdss_backend.celery  # noqa: F401  (chooses the settings module)

application = get_wsgi_application()
