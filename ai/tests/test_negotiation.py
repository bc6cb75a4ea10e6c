from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db


def test_a_client_that_asks_for_bytes_gets_the_labelmap(api, completed):
    url = f"/api/ai/segmentations/{completed.segmentation.pk}/versions/1/labelmap/"
    answer = api("doctor").get(url, HTTP_ACCEPT="application/octet-stream")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/octet-stream")
