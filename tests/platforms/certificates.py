"""A test CA and one TLS context for each host, made when the host is first asked for."""

from __future__ import annotations

import base64
import hashlib
import ssl
import threading
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Certificates:
    """Keys and certificates below one private folder; safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._ca = trustme.CA()
        self.ca_file = folder / "ca.pem"
        self._ca.cert_pem.write_to_path(str(self.ca_file))

    @property
    def key_hash(self) -> str:
        """Base64 of the SHA-256 of the CA's public key, as Chromium's --ignore-certificate-errors-spki-list wants."""
        key = x509.load_pem_x509_certificate(self._ca.cert_pem.bytes()).public_key()
        der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(hashlib.sha256(der).digest()).decode()

    def context(self, host: str) -> ssl.SSLContext:
        """Return the server side's context for a host."""
        with self._lock:
            if host not in self._contexts:
                self._contexts[host] = self._make(host)
            return self._contexts[host]

    def _make(self, host: str) -> ssl.SSLContext:
        issued = self._ca.issue_cert(host)
        chain = self._folder / "chain.pem"
        # the CA goes along in the chain: Chromium's pin list only looks at certificates that the server sends
        chain.write_bytes(issued.private_key_and_cert_chain_pem.bytes() + self._ca.cert_pem.bytes())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["http/1.1"])
        context.load_cert_chain(chain)
        chain.unlink()
        return context
