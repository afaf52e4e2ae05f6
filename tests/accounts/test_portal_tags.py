"""Icons, states, countdowns, times, numbers and telephones as pages write them."""

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template

from accounts.templatetags import portal

NOW = datetime(2023, 12, 1, 2, 12, 20, tzinfo=UTC)  # 09:12:20 in Hà Nội
DEADLINE = datetime(2023, 12, 1, 10, 0, tzinfo=UTC)  # 17:00 in Hà Nội


def render(source: str, **context: object) -> str:
    return Template("{% load portal humanize %}" + source).render(Context(context))


def test_every_mark_is_in_the_sprite() -> None:
    sprite = (Path(settings.BASE_DIR) / "templates/includes/sprite.html").read_text(encoding="utf-8")
    drawn = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    wanted = {f"m-{name}" for name in portal.STATES} | {f"c-{name}" for name in portal.CELLS} | {"seal"}
    assert wanted <= drawn


def test_every_icon_that_a_template_draws_is_in_the_sprite() -> None:
    templates = Path(settings.BASE_DIR) / "templates"
    drawn = set(
        re.findall(
            r'<symbol id="i-([^"]+)"', (templates / "includes/sprite.html").read_text(encoding="utf-8")
        )
    )
    for page in templates.rglob("*.html"):
        named = set(re.findall(r'{% icon "([^"]+)" %}', page.read_text(encoding="utf-8")))
        assert named <= drawn, page


def test_an_icon_is_decoration() -> None:
    assert render('{% icon "pen" %}') == '<svg class="i" aria-hidden="true"><use href="#i-pen"/></svg>'


def test_a_state_has_shape_word_and_colour() -> None:
    assert render('{% state "submitted" "Đã gửi lần 2" plain=True %}') == (
        '<span class="state st-submitted state-plain"><svg class="glyph" aria-hidden="true">'
        '<use href="#m-submitted"/></svg>Đã gửi lần 2</span>'
    )
    assert "Trễ hạn</span>" in render('{% state "late" %}')


def test_a_word_of_a_state_is_escaped() -> None:
    assert "<b>" not in render("{% state 'draft' word %}", word="<b>")


def test_an_unknown_state_is_an_error() -> None:
    with pytest.raises(ValueError, match="none of invited"):
        render('{% glyph "sent" %}')


def test_a_cell_with_a_title_is_read_out_and_one_without_is_not() -> None:
    assert '<svg class="cell cell-tested" role="img"><title>Xã A: đã thử</title>' in render(
        '{% cell "tested" "Xã A: đã thử" %}'
    )
    assert "aria-hidden" in render('{% cell "off" %}')


@pytest.mark.parametrize(
    ("value", "maximum", "css"), [(106, 120, "bar part"), (120, 120, "bar"), (0, 0, "bar")]
)
def test_a_bar_turns_green_when_full(value: int, maximum: int, css: str) -> None:
    bar = render('{% bar value maximum "Tên" %}', value=value, maximum=maximum)
    assert f'class="{css}" value="{value}"' in bar
    assert 'aria-label="Tên"' in bar
    assert 'max="0"' not in bar


def test_a_large_countdown_says_until_when() -> None:
    text = render('{% countdown deadline size="lg" %}', deadline=DEADLINE, portal={"now": NOW})
    assert (
        'class="countdown countdown-lg" data-deadline="2023-12-01T17:00:00+07:00" data-level="calm"' in text
    )
    assert '<span class="cd-time"><b>7</b> giờ <b>47</b> phút</span>' in text
    assert "đến 17:00, thứ Sáu 01/12/2023" in text


def test_a_countdown_that_is_over_says_so() -> None:
    text = render('{% countdown deadline size="sm" now=deadline css="ms-auto" %}', deadline=DEADLINE)
    assert 'class="countdown countdown-sm ms-auto"' in text
    assert 'data-level="over"' in text
    assert '<span class="cd-label" hidden>Còn</span>' in text
    assert '<span class="cd-time">Đã hết hạn</span>' in text


@pytest.mark.parametrize(
    ("left", "level"),
    [
        (timedelta(hours=4), "calm"),
        (timedelta(hours=4, seconds=-1), "near"),
        (timedelta(minutes=15), "near"),
        (timedelta(minutes=15, seconds=-1), "urgent"),
        (timedelta(0), "over"),
    ],
)
def test_a_countdown_grows_pressing(left: timedelta, level: str) -> None:
    assert portal.level(left) == level


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (timedelta(days=2, hours=3, minutes=5), "<b>2</b> ngày <b>3</b> giờ"),
        (timedelta(minutes=1, seconds=19), "<b>1</b> phút <b>19</b> giây"),
        (timedelta(seconds=18, milliseconds=1), "<b>19</b> giây"),
    ],
)
def test_time_left_is_written_in_its_two_largest_units(left: timedelta, text: str) -> None:
    assert portal.time_left(left) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ at|moment }}", "17:00, 01/12/2023"),
        ("{{ at|clock }}", "17:00:00"),
        ("{{ at|short_moment:now }}", "17:00"),
        ("{{ late|short_moment:now }}", "02/12, 00:30"),
        ("{{ at|weekday_date }}", "thứ Sáu, 01/12/2023"),
        ("{{ day|weekday_date }}", "Chủ nhật, 03/12/2023"),
        ("{{ at|hour }}", "17 giờ"),
        ("{{ half|hour }}", "8 giờ 30"),
        (
            "{{ none|moment }}{{ none|clock }}{{ none|short_moment }}{{ none|weekday_date }}{{ none|hour }}",
            "",
        ),
    ],
)
def test_times_are_those_of_ha_noi(source: str, text: str) -> None:
    late = datetime(2023, 12, 1, 17, 30, tzinfo=UTC)
    context = {
        "at": DEADLINE,
        "now": NOW,
        "late": late,
        "day": date(2023, 12, 3),
        "half": time(8, 30),
        "none": None,
    }
    assert render(source, **context) == text


@pytest.mark.parametrize(
    ("value", "total", "text"),
    [
        (0.9916, None, "99,16%"),
        (1, 1, "100%"),
        (1, 2, "50%"),
        (99_999, 100_000, "99,99%"),
        (1, 1_000_000, "0,01%"),
        (0, 5, "0%"),
        (0, 0, ""),
    ],
)
def test_a_share_that_is_not_whole_never_says_100(value: float, total: float | None, text: str) -> None:
    assert portal.percent(value, total) == text


def test_thousands_have_dots() -> None:
    assert render("{{ value|intcomma }}", value=1_441_200) == "1.441.200"


@pytest.mark.parametrize(
    ("digits", "text"),
    [
        ("0900000101", "0900.000.101"),
        ("02393855123", "0239.3855.123"),
        ("02438221234", "024.3822.1234"),
        ("", ""),
        (None, ""),
        ("1080", "1080"),
    ],
)
def test_telephones_are_grouped(digits: str | None, text: str) -> None:
    assert portal.phone(digits) == text


def test_a_telephone_can_be_dialled() -> None:
    assert (
        render("{{ value|tel }}", value="0900000101")
        == '<a class="tel" href="tel:0900000101">0900.000.101</a>'
    )
    assert render("{{ value|tel }}", value="") == ""


@pytest.mark.parametrize(("name", "letters"), [("Trần Thị Hoài An", "HA"), ("vanphong", "V"), ("", "")])
def test_initials_are_those_of_the_given_name(name: str, letters: str) -> None:
    assert portal.initials(name) == letters


def test_pages_say_whom_to_call() -> None:
    assert 'href="tel:' in render("{% help_line %}")
    assert settings.PORTAL_HELP_NAME in render("{% help_line %}")
