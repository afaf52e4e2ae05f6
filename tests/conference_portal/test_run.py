"""`make run` as a person meets it: it starts, answers, refuses a second one, stops, and starts again."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conference_portal.local_services.valkey import free_port
from tests.portal import CHECKOUT

PATIENCE = 60
"""Seconds for what takes a few: other tests work beside this one."""

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a portal of its own machine: nothing in the environment, nothing in ``PORTAL_VAR``."""
    started: list[subprocess.Popen[str]] = []

    def start_one(**environment: str) -> subprocess.Popen[str]:
        given = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        process = subprocess.Popen(
            [sys.executable, "-m", "conference_portal.run"],
            cwd=CHECKOUT,
            env={**given, "PORTAL_VAR": str(tmp_path), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start_one
    for process in started:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def read_until(process: "subprocess.Popen[str]", words: str) -> str:
    """What the portal printed up to the line with ``words``."""
    said = ""
    assert process.stdout
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(said)


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.slow
def test_the_portal_runs_from_nothing_until_it_is_told_to_stop(start: Start, tmp_path: Path) -> None:
    port = free_port()
    first = start(PORT=str(port))
    said = read_until(first, "Sẵn sàng")
    assert f"http://127.0.0.1:{port}" in said
    assert "vanphong" in said
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    assert status(f"http://127.0.0.1:{port}/healthz") == 200

    patience = time.monotonic() + PATIENCE
    while status(f"http://127.0.0.1:{port}/readyz") != 200 and time.monotonic() < patience:
        time.sleep(0.2)
    assert status(f"http://127.0.0.1:{port}/readyz") == 200

    second = start(PORT=str(free_port()))
    refusal = second.communicate(timeout=PATIENCE)[0]
    assert second.returncode == 1
    assert f"đang chạy rồi: http://127.0.0.1:{port}" in refusal

    children = re.findall(r"^\d+", processes_of(first.pid), re.MULTILINE)
    assert len(children) >= 5
    first.send_signal(signal.SIGINT)
    assert "Đã dừng" in first.communicate(timeout=PATIENCE)[0]
    assert first.returncode == 0
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]

    read_until(start(PORT=str(port)), "Sẵn sàng")


def test_a_port_in_use_is_told_before_anything_starts(start: Start, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = start(PORT=str(port))
        said = process.communicate(timeout=PATIENCE)[0]
    assert process.returncode == 1
    assert str(port) in said
    assert "make run PORT=" in said
    assert not (tmp_path / "postgresql").exists()


def test_a_port_that_is_no_number_is_refused(start: Start) -> None:
    process = start(PORT="tám nghìn")
    assert "PORT=tám nghìn" in process.communicate(timeout=PATIENCE)[0]
    assert process.returncode == 1


def test_a_var_that_cannot_be_written_is_told(start: Start, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    process = start(PORTAL_VAR=str(tmp_path / "file"))
    assert "Hãy đặt PORTAL_VAR" in process.communicate(timeout=PATIENCE)[0]
    assert process.returncode == 1


def processes_of(pid: int) -> str:
    """Each direct child of a process, one a line, its number first."""
    return "\n".join(Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
