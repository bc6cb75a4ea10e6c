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


def test_an_exception_leaves_its_type_and_place_but_not_its_words(capsys):
    logging.config.dictConfig(settings.LOGGING)
    try:
        raise ValueError("Duplicate entry 'Kim^Minjun'")
    except ValueError:
        logging.getLogger("common").exception("not stored")
    written = json.loads(capsys.readouterr().err.strip().splitlines()[-1])
    assert written["exc_info"].startswith("ValueError at ")
    assert "test_logging.py" in written["exc_info"]
    assert "Kim" not in json.dumps(written)
    assert written["time"].endswith("Z")


def test_celery_tells_of_a_failed_task_without_its_arguments_and_exception(capsys):
    logging.config.dictConfig(settings.LOGGING)
    context = {
        "id": "1",
        "name": "pacs.tasks.poll",
        "exc": "DataError('Kim^Minjun')",
        "traceback": "Kim^Minjun",
        "args": "['Kim^Minjun']",
        "kwargs": "{}",
        "description": "raised unexpected",
    }
    logging.getLogger("celery.app.trace").error(
        "Task %(name)s[%(id)s] %(description)s: %(exc)s", context, extra={"data": context}
    )
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert "pacs.tasks.poll[1] raised unexpected" in line
    assert "Kim" not in line
