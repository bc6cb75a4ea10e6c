"""What the tests of cached decisions share."""

from __future__ import annotations

import json

from audit.services import STREAM, stream

REQUEST_ID = "0123456789abcdef0123456789abcdef"


def bursts():
    entries = [values for _, values in stream().xrange(STREAM)]
    return [(json.loads(e[b"burst"]), e[b"item"].decode()) for e in entries if b"burst" in e]
