"""What goes wrong when: drawn from a seed, done by the clock, and noted with its beginning and end."""

import heapq
import random
import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from tests.faults import post_box
from tests.faults.stage import Stage

EVERYTHING = "everything"


class Outage(NamedTuple):
    """Something did not work, from when to when by the wall clock, and whose messages had to wait for it."""

    what: str
    begin: float
    end: float
    channel: str = EVERYTHING


class Fault(NamedTuple):
    """One thing to do, so many seconds after the beginning, and for how long."""

    after: float
    what: str
    lasts: float = 0.0


class Plan(NamedTuple):
    """How often what is done in one run."""

    kills: dict[str, int]
    broker: dict[str, tuple[float, ...]]
    """How long each freeze, death and flush of the broker lasts."""
    mail: dict[str, tuple[float, ...]]
    lost_answers: int


SHORT = Plan(
    kills={"sender child": 7, "sender": 2, "beat": 1},
    broker={"redis frozen": (3,), "redis killed": (1,), "redis flushed": (0,)},
    mail={"mail refuses connections": (2,), "mail 421": (2,), "mail 450": (2,), "mail hangs": (3,)},
    lost_answers=4,
)

LONG = Plan(
    kills={"sender child": 170, "sender": 15, "beat": 15},
    broker={"redis frozen": (30, 30), "redis killed": (2, 5, 10), "redis flushed": (0,) * 6},
    mail={
        "mail refuses connections": (5, 20),
        "mail 421": (15, 15),
        "mail 450": (15, 15),
        "mail hangs": (60, 60),
        "mail 550": (3,),
    },
    lost_answers=60,
)


def draw(plan: Plan, seconds: float, seed: int) -> list[Fault]:
    """Spread the faults of ``plan`` over a run: kills all along, of mail and broker one after the other."""
    random_ = random.Random(f"faults {seed}")
    kills = [what for what, times in plan.kills.items() for _ in range(times)]
    random_.shuffle(kills)
    faults = [
        Fault((place + random_.random()) * seconds / (len(kills) or 1), what)
        for place, what in enumerate(kills)
    ]
    for kind in (plan.mail, plan.broker):
        many = [(what, lasts) for what, each in kind.items() for lasts in each]
        random_.shuffle(many)
        # The last third is left to what the faults before it have put off.
        free = (0.66 * seconds - sum(lasts for _, lasts in many)) / (len(many) or 1)
        after = 0.0
        for what, lasts in many:
            faults.append(Fault(after + random_.uniform(0, max(free, 0)), what, lasts))
            after += max(free, 0) + lasts
    faults += [
        Fault(random_.uniform(0, 0.66 * seconds), "mail dies after DATA") for _ in range(plan.lost_answers)
    ]
    return sorted(faults)


class Director:
    """Does what is on the schedule; a killed process is started again by it, as ``make run`` does.

    All in the main thread, since a process that a thread started ends with that thread.
    """

    RESTART_AFTER = 0.5

    def __init__(self, stage: Stage) -> None:
        self.outages: list[Outage] = []
        self.kills = 0
        self._stage = stage
        self._to_do: list[tuple[float, int, Callable[[], None]]] = []
        self._ended: set[str] = set()

    def run(self, faults: list[Fault], began: float) -> None:
        """Do all, each at its moment; returns when the last is over."""
        for fault in faults:
            self._at(began + fault.after, partial(self._do, fault))
        while self._to_do:
            moment, _, deed = heapq.heappop(self._to_do)
            time.sleep(max(moment - time.monotonic(), 0))
            deed()

    def _at(self, moment: float, deed: Callable[[], None]) -> None:
        heapq.heappush(self._to_do, (moment, len(self._to_do) + id(deed), deed))

    def _do(self, fault: Fault) -> None:
        if fault.what == "sender child":
            self._kill_child()
        elif fault.what in ("sender", "beat"):
            self._kill(fault.what)
        elif fault.what == "mail dies after DATA":
            self._stage.mail.loses = 1
        else:
            begin = time.time()
            do, undo = {**self._moods(), **self._broker()}[fault.what]
            do()
            self._at(time.monotonic() + fault.lasts, partial(self._end, fault.what, begin, undo))

    def _kill_child(self) -> None:
        if self._is_down("sender") or not self._stage.kill_busiest_child("sender"):
            self._at(time.monotonic() + 1, self._kill_child)
            return
        self.kills += 1
        self._note("sender child", time.time())

    def _kill(self, name: str) -> None:
        if self._is_down(name):
            self._at(time.monotonic() + 1, partial(self._kill, name))
            return
        self._ended.add(name)
        self._stage.kill(name)
        self.kills += 1
        again = time.monotonic() + self.RESTART_AFTER
        self._at(again, partial(self._end, name, time.time(), partial(self._start, name)))

    def _is_down(self, name: str) -> bool:
        """Not up again since it was killed; waits for a moment in which something is under way."""
        if name in self._ended or not self._stage.is_up(name):
            return True
        if name == "sender":
            self._stage.mail.wait_for_next(1.0)
        return False

    def _start(self, name: str) -> None:
        self._stage.start(name)
        self._ended.discard(name)

    def _end(self, what: str, begin: float, undo: Callable[[], None]) -> None:
        undo()
        self._note(what, begin, "mail" if what.startswith("mail") else EVERYTHING)

    def _moods(self) -> dict[str, tuple[Callable[[], None], Callable[[], None]]]:
        mail = self._stage.mail

        def mood(value: str) -> Callable[[], None]:
            return lambda: setattr(mail, "mood", value)

        friendly = mood(post_box.FRIENDLY)
        return {
            "mail refuses connections": (mail.refuse_connections, mail.listen_again),
            "mail hangs": (mood(post_box.HANGS), friendly),
            "mail 421": (mood(post_box.CLOSES), friendly),
            "mail 450": (mood(post_box.LATER), friendly),
            "mail 550": (mood(post_box.REFUSES_ALL), friendly),
        }

    def _broker(self) -> dict[str, tuple[Callable[[], None], Callable[[], None]]]:
        stage = self._stage
        return {
            "redis frozen": (stage.freeze_redis, stage.thaw_redis),
            "redis killed": (stage.kill_redis, stage.revive_redis),
            "redis flushed": (stage.flush_redis, lambda: None),
        }

    def _note(self, what: str, begin: float, channel: str = EVERYTHING) -> None:
        self.outages.append(Outage(what, begin, time.time(), channel))
