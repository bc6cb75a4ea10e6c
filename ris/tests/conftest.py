from __future__ import annotations

import pytest

from pacs.tests.conftest import archive, mine  # noqa: F401  (fixtures)
from ris.modality.query_server import HANDLERS, server

CALLED = "NEURONOVA"


@pytest.fixture
def port():
    """Where the server of queries listens."""
    entity = server(CALLED)
    listening = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=HANDLERS)
    yield listening.socket.getsockname()[1]
    entity.shutdown()
