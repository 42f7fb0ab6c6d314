"""Certificates of workloads, as a mesh hands them out: the name is a URI (SPIFFE X.509-SVID §2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from .private_keys import pem_of

WORKLOADS: dict[str, tuple[str, ...]] = {
    "edge": ("spiffe://shop.test/edge",),
    "orders": ("spiffe://shop.test/ns/shop/sa/orders",),
    "web": ("spiffe://shop.test/ns/other/sa/web",),
    "deep": ("spiffe://shop.test/ns/shop/a/b/c",),
    "foreign": ("spiffe://evil.test/edge",),
    "two": ("spiffe://shop.test/edge", "spiffe://shop.test/ns/shop/sa/orders"),
    "unnamed": (),
    "http": ("https://shop.test/edge",),
}
"""The URI names of each certificate."""
NOBODY = "nobody"
"""A connection without a certificate."""


def write(folder: Path) -> None:
    """An authority (`ca.pem`), and for the proxy and each workload a certificate and a key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), _name("authority")
    constraints = x509.BasicConstraints(ca=True, path_length=0)
    authority = _builder(name, name, key).add_extension(constraints, critical=True).sign(key, hashes.SHA256())
    (folder / "ca.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    for workload, uris in {"proxy": ("spiffe://shop.test/orders",), **WORKLOADS}.items():
        own = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName("localhost"), *map(x509.UniformResourceIdentifier, uris)])
        builder = _builder(_name(workload), name, own).add_extension(names, critical=False)
        certificate = builder.sign(key, hashes.SHA256())
        (folder / f"{workload}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        (folder / f"{workload}.key").write_bytes(pem_of(own))


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - hour)
        .not_valid_after(now + 24 * hour)
    )
