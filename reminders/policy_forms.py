"""The shape of what the office types about a meeting's plan: its hours, and one step."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from accounts.fields import LineFormField, ParagraphFormField
from invitations.deadlines import GRACE
from reminders import texts
from reminders.models import Level, Policy, Reminder, Step
from reminders.policy import FURTHEST

MOST_DIGESTS = 6
MOST_A_DAY = 50

UNITS = {"phut": timedelta(minutes=1), "gio": timedelta(hours=1), "ngay": timedelta(days=1)}
UNIT_WORDS = [("phut", "phút"), ("gio", "giờ"), ("ngay", "ngày")]
SIDES = [("truoc", "trước"), ("sau", "sau")]
SAY_TIME = "Ghi giờ và phút, ví dụ 08:00."
PLACES = ("thứ nhất", "thứ hai", "thứ ba", "thứ tư")


class _Versioned(forms.Form):
    """A form that knows which version of the plan it was filled in on."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")
            field.error_messages["required"] = f"Điền {str(field.label).lower()}, ô này không được để trống."
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def on_version(self, version: int) -> _Versioned:
        """Return the same form with all that was typed, to be saved on the plan as it is now."""
        data = self.data.copy() if isinstance(self.data, QueryDict) else dict(self.data)
        data["version"] = str(version)
        again = type(self)(data)
        again.full_clean()
        return again


# ── Hours ────────────────────────────────────────────────────────────────────────────────────


def _time_field(label: str) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        input_formats=["%H:%M", "%H.%M", "%Hh%M", "%Hh"],
        error_messages={"invalid": SAY_TIME},
        widget=forms.TimeInput(attrs={"placeholder": "hh:mm", "inputmode": "numeric"}, format="%H:%M"),
    )


class HoursForm(_Versioned):
    """When nobody is disturbed, when the office works, how much one person gets, when the office is told."""

    quiet_from = _time_field("Không gửi từ")
    quiet_until = _time_field("Gửi lại từ")
    office_from = _time_field("Giờ làm việc từ")
    office_until = _time_field("Giờ làm việc đến")
    most_a_day = forms.IntegerField(
        label="Nhiều nhất mỗi người một ngày",
        min_value=1,
        max_value=MOST_A_DAY,
        error_messages={
            "invalid": "Chỉ điền chữ số, ví dụ 6.",
            "min_value": "Mỗi ngày ít nhất một lần; muốn dừng hẳn, bấm Tạm dừng.",
            "max_value": f"Nhiều nhất {MOST_A_DAY} lần một ngày.",
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    digest_at = LineFormField(
        label="Giờ gửi tổng hợp cho Văn phòng",
        required=False,
        max_length=60,
        help_text="Cách nhau bằng dấu phẩy, ví dụ 07:30, 13:30. Sau hạn 2 phút luôn có một bản.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout = Layout(
            "version",
            Row(Column("quiet_from", css_class="col-md"), Column("quiet_until", css_class="col-md")),
            Row(Column("office_from", css_class="col-md"), Column("office_until", css_class="col-md")),
            Row(Column("most_a_day", css_class="col-md"), Column("digest_at", css_class="col-md")),
        )

    @classmethod
    def of(cls, policy: Policy) -> HoursForm:
        """Return the form filled in with what is there."""
        names = ("quiet_from", "quiet_until", "office_from", "office_until", "most_a_day", "version")
        at = ", ".join(f"{clock:%H:%M}" for clock in policy.digest_at)
        return cls(initial={**{name: getattr(policy, name) for name in names}, "digest_at": at})

    def clean_digest_at(self) -> list[time]:
        """Read the list of hours."""
        typed: str = self.cleaned_data["digest_at"]
        found = []
        for word in re.split(r"[,;\s]+", typed):
            match = re.fullmatch(r"([01]?\d|2[0-3])[:.h](\d\d)?", word) if word else None
            if word and (match is None or int(match[2] or 0) > 59):
                raise ValidationError(f"Không hiểu giờ “{word}”. Ghi như 07:30, 13:30.")
            if match:
                found.append(time(int(match[1]), int(match[2] or 0)))
        if len(set(found)) > MOST_DIGESTS:
            raise ValidationError(f"Nhiều nhất {MOST_DIGESTS} bản tổng hợp một ngày.")
        return sorted(set(found))

    def clean(self) -> dict[str, Any]:
        """The hours run forward, and the night leaves a day to send in."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        opens, closes = cleaned.get("office_from"), cleaned.get("office_until")
        if opens and closes and opens >= closes:
            self.add_error("office_until", "Giờ làm việc phải kết thúc sau khi bắt đầu.")
        begins, ends = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if begins and ends and begins != ends and _minutes_open(ends, begins) < 60:
            self.add_error("quiet_until", "Mỗi ngày phải còn ít nhất một giờ để gửi.")
        return cleaned

    def filled(self, policy: Policy) -> Policy:
        """Put what was typed into ``policy``."""
        for name in ("quiet_from", "quiet_until", "office_from", "office_until", "most_a_day", "digest_at"):
            setattr(policy, name, self.cleaned_data[name])
        return policy


def _minutes_open(opens: time, closes: time) -> int:
    return ((closes.hour - opens.hour) * 60 + closes.minute - opens.minute) % 1440


# ── One step ─────────────────────────────────────────────────────────────────────────────────


class StepForm(_Versioned):
    """When, to whom, by which ways in which order, and the words."""

    number = forms.IntegerField(
        label="Cách",
        min_value=1,
        max_value=9999,
        error_messages={"invalid": "Chỉ điền chữ số, ví dụ 3.", "min_value": "Ít nhất 1."},
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    unit = forms.ChoiceField(label="Đơn vị thời gian", choices=UNIT_WORDS, initial="gio")
    side = forms.ChoiceField(label="Trước hay sau", choices=SIDES)
    anchor = forms.ChoiceField(label="Tính từ", choices=Step.Anchor.choices)
    every = forms.IntegerField(
        label="Lặp lại mỗi (phút)",
        required=False,
        min_value=10,
        max_value=10080,
        help_text="Để trống: chỉ một lần.",
        error_messages={"invalid": "Chỉ điền số phút, ví dụ 120.", "min_value": "Cách nhau ít nhất 10 phút."},
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    times = forms.IntegerField(
        label="Nhiều nhất mấy lần",
        required=False,
        min_value=1,
        max_value=50,
        error_messages={"invalid": "Chỉ điền chữ số, ví dụ 5."},
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    in_office_hours = forms.BooleanField(label="Chỉ trong giờ làm việc", required=False)
    active = forms.BooleanField(label="Đang dùng", required=False, initial=True)
    to = forms.MultipleChoiceField(
        label="Gửi cho",
        choices=Level.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="Người không có địa chỉ thì người sau nhận thay.",
        initial=[Level.CONTACT],
    )
    subject = LineFormField(label="Tiêu đề", max_length=200, help_text="Cũng là lời của tin nhắn SMS.")
    body = ParagraphFormField(
        label="Nội dung", max_length=4000, widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].error_messages["required"] = "Chọn ít nhất một người nhận."
        for place, words in enumerate(PLACES):
            self.fields[f"way{place}"] = forms.ChoiceField(
                label=f"Cách gửi {words}",
                choices=[("", "không"), *Reminder.Channel.choices],
                required=not place,
                error_messages={"required": "Chọn ít nhất một cách gửi."},
            )
        self.helper.layout = Layout(
            "version",
            Row(*(Column(name, css_class="col-6 col-md") for name in ("number", "unit", "side", "anchor"))),
            Row(Column("every", css_class="col-md"), Column("times", css_class="col-md")),
            Row(Column("in_office_hours", css_class="col-md"), Column("active", css_class="col-md")),
            "to",
            Row(*(Column(f"way{place}", css_class="col-6 col-md") for place in range(len(PLACES)))),
            "subject",
            "body",
        )

    @classmethod
    def of(cls, step: Step, version: int) -> StepForm:
        """Return the form filled in with what is there."""
        span = abs(step.offset)
        unit = next(name for name in ("ngay", "gio", "phut") if not span % UNITS[name])
        return cls(
            initial={
                "version": version,
                "number": span // UNITS[unit],
                "unit": unit,
                "side": "truoc" if step.offset <= timedelta(0) else "sau",
                "anchor": step.anchor,
                "every": int(step.every.total_seconds() // 60) if step.every else None,
                "times": step.times if step.every else None,
                "in_office_hours": step.in_office_hours,
                "active": step.active,
                "to": step.to,
                "subject": step.subject,
                "body": step.body,
                **{f"way{place}": way for place, way in enumerate(step.channels)},
            }
        )

    def clean_subject(self) -> str:
        """Every field in braces must be one that there is."""
        return _read(self.cleaned_data["subject"])

    def clean_body(self) -> str:
        """The same for the text."""
        return _read(self.cleaned_data["body"])

    def clean(self) -> dict[str, Any]:
        """The moment lies within a month, and not in the grace after the deadline; repeats say how often."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("number") and cleaned.get("unit"):
            if (span := self._offset()) and abs(span) > FURTHEST:
                self.add_error("number", f"Nhiều nhất {FURTHEST.days} ngày trước hoặc sau.")
            if cleaned.get("anchor") == Step.Anchor.DEADLINE and timedelta(0) < span < GRACE:
                self.add_error("number", "Sau hạn ít nhất 2 phút: có đơn vị còn đang gửi.")
        if cleaned.get("every") and (cleaned.get("times") or 1) < 2:
            self.add_error("times", "Mốc lặp lại phải ghi nhiều nhất mấy lần, từ 2.")
        return cleaned

    def _offset(self) -> timedelta:
        span: timedelta = self.cleaned_data["number"] * UNITS[self.cleaned_data["unit"]]
        return -span if self.cleaned_data.get("side") == "truoc" else span

    def filled(self, step: Step) -> Step:
        """Put what was typed into ``step``."""
        cleaned = self.cleaned_data
        step.offset, step.anchor = self._offset(), cleaned["anchor"]
        step.every = timedelta(minutes=cleaned["every"]) if cleaned["every"] else None
        step.times = cleaned["times"] if cleaned["every"] else 1
        step.in_office_hours, step.active = cleaned["in_office_hours"], cleaned["active"]
        step.to = [level for level in Level.values if level in cleaned["to"]]
        chosen = [cleaned[f"way{place}"] for place in range(len(PLACES))]
        step.channels = list(dict.fromkeys(way for way in chosen if way))
        step.subject, step.body = cleaned["subject"], cleaned["body"]
        return step


def _read(text: str) -> str:
    texts.read(text)
    return text
