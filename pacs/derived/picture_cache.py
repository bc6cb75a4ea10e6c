"""Where nginx keeps the pictures of an instance, so that they can be found and deleted there."""

from __future__ import annotations

from collections.abc import Iterable

from audit.services import stream
from pacs.models import Instance

KEPT_S = 90 * 86400
"""Longer than nginx keeps a picture: 30 days valid, and 30 days after the last use."""

MAX_KEPT = 10_000
"""Pictures of one instance, each with parameters of its own, so that nobody can fill Redis."""


def version(image: Instance) -> int:
    """Of an instance that was replaced it is another: no outdated picture is found."""
    return int(image.indexed_at.timestamp() * 1000)


def cache_key(place: str) -> str:
    """``proxy_cache_key`` of nginx's configuration."""
    return f"rendered/{place}"


def remember(orthanc_id: str, place: str) -> bool:
    """Before the picture is sent to nginx, which may keep it if this is true. Raises RedisError."""
    with stream().pipeline(transaction=False) as pipe:
        pipe.sadd(_key(orthanc_id), place)
        pipe.scard(_key(orthanc_id))
        pipe.expire(_key(orthanc_id), KEPT_S)
        _, kept, _ = pipe.execute()
    if kept <= MAX_KEPT:
        return True
    stream().srem(_key(orthanc_id), place)
    return False


def forget(orthanc_id: str) -> Iterable[str]:
    """The cache keys of all pictures of the instance. Raises RedisError."""
    with stream().pipeline() as pipe:
        pipe.smembers(_key(orthanc_id))
        pipe.delete(_key(orthanc_id))
        places, _ = pipe.execute()
    return [cache_key(place.decode()) for place in places]


def _key(orthanc_id: str) -> str:
    return f"dicomweb:pictures:{orthanc_id}"
