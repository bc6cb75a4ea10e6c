"""A log line carries the request id and never the URL's query."""

from __future__ import annotations

import json
import logging
import logging.config

from django.conf import settings
from django.test import RequestFactory

from common.context import RequestContext, request_context


def test_json_line_has_the_request_id_and_no_query(capsys):
    logging.config.dictConfig(settings.LOGGING)
    request = RequestFactory().get("/api/emr/patients/search/", {"q": "Kim Minjun"})
    with request_context(RequestContext("request-0042")):
        logging.getLogger("django.request").error(
            "Server Error: %s", request.path, extra={"request": request, "status_code": 500}
        )
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert json.loads(line)["request_id"] == "request-0042"
    assert "Kim" not in line
