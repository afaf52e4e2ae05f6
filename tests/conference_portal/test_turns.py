"""In each process one request is worked on at a time, in the order of asking, and nobody waits for long."""

import time
from threading import Event, Thread

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import RequestFactory

from conference_portal.middleware import Turn, arrival, in_turn
from reminders.services.turns import alone

LONG = 20.0


@pytest.fixture
def patient(monkeypatch):
    """Nobody goes ahead because this machine is slow."""
    monkeypatch.setattr(Turn, "PATIENCE", LONG)


def until(true):
    """Wait for what another thread does."""
    give_up_at = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < give_up_at
        time.sleep(0.001)


class Crowd:
    """Requests that arrive one after another and are worked on until they are let go."""

    def __init__(self, wrap=in_turn):
        self.begun, self.let_go, self.arrived = [], {}, []
        self.page = wrap(self._work)
        cells = (cell.cell_contents for cell in self.page.__closure__ or ())
        self._turn = next((found for found in cells if isinstance(found, Turn)), Turn())

    def _work(self, request):
        self.begun.append(request.path)
        self.let_go[request.path].wait(LONG)
        return HttpResponse()

    def arrives(self, path, **files):
        self.let_go[path] = Event()
        request = RequestFactory().post(path, files) if files else RequestFactory().get(path)
        thread, waited = Thread(target=self.page, args=[request]), len(self._turn._waiting)
        thread.start()
        self.arrived.append(thread)
        until(lambda: path in self.begun or len(self._turn._waiting) > waited)

    def goes(self, path):
        self.let_go[path].set()

    def all_go(self):
        for leaves in self.let_go.values():
            leaves.set()
        for thread in self.arrived:
            thread.join(LONG)
            assert not thread.is_alive()


@pytest.mark.usefixtures("patient")
def test_requests_are_worked_on_one_at_a_time_in_the_order_of_asking():
    crowd = Crowd()
    for path in ("/1", "/2", "/3"):
        crowd.arrives(path)
    assert crowd.begun == ["/1"]
    crowd.goes("/1")
    crowd.arrived[0].join(LONG)
    crowd.all_go()
    assert crowd.begun == ["/1", "/2", "/3"]


def test_without_turns_they_are_worked_on_at_once():
    crowd = Crowd(wrap=lambda get_response: get_response)
    for path in ("/1", "/2"):
        crowd.arrives(path)
    assert crowd.begun == ["/1", "/2"]
    crowd.all_go()


def test_who_has_waited_long_goes_on_beside_the_one_whose_turn_it_is(monkeypatch):
    monkeypatch.setattr(Turn, "PATIENCE", 0.01)
    crowd = Crowd()
    crowd.arrives("/frozen")
    crowd.arrives("/2")
    until(lambda: "/2" in crowd.begun)
    assert crowd.begun == ["/frozen", "/2"]
    crowd.all_go()
    crowd.arrives("/3")  # and the turn is free again
    assert crowd.begun[-1] == "/3"
    crowd.all_go()


@pytest.mark.usefixtures("patient")
def test_an_upload_takes_no_turn_and_waits_for_none():
    crowd = Crowd()
    crowd.arrives("/1")
    crowd.arrives("/scan", name="a")
    assert crowd.begun == ["/1", "/scan"]
    crowd.all_go()


@pytest.mark.usefixtures("patient")
def test_a_page_that_fails_passes_its_turn_on():
    def fails(request):
        raise RuntimeError

    page = in_turn(fails)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            page(RequestFactory().get("/"))


# ── The age of a request ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("proxies", "said", "at_least", "at_most"),
    [
        (1, "42.5", 42.5, 80),
        (1, None, 0, 40),
        (1, "-5", 0, 40),
        (1, "nan", 0, 40),
        (1, "99999", 0, 40),
        (1, "17:00", 0, 40),
        (0, "42.5", 0, 40),
    ],
)
def test_a_proxy_of_our_own_says_how_long_it_collected(settings, proxies, said, at_least, at_most):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    waited = []
    page = arrival(lambda request: waited.append(request.waited().total_seconds()) or HttpResponse())
    page(RequestFactory().get("/", headers={} if said is None else {"X-Portal-Waited": said}))
    assert at_least <= waited[0] <= at_most


def test_nobody_sends_through_a_pooler_that_keeps_no_sessions(settings):
    settings.DATABASE_POOLED = True
    with pytest.raises(ImproperlyConfigured, match="sessions"), alone("mail"):
        pass
