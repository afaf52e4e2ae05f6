"""What lies in deploy/ agrees with the portal: commands, settings, and configurations that nginx takes."""

from __future__ import annotations

import re

import pytest
import yaml

from conference_portal.local_services.valkey import free_port
from conference_portal.run import SENDERS, worker
from tests.nodes import checked
from tests.portal import CHECKOUT

DEPLOY = CHECKOUT / "deploy"


def test_every_setting_of_the_example_is_told():
    told = (CHECKOUT / "docs/operations.md").read_text()
    names = re.findall(r"^([A-Z_]+)=", (DEPLOY / "env.example").read_text(), re.MULTILINE)
    ours = [name for name in names if name != "FORWARDED_ALLOW_IPS"]  # gunicorn's own
    assert len(ours) > 8
    assert [name for name in ours if f"`{name}`" not in told] == []


@pytest.mark.parametrize(
    ("kind", "queue", "children"), [("worker", "celery", 2), ("sender", "reminders", SENDERS)]
)
def test_workers_take_what_make_run_takes(kind, queue, children):
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    unit = (DEPLOY / f"systemd/portal-{kind}@.service").read_text()
    for word in ("--queues", "--concurrency", "--prefetch-multiplier"):
        wanted = worker(queue, children=children)
        said = f"{word} {wanted[wanted.index(word) + 1]}"
        assert said in services[kind]["command"]
        assert said in unit


def test_only_the_sender_and_the_setup_keep_sessions():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    kept = {name for name, said in services.items() if "DATABASE_POOLED" in said.get("environment", {})}
    assert kept == {"sender", "setup"}
    assert "env.session" in (DEPLOY / "systemd/portal-sender@.service").read_text()


@pytest.mark.parametrize("name", ["nginx.conf", "compose.conf"])
def test_nginx_takes_the_configurations(name, tmp_path):
    written = (DEPLOY / "nginx" / name).read_text()
    written = re.sub(r"listen (80|443 ssl)", lambda _: f"listen 127.0.0.1:{free_port()}", written)
    written = re.sub(
        r"(?m)^ *(ssl_certificate.*|include mime.types;)\n", "", written
    )  # this machine has none
    written = (
        written.replace("/var/log/nginx/", "").replace("/run/", "").replace("web:8000", "127.0.0.1:8000")
    )
    (tmp_path / name).write_text(written)
    (tmp_path / "portal.conf").write_text((DEPLOY / "nginx/portal.conf").read_text())
    assert checked(tmp_path / name) == ""
    (tmp_path / "portal.conf").write_text("proxy_next_upstream sometimes;")
    assert "sometimes" in checked(tmp_path / name)
