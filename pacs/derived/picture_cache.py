"""Which pictures of an instance nginx may have in its cache, so that they can be deleted there."""

from __future__ import annotations

from collections.abc import Iterable

from audit.services import stream

KEPT_S = 90 * 86400
"""Longer than nginx keeps a picture: 30 days valid, and 30 days after the last use."""


def cache_key(place: str) -> str:
    """``proxy_cache_key`` of nginx's configuration."""
    return f"rendered/{place}"


def remember(orthanc_id: str, place: str) -> None:
    """Before the picture is sent to nginx. Raises RedisError."""
    with stream().pipeline() as pipe:
        pipe.sadd(_key(orthanc_id), place)
        pipe.expire(_key(orthanc_id), KEPT_S)
        pipe.execute()


def forget(orthanc_id: str) -> Iterable[str]:
    """The cache keys of all pictures of the instance. Raises RedisError."""
    with stream().pipeline() as pipe:
        pipe.smembers(_key(orthanc_id))
        pipe.delete(_key(orthanc_id))
        places, _ = pipe.execute()
    return [cache_key(place.decode()) for place in places]


def _key(orthanc_id: str) -> str:
    return f"dicomweb:pictures:{orthanc_id}"
