"""Dates are read and written day first."""

from datetime import UTC, date, datetime, time

import pytest
from django import forms
from django.template import Context, Template
from django.utils import timezone


@pytest.mark.parametrize(
    "text", ["05/12/2026", "5/12/2026", "05/12/26", "05-12-2026", "05.12.2026", "2026-12-05"]
)
def test_the_fifth_of_december_is_not_the_twelfth_of_may(text: str) -> None:
    assert forms.DateField().clean(text) == date(2026, 12, 5)


@pytest.mark.parametrize(
    "text",
    ["05/12/2026 17:00", "17:00 05/12/2026", "17:00, 05/12/2026", "2026-12-05T17:00", "2026-12-05 17:00:00"],
)
def test_date_and_time_are_read_in_ha_noi(text: str) -> None:
    assert forms.DateTimeField().clean(text) == datetime(2026, 12, 5, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize("text", ["17:30", "17h30", "17 giờ 30", "17:30:00"])
def test_a_time_is_read_as_people_write_it(text: str) -> None:
    assert forms.TimeField().clean(text) == time(17, 30)


def test_a_date_shown_in_a_field_is_read_back() -> None:
    at = datetime(2026, 12, 5, 10, 0, tzinfo=UTC)
    field = forms.DateTimeField()
    shown = field.widget.format_value(timezone.localtime(at))
    assert shown is not None
    assert field.clean(shown) == at


def test_dates_and_numbers_are_written_the_vietnamese_way() -> None:
    context = Context({"at": datetime(2026, 12, 5, 10, 0, tzinfo=UTC), "share": 99.16})
    text = Template("{{ at }} · {{ at|date }} · {{ share }}").render(context)
    assert text == "17:00, 05/12/2026 · 05/12/2026 · 99,16"
