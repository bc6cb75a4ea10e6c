"""The other machines that keep copies of the signed heads.

A log server (RFC 5424 over TCP or TLS), and an object store that speaks S3.
"""

from __future__ import annotations

import hashlib
import re
import socket
import ssl
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

_PRIORITY = 13 * 8 + 5
"""Facility "log audit", severity "notice"."""
TIMEOUT_S = 5.0


def syslog_send(address: str, text: str) -> None:
    """Send one message to ``tls://HOST:PORT`` or ``tcp://HOST:PORT``.

    Raises OSError, or ValueError if that is no address.
    """
    url = urlsplit(address)
    host = str(url.hostname)
    message = f"<{_PRIORITY}>1 {timezone.now().isoformat()} - neuronova - head - {text}".encode()
    with socket.create_connection((host, url.port or 0), timeout=TIMEOUT_S) as plain:
        if url.scheme == "tls":
            with ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure:
                secure.sendall(_framed(message))
        else:
            plain.sendall(_framed(message))


def _framed(message: bytes) -> bytes:
    return b"%d %s" % (len(message), message)


class Taken(Exception):
    """There is an object of that name already, and it holds something else."""


class NotReached(OSError):
    """The object store did not answer, or refused."""


_NAME = re.compile(r"([0-9]{12})\.json")
_TAKEN, _ABSENT = 412, 404
PAGE = 1000


class ObjectStore:
    """Signed heads as objects of ``s3://BUCKET/PREFIX``; what is there is never overwritten."""

    def __init__(self) -> None:
        url = urlsplit(settings.AUDIT_OBJECT_STORE)
        self._bucket = str(url.hostname)
        self._prefix = f"{url.path.strip('/')}/".lstrip("/")
        self._s3 = _s3(
            settings.AUDIT_OBJECT_ENDPOINT,
            settings.AUDIT_OBJECT_REGION,
            settings.AUDIT_OBJECT_ACCESS_KEY,
            settings.AUDIT_OBJECT_SECRET_KEY,
            TIMEOUT_S,
        )

    def put(self, number: int, text: str) -> None:
        """Store a head; one that is there already is as good. Raises NotReached, Taken."""
        body = text.encode()
        proof = hashlib.md5(body, usedforsecurity=False).digest()
        answer = self._call(
            "put_object",
            Key=self._key(number),
            Body=body,
            ContentType="application/json",
            ContentMD5=b64encode(proof).decode(),
            IfNoneMatch="*",
            **_retention(),
        )
        if answer is None and self.text(number) != text:
            raise Taken

    def text(self, number: int) -> str | None:
        """The head of that number, if there is one. Raises NotReached."""
        answer = self._call("get_object", Key=self._key(number))
        if answer is None:
            return None
        try:
            return str(answer["Body"].read().decode(errors="replace"))
        except Exception as error:  # of urllib3, as it reads
            raise NotReached(type(error).__name__) from None

    def holds(self, number: int, text: str, etag: str) -> bool:
        """Whether that is the object's text. Raises NotReached.

        Its tag is the MD5 of the text, unless the store encrypts: then the object is read.
        """
        proof = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        return etag == proof or self.text(number) == text

    def after(self, number: int) -> Iterator[tuple[int, str]]:
        """The numbers after that one, in order, each with its tag. Raises NotReached."""
        last = self._key(number)
        while True:
            asked = {"Prefix": self._prefix, "StartAfter": last, "MaxKeys": PAGE}
            page = self._call("list_objects_v2", **asked) or {}
            for entry in page.get("Contents", ()):
                last = entry["Key"]
                if found := _NAME.fullmatch(last.removeprefix(self._prefix)):
                    yield int(found[1]), entry["ETag"].strip('"')
            if not page.get("IsTruncated"):
                return

    def _key(self, number: int) -> str:
        return f"{self._prefix}{number:012d}.json"

    def _call(self, operation: str, **parameters: Any) -> dict[str, Any] | None:
        """The answer; None if the object is absent, or there although it should not be."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer: dict[str, Any] = getattr(self._s3, operation)(Bucket=self._bucket, **parameters)
        except ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            expected = {"put_object": _TAKEN, "get_object": _ABSENT}.get(operation)
            if status == expected:
                return None
            raise NotReached(f"{operation} {status}") from None
        except BotoCoreError as error:
            raise NotReached(f"{operation} {type(error).__name__}") from None
        return answer


def _retention() -> dict[str, Any]:
    days = settings.AUDIT_OBJECT_LOCK_DAYS
    if not days:
        return {}
    until = timezone.now() + timedelta(days=days)
    return {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": until}


@lru_cache(maxsize=1)
def _s3(endpoint: str, region: str, access_key: str, secret_key: str, timeout_s: float) -> Any:
    """A client with the account of our settings, of no other file or server."""
    import botocore.session  # 15 MB, for the process that signs alone
    from botocore.config import Config

    return botocore.session.Session().create_client(
        "s3",
        endpoint_url=endpoint or None,
        region_name=region,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        config=Config(
            connect_timeout=timeout_s,
            read_timeout=timeout_s,
            retries={"total_max_attempts": 1},
            s3={"addressing_style": "path" if endpoint else "auto"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )
