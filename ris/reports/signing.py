"""The signature of a report's PDF (PAdES baseline B-B, ETSI EN 319 142-1) by the hospital.

The person who signed is named in the text and in the signature's reason; the key is the hospital's.
"""

from __future__ import annotations

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils import timezone

from common.errors import ErrorCode, ExternalError

KEY, CERTIFICATE = "key.pem", "certificate.pem"
VALID = timedelta(days=3650)
KEY_BITS = 3072


def certificate_make() -> bool:
    """A self-signed certificate where the hospital put none; False if there is one."""
    folder = Path(settings.REPORT_SIGNING_DIR)
    if (folder / CERTIFICATE).exists():
        return False
    folder.mkdir(parents=True, exist_ok=True)
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, settings.HOSPITAL_NAME or "NeuroNova CDSS")]
    )
    now = timezone.now()
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + VALID)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _write(folder / KEY, pem)
    _write(folder / CERTIFICATE, certificate.public_bytes(serialization.Encoding.PEM))
    return True


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, for the processes' user alone."""
    beside = path.with_suffix(".new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    beside.replace(path)


def pdf_signed(pdf: bytes, *, signer: str, report: str) -> bytes:
    """The PDF with a signature that covers all of it. Raises ExternalError: no certificate."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.fields import SigSeedSubFilter

    folder = Path(settings.REPORT_SIGNING_DIR)
    load: Any = signers.SimpleSigner.load
    there = (folder / CERTIFICATE).exists()
    identity = load(str(folder / KEY), str(folder / CERTIFICATE)) if there else None
    if identity is None:
        raise ExternalError(ErrorCode.UPSTREAM_UNAVAILABLE, "no certificate signs reports")
    metadata = signers.PdfSignatureMetadata(
        field_name="Signature",
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        reason=f"{report}: {signer}",
        name=settings.HOSPITAL_NAME or None,
    )
    out: BytesIO = signers.sign_pdf(
        IncrementalPdfFileWriter(BytesIO(pdf)), metadata, signer=identity, output=BytesIO()
    )
    return out.getvalue()
