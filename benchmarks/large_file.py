"""``python -m benchmarks.large_file [--megabytes 500]``: a film goes up and comes down, each cut in between.

The portal runs as ``make run`` starts it. The film goes up in pieces; halfway the line breaks in the middle
of a piece, and the upload begins anew as a browser that was closed does. A unit downloads it, its line breaks
after two fifths, and it goes on from there. What came down must be what went up, bit for bit, and the
memory of the web processes is read all along: what the portal would keep in memory would show there.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import io
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from benchmarks.clients import CSRF_TOKEN
from benchmarks.servers import portal, servers
from benchmarks.tables import show

PIECE = 2**20
NAME = "Phóng sự.mp4"
MOST_GROWTH = 64
"""Megabytes by which the web processes together may grow; the film is several times that."""


class WrongError(Exception):
    """What came back is not what must."""


class Web(NamedTuple):
    """Where the portal is, and who asks."""

    address: str
    session: str

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> http.client.HTTPResponse:
        """Send one request; the answer is read by whoever asked."""
        connection = http.client.HTTPConnection(self.address, timeout=120)
        every = {"Cookie": f"sessionid={self.session}; csrftoken={CSRF_TOKEN}", "X-CSRFToken": CSRF_TOKEN}
        connection.request(
            method, path, body, every | {name.replace("_", "-"): v for name, v in headers.items()}
        )
        return connection.getresponse()

    def said(self, path: str, fields: dict[str, str]) -> dict[str, str | int]:
        """Post a small form and return the JSON that answers it."""
        form = urlencode(fields).encode()
        answer = self.ask("POST", path, form, Content_Type="application/x-www-form-urlencoded")
        said: dict[str, str | int] = json.loads(_must(answer, 200).read())
        return said


def _must(answer: http.client.HTTPResponse, status: int) -> http.client.HTTPResponse:
    if answer.status != status:
        raise WrongError(f"{answer.status} in place of {status}: {answer.read()[:300]!r}")
    return answer


# ── The film ─────────────────────────────────────────────────────────────────────────────────


def film(path: Path, megabytes: int) -> str:
    """Write a film of that size, no two megabytes of it alike, and return its SHA-256."""
    noise, digest = os.urandom(PIECE), hashlib.sha256()
    size = megabytes * PIECE
    head = _box(b"ftyp", b"isom\0\0\2\0") + _box(b"moov", b"x" * 50)
    head += (size - len(head)).to_bytes(4) + b"mdat"
    with path.open("wb") as file:
        for number in range(megabytes):
            begin = head if number == 0 else number.to_bytes(8)
            block = begin + noise[len(begin) :]
            file.write(block)
            digest.update(block)
    return digest.hexdigest()


def _box(name: bytes, body: bytes) -> bytes:
    return (len(body) + 8).to_bytes(4) + name + body


# ── Memory ───────────────────────────────────────────────────────────────────────────────────


@contextmanager
def memory_of_web(samples: list[float]) -> Iterator[None]:
    """Read every tenth of a second how much memory the web processes hold together, in megabytes."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            samples.append(_held())

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()


def _held() -> float:
    """What all gunicorn processes below this one keep for themselves; shared pages count once."""
    kept = 0
    for pid in _below(os.getpid()):
        try:
            if b"gunicorn" not in Path(f"/proc/{pid}/cmdline").read_bytes():
                continue
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue
        kept += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kept / 1024


def _below(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(word) for word in task.read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in children:
            yield child
            yield from _below(child)


# ── Up ───────────────────────────────────────────────────────────────────────────────────────


def send_up(web: Web, page: str, path: Path) -> dict[str, str | int]:
    """Send the film in pieces with one break halfway; returns what the portal called the upload."""
    size = path.stat().st_size
    begun = web.said(page + "tai-len/", {"name": NAME, "size": str(size)})
    half = size // PIECE // 2 * PIECE
    _pieces(web, begun, path, until=half)
    _break_off(web, str(begun["url"]), path, half)
    again = web.said(page + "tai-len/", {"name": NAME, "size": str(size)})
    if (again["key"], again["received"]) != (begun["key"], half):
        raise WrongError(f"the upload does not go on at {half}: {again}")
    _pieces(web, again, path, until=size)
    return again


def _pieces(web: Web, begun: dict[str, str | int], path: Path, *, until: int) -> None:
    at = int(begun["received"])
    with path.open("rb") as file:
        file.seek(at)
        while at < until:
            body = file.read(PIECE)
            kind, form = _form(at, body)
            said = json.loads(_must(web.ask("POST", str(begun["url"]), form, Content_Type=kind), 200).read())
            at += len(body)
            if said["received"] != at:
                raise WrongError(f"{said} at {at}")


def _form(offset: int, body: bytes) -> tuple[str, bytes]:
    edge = "piece-of-a-film"
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="offset"\r\n\r\n{offset}\r\n'
        f'--{edge}\r\nContent-Disposition: form-data; name="piece"; filename="blob"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return f"multipart/form-data; boundary={edge}", head.encode() + body + f"\r\n--{edge}--\r\n".encode()


def _break_off(web: Web, url: str, path: Path, offset: int) -> None:
    """Send half a piece, then hang up."""
    with path.open("rb") as file:
        file.seek(offset)
        kind, form = _form(offset, file.read(PIECE))
    host, _, port = web.address.partition(":")
    head = (
        f"POST {url} HTTP/1.1\r\nHost: {web.address}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(form)}\r\n"
        f"Cookie: sessionid={web.session}; csrftoken={CSRF_TOKEN}\r\nX-CSRFToken: {CSRF_TOKEN}\r\n\r\n"
    )
    with socket.create_connection((host, int(port))) as line:
        line.sendall(head.encode() + form[: len(form) // 2])
    time.sleep(1)


def hand_out(web: Web, page: str, begun: dict[str, str | int], audience: int, sha256: str) -> None:
    """Publish what arrived: the portal looks through the whole file."""
    form = {"title": "Phóng sự", "audiences": str(audience), "arrived": str(begun["key"]), "sha256": sha256}
    answer = web.ask(
        "POST", page + "them/", urlencode(form).encode(), Content_Type="application/x-www-form-urlencoded"
    )
    _must(answer, 302).read()


# ── Down ─────────────────────────────────────────────────────────────────────────────────────


def bring_down(web: Web, path: str, size: int) -> str:
    """Download with one break after two fifths; returns the SHA-256 of all that came."""
    digest, most = hashlib.sha256(), size * 2 // 5
    first = _must(web.ask("GET", path), 200)
    tag, got = first.headers["ETag"], 0
    while got < most:
        block = first.read(min(PIECE, most - got))
        got += len(block)
        digest.update(block)
    first.close()
    rest = _must(web.ask("GET", path, Range=f"bytes={got}-", If_Range=tag), 206)
    while block := rest.read(PIECE):
        got += len(block)
        digest.update(block)
    if got != size:
        raise WrongError(f"{got} bytes of {size}")
    return digest.hexdigest()


# ── The run ──────────────────────────────────────────────────────────────────────────────────


def _timed(act: Callable[[], object]) -> tuple[float, float, object]:
    """How long it took, and how much the web processes grew meanwhile at most."""
    samples: list[float] = [_held()]
    began = time.monotonic()
    with memory_of_web(samples):
        result = act()
    return time.monotonic() - began, max(samples) - samples[0], result


def main() -> int:
    """Run it and print the figures; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.large_file", description=__doc__)
    parser.add_argument("--megabytes", type=int, default=500)
    megabytes: int = parser.parse_args().megabytes
    with servers() as var:
        from django.core.management import call_command

        call_command("load_sample", stdout=io.StringIO())
        source = var / "film.mp4"
        sha256 = film(source, megabytes)
        sender, reader, page, audience = _who()
        with portal(var) as address:
            up, down = Web(address, sender), Web(address, reader)
            down.ask("GET", page).read()  # both sides have been at work before memory is compared
            up.ask("GET", page).read()
            sent = _timed(lambda: send_up(up, page, source))
            published = _timed(lambda: hand_out(up, page, sent[2], audience, sha256))  # type: ignore[arg-type]
            came = _timed(lambda: bring_down(down, _address(), source.stat().st_size))
    if came[2] != sha256:
        print("What came down is not what went up.", file=sys.stderr)
        return 1
    rows = [
        [name, f"{seconds:.1f}", f"{megabytes / seconds:.0f}", f"{growth:.0f}"]
        for name, (seconds, growth, _) in (
            ("up, in pieces, the line cut once", sent),
            ("looked through and published", published),
            ("down, the line cut once", came),
        )
    ]
    show(f"A film of {megabytes} MB, the same bit for bit", ["", "seconds", "MB a second", "MB grown"], rows)
    flat = max(sent[1], published[1], came[1]) <= MOST_GROWTH
    print(f"\nThe web processes together grow by at most {MOST_GROWTH} MB: {'met' if flat else 'NOT met'}")
    return 0 if flat else 1


def _who() -> tuple[str, str, str, int]:
    """The sessions of propaganda and of a called unit's clerk, the page of materials, the unit's heading."""
    from accounts.models import User
    from benchmarks.load import session_of
    from invitations.models import Invitation

    sender = User.objects.get(username="tuyengiao")
    clerk = User.objects.get(username="huyen-uy-nghi-xuan")
    call = Invitation.objects.sent().select_related("meeting").filter(unit=clerk.unit).latest("sent_at")
    page = f"/hoi-nghi/{call.meeting.slug}/tai-lieu/"
    return session_of(sender), session_of(clerk), page, call.audience_id


def _address() -> str:
    from invitations.models import Material

    material = Material.objects.select_related("meeting").latest("pk")
    return f"/hoi-nghi/{material.meeting.slug}/tai-lieu/{material.key}/"


if __name__ == "__main__":
    sys.exit(main())
