"""Certificates for loopback servers: an authority that a source is told to trust, and one that nobody knows."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec import Struct

NAMES = ("localhost", "*.sources.test")
"""Hosts that the server's certificate is good for, beside 127.0.0.1."""


class Certificates(Struct, frozen=True):
    """What a TLS server of a test needs, and what its clients do."""

    trusted: Path
    """PEM of the authority, for the clients."""
    agreed: ssl.SSLContext
    strange: ssl.SSLContext
    """The same names, signed by itself."""


def make_certificates(folder: Path) -> Certificates:
    """New ones, good for a day, in `folder`."""
    authority, key = _certificate("Test authority", None)
    trusted = folder / "authority.pem"
    trusted.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    return Certificates(
        trusted,
        _context(folder / "agreed.pem", _certificate("localhost", (authority, key))),
        _context(folder / "strange.pem", _certificate("localhost", None)),
    )


Signed = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def _certificate(name: str, signer: Signed | None) -> Signed:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer, sign = (signer[0].subject, signer[1]) if signer else (subject, key)
    now = datetime.now(UTC)
    hosts: list[x509.GeneralName] = [x509.DNSName(host) for host in NAMES]
    hosts.append(x509.IPAddress(IPv4Address("127.0.0.1")))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
        .sign(sign, hashes.SHA256())
    )
    return certificate, key


def _context(path: Path, signed: Signed) -> ssl.SSLContext:
    certificate, key = signed
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
