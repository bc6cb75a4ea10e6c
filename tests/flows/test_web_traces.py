"""After the flows in the browser and the restore: what the logs of their stack hold."""

from __future__ import annotations

import pytest

from tests.flows.test_traces import (  # noqa: F401
    test_each_line_of_our_processes_is_json,
    test_no_log_holds_a_name_a_password_or_a_token,
)

pytestmark = pytest.mark.last(2)
