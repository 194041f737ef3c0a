"""A real nginx or Caddy in front of the page, and a person who talks through it as a browser does."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from .serving import ROOT, free_port

NAME = "docs.example.test"
CONFIGURATION = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port}{tls};
        ssl_certificate {folder}/certificate.pem; ssl_certificate_key {folder}/key.pem;
        client_max_body_size 200m;
        {locations}
    }}
}}
"""
LOCATION = """location {prefix}/ {{
            proxy_pass http://127.0.0.1:{behind}{to};
            proxy_http_version 1.1; proxy_read_timeout 300s;
            {headers}
        }}"""
KEPT = "proxy_set_header Host $http_host; "
FORWARDED = "proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme; "


def program() -> str | None:
    """Where nginx is; also outside of the path of people who are not root."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def proxied(
    folder: Path, port: int, behind: int, *, prefix: str = "", tls: bool = True, strips: bool = True, keeps: bool = True
) -> Iterator[None]:
    """nginx at `port`, in front of the page at `behind`: taking a prefix off or not, handing the Host on or not."""
    headers = FORWARDED + (KEPT if keeps else "")
    location = LOCATION.format(prefix=prefix, behind=behind, to="/" if strips else "", headers=headers)
    with configured(folder, port, location, tls=tls):
        yield


@contextmanager
def configured(folder: Path, port: int, locations: str, *, tls: bool = False) -> Iterator[None]:
    """nginx at `port`, with these locations."""
    folder.mkdir(exist_ok=True)
    _certificate(folder)
    text = CONFIGURATION.format(folder=folder, port=port, tls=" ssl" if tls else "", locations=locations)
    (folder / "nginx.conf").write_text(text)
    found = program()
    assert found is not None
    with _running([found, "-p", str(folder), "-c", str(folder / "nginx.conf")], port):
        yield


@contextmanager
def caddied(folder: Path, port: int, behind: int) -> Iterator[None]:
    """Caddy at `port`, as docs/deploying.md sets it up, but for names, ports and who has signed the certificate."""
    folder.mkdir(exist_ok=True)
    _certificate(folder)
    said = re.search(
        r"```\n(docs\.example\.org \{.+?\n\}\n)```", (ROOT / "docs" / "deploying.md").read_text(), re.DOTALL
    )
    assert said is not None
    own = f"tls {folder}/certificate.pem {folder}/key.pem\n    bind 127.0.0.1"
    site = said[1].replace("docs.example.org {", f"https://{NAME}:{port} {{\n    {own}").replace(":7860", f":{behind}")
    (folder / "Caddyfile").write_text(f"{{\n    admin off\n    auto_https off\n    default_sni {NAME}\n}}\n{site}")
    found = shutil.which("caddy")
    assert found is not None
    kept = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    with _running([found, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"], port, kept):
        yield


@contextmanager
def _running(command: list[str], port: int, environment: dict[str, str] | None = None) -> Iterator[None]:
    with subprocess.Popen(command, stderr=subprocess.PIPE, env={**os.environ, **(environment or {})}) as run:
        try:
            deadline = time.monotonic() + 20
            while not _listens(port):
                assert run.poll() is None, run.stderr.read() if run.stderr else ""
                assert time.monotonic() < deadline
                time.sleep(0.05)
            yield
        finally:
            run.terminate()


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            return True
    except OSError:
        return False


def _certificate(folder: Path) -> None:
    """A certificate that nobody trusts, for a day."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "key.pem").write_bytes(pem)


class Person:
    """Sends what a browser would, to one address, and keeps its cookies."""

    def __init__(self, port: int, *, tls: bool = True, host: str = "", origin: str = "") -> None:
        self.port, self.tls = port, tls
        self.cookies: dict[str, str] = {}
        self.host = host or f"{NAME}:{port}"
        self.origin = origin or f"{'https' if tls else 'http'}://{self.host}"

    def ask(
        self, path: str, body: bytes | dict[str, Any] | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of one answer; a body makes it a POST, with the page's origin."""
        unchecked = ssl.create_default_context()
        unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
        connection = (
            http.client.HTTPSConnection("127.0.0.1", self.port, timeout=300, context=unchecked)
            if self.tls
            else http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        )
        sent = {"Host": self.host, "Accept": "text/html"}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            sent |= {"Origin": self.origin, "Content-Type": "application/json"}
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET" if body is None else "POST", path, body, sent)
        with connection.getresponse() as answer:
            found = {name.lower(): value for name, value in answer.getheaders()}
            given = answer.headers.get_all("set-cookie") or []
            content = answer.read()
        connection.close()
        for line in given:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, found, content


__all__ = ["NAME", "Person", "caddied", "configured", "free_port", "program", "proxied"]
