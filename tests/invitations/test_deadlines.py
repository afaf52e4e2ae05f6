"""When it is too late, and which hours look wrong together."""

from datetime import UTC, datetime, timedelta

import pytest

from invitations.deadlines import GRACE, Verdict, doubts, effective_deadline, is_over, judge

FIVE = datetime(2023, 12, 1, 10, tzinfo=UTC)
"""17:00 in Hà Tĩnh."""
MICROSECOND = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("arrived", "decided", "verdict"),
    [
        (-timedelta(hours=1), -timedelta(hours=1), Verdict.ON_TIME),
        (timedelta(0), timedelta(0), Verdict.ON_TIME),
        (timedelta(0), MICROSECOND, Verdict.ON_TIME),
        (timedelta(0), GRACE, Verdict.ON_TIME),
        (timedelta(0), GRACE + MICROSECOND, Verdict.DECIDED_LATE),
        (-timedelta(hours=1), GRACE + MICROSECOND, Verdict.DECIDED_LATE),
        (MICROSECOND, MICROSECOND, Verdict.ARRIVED_LATE),
        (timedelta(milliseconds=1), timedelta(milliseconds=2), Verdict.ARRIVED_LATE),
        (MICROSECOND, GRACE + MICROSECOND, Verdict.ARRIVED_LATE),
    ],
)
def test_what_arrived_by_the_deadline_is_on_time_if_decided_soon(
    arrived: timedelta, decided: timedelta, verdict: Verdict
) -> None:
    assert judge(arrived_at=FIVE + arrived, decided_at=FIVE + decided, deadline=FIVE) is verdict


@pytest.mark.parametrize(
    ("extended_until", "expected"),
    [
        (None, FIVE),
        (FIVE + timedelta(days=1), FIVE + timedelta(days=1)),
        (FIVE - timedelta(days=1), FIVE),
        (FIVE, FIVE),
    ],
)
def test_a_units_deadline_is_the_later_of_the_meetings_and_its_extension(
    extended_until: datetime | None, expected: datetime
) -> None:
    assert effective_deadline(FIVE, extended_until) == expected


def test_a_moved_deadline_is_later_than_an_older_extension() -> None:
    assert effective_deadline(FIVE + timedelta(days=3), FIVE + timedelta(days=1)) == FIVE + timedelta(days=3)


@pytest.mark.parametrize(
    ("after", "over"), [(-MICROSECOND, False), (timedelta(0), False), (MICROSECOND, True)]
)
def test_the_form_is_open_at_the_very_instant(after: timedelta, over: bool) -> None:
    assert is_over(FIVE, FIVE + after) is over


@pytest.mark.parametrize(
    ("deadline", "line_test", "first", "words"),
    [
        (FIVE, FIVE + timedelta(days=2), FIVE + timedelta(days=3), []),
        (FIVE, None, None, []),
        (FIVE + timedelta(days=4), None, FIVE + timedelta(days=3), ["Hạn đăng ký"]),
        (FIVE, FIVE + timedelta(days=3), FIVE + timedelta(days=3), ["thử đường truyền"]),
        (FIVE - timedelta(days=9), None, FIVE - timedelta(days=8), ["đã qua"]),
    ],
)
def test_hours_in_an_odd_order_are_doubted(
    deadline: datetime, line_test: datetime | None, first: datetime | None, words: list[str]
) -> None:
    said = doubts(registration_deadline=deadline, line_test_at=line_test, first_session=first, now=FIVE)
    assert len(said) == len(words)
    assert all(word in sentence for word, sentence in zip(words, said, strict=True))
