"""The shape of what the office types about a meeting, part by part, and of its list of units.

A form of one part is opened by ``parts.py``, which says what parts there are.
"""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, LayoutObject, Row
from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from accounts.fields import MOMENT_FORMATS, SAY_MOMENT
from accounts.models import Unit
from invitations.models import (
    Assignment,
    Audience,
    Chair,
    Contact,
    Deadline,
    InvitedRole,
    Meeting,
    Session,
)
from invitations.unit_boxes import UnitsField

SAY = {
    forms.DateField: {"invalid": "Ghi ngày, tháng, năm, ví dụ 05/12/2026."},
    forms.DateTimeField: {"invalid": SAY_MOMENT},
    forms.TimeField: {"invalid": "Ghi giờ và phút, ví dụ 08:00."},
    forms.IntegerField: {"invalid": "Chỉ điền chữ số, ví dụ 15.", "min_value": "Số này không thể dưới 0."},
    forms.DecimalField: {"invalid": "Chỉ điền số, ví dụ 1,5.", "min_value": "Số ngày phải trên 0."},
    forms.ChoiceField: {"invalid_choice": "Chọn một mục có trong danh sách."},
}
"""What is wrong and what to do, where Django's words only say the first."""


class CalmForm(forms.ModelForm[Any]):
    """A form in the portal's manner: errors that say what to do, dates as typed here, no wheel on numbers."""

    ROWS: tuple[tuple[str, ...], ...] = ()
    """Fields that stand side by side on a desktop; a row of one takes the whole width."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            self._speak(name, field)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*self._rows())

    def _speak(self, name: str, field: forms.Field) -> None:
        field.error_messages["required"] = f"Điền {field.label or name}, ô này không được để trống."
        if isinstance(field, forms.ModelMultipleChoiceField | forms.ChoiceField):
            field.error_messages["required"] = f"Chọn {str(field.label).lower()}."
        for kind, messages in SAY.items():
            if isinstance(field, kind) and not isinstance(field, forms.ModelMultipleChoiceField):
                field.error_messages |= messages
        attributes = field.widget.attrs
        attributes.setdefault("autocomplete", "off")
        if isinstance(field, forms.DateTimeField):
            field.input_formats = MOMENT_FORMATS
            field.widget = forms.DateTimeInput(
                attrs={"autocomplete": "off", "placeholder": "dd/mm/yyyy hh:mm"}, format=MOMENT_FORMATS[0]
            )
        elif isinstance(field, forms.DateField):
            attributes.setdefault("placeholder", "dd/mm/yyyy")
        elif isinstance(field, forms.TimeField):
            field.widget = forms.TimeInput(
                attrs={"autocomplete": "off", "placeholder": "hh:mm"}, format="%H:%M"
            )
        elif isinstance(field, forms.DecimalField):
            field.localize = True
            field.widget = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"})
            field.widget.is_localized = True
        elif isinstance(field, forms.IntegerField):
            field.widget = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"})
        elif isinstance(field.widget, forms.Textarea):
            attributes["rows"] = 3
            del attributes["cols"]

    def _rows(self) -> list[LayoutObject | str]:
        grouped = {name: row for row in self.ROWS for name in row}
        laid: list[LayoutObject | str] = []
        for name in self.fields:
            row = grouped.get(name, (name,))
            if name != next(field for field in row if field in self.fields):
                continue
            present = [field for field in row if field in self.fields]
            laid.append(Row(*(Column(field, css_class="col-md") for field in present), css_class="gx-3"))
        return laid

    def save(self, commit: bool = True) -> Any:
        """Write only the columns of this form: what a service changed meanwhile (state, deadline) stays."""
        if not commit or self.instance.pk is None:
            return super().save(commit)
        columns = {field.name for field in self.instance._meta.concrete_fields}
        self.instance.save(update_fields=columns & set(self.fields))
        self._save_m2m()  # type: ignore[attr-defined]
        return self.instance


# ── The meeting as a whole ───────────────────────────────────────────────────────────────────


class NewMeetingForm(CalmForm):
    """The few things that a draft must have; all else is written in the editor."""

    ROWS = (("issuer", "code"),)

    class Meta:
        model = Meeting
        fields = ("short_title", "title", "registration_deadline", "issuer", "code")
        help_texts = {
            "short_title": "Đứng đầu các trang và thư nhắc, ví dụ Học tập Nghị quyết Trung ương 8.",
            "title": "Tên đầy đủ như trong giấy mời.",
            "registration_deadline": "Ngày rồi giờ. Dời được về sau.",
            "code": "Đứng đầu mọi biên nhận, ví dụ HT23.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        last = Meeting.objects.exclude(issuer="").order_by("-pk").first()
        self.initial.setdefault("issuer", last.issuer if last else settings.PORTAL_ORG)
        self.initial.setdefault("code", free_code())
        self.fields["title"].widget.attrs["rows"] = 2
        self.fields["short_title"].widget.attrs["autofocus"] = True
        if last:
            for name in ("form", "issuer_parent", "place", "sign_on_behalf", "sign_title", "sign_name"):
                setattr(self.instance, name, getattr(last, name))

    def clean_code(self) -> str:
        """Receipts begin with the code, so no two meetings share one."""
        code: str = self.cleaned_data["code"]
        if Meeting.objects.filter(code=code).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(
                "Mã này đã dùng cho một hội nghị khác. Chọn mã khác, ví dụ %(free)s.",
                params={"free": free_code()},
            )
        return code


def free_code() -> str:
    """Return a code that no meeting has yet: the year and a number, "HN2601"."""
    year = f"HN{timezone.localdate():%y}"
    taken = set(Meeting.objects.filter(code__startswith=year).values_list("code", flat=True))
    return next(code for number in range(1, 10_000) if (code := f"{year}{number:02d}") not in taken)


class PartForm(CalmForm):
    """A form of one part; it is told the meeting and, for a part of an audience, the audience."""

    def __init__(self, *args: Any, meeting: Meeting, audience: Audience | None = None, **kwargs: Any) -> None:
        self.meeting, self.audience = meeting, audience
        super().__init__(*args, **kwargs)


class FactsForm(PartForm):
    """What the meeting is."""

    ROWS = (("duration_days", "arrive_minutes_before", "line_test_at"),)

    class Meta:
        model = Meeting
        fields = (
            "short_title",
            "title",
            "opening",
            "duration_days",
            "arrive_minutes_before",
            "line_test_at",
        )
        help_texts = {
            "opening": "Đoạn đứng đầu giấy mời. Để trống thì tên hội nghị đứng đó.",
            "duration_days": "Để trống thì đếm theo số buổi.",
        }


class LetterheadForm(PartForm):
    """Who sends the letter, and who signs it."""

    ROWS = (
        ("form", "issuer_parent", "issuer"),
        ("number", "place", "issued_on"),
        ("sign_on_behalf", "sign_title", "sign_name"),
    )

    class Meta:
        model = Meeting
        fields = (
            "form",
            "issuer_parent",
            "issuer",
            "number",
            "place",
            "issued_on",
            "sign_on_behalf",
            "sign_title",
            "sign_name",
        )


class RecipientsForm(PartForm):
    """Nơi nhận."""

    class Meta:
        model = Meeting
        fields = ("recipients",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recipients"].widget.attrs["rows"] = 8


# ── Its parts ────────────────────────────────────────────────────────────────────────────────


class SessionForm(PartForm):
    """A morning or an afternoon."""

    ROWS = (("date", "part", "starts_at", "ends_at"),)

    class Meta:
        model = Session
        fields = ("date", "part", "starts_at", "ends_at")

    def clean(self) -> dict[str, Any]:
        """Say beside the field what the database would refuse."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        date, part, starts, ends = (data.get(name) for name in ("date", "part", "starts_at", "ends_at"))
        if starts and ends and ends <= starts:
            self.add_error("ends_at", "Giờ kết thúc phải sau giờ bắt đầu.")
        if date and part:
            others = self.meeting.sessions.exclude(pk=self.instance.pk)
            if others.filter(date=date, part=part).exists():
                label = Session.PartOfDay(part).label
                self.add_error(
                    "part", f"{label} ngày {date:%d/%m/%Y} đã có. Chọn buổi khác, hoặc sửa buổi ấy."
                )
        return data


class AudienceForm(PartForm):
    """A heading of the letter."""

    ROWS = (("tier", "venue"),)

    class Meta:
        model = Audience
        fields = ("heading", "tier", "venue", "note")
        help_texts = {"note": "Trong ngoặc dưới thành phần, ví dụ nơi nhận văn bản đăng ký."}


class RoleForm(PartForm):
    """One invited role."""

    ROWS = (("chairs", "open_ended"),)

    class Meta:
        model = InvitedRole
        fields = ("text", "short_text", "chairs", "open_ended")
        help_texts = {"short_text": "Đứng đầu cột trong bảng đăng ký; để trống thì dùng cả câu."}


class ChairForm(PartForm):
    """A person named to chair."""

    ROWS = (("name", "post"), ("point", "unit"))

    class Meta:
        model = Chair
        fields = ("name", "post", "point", "unit")
        help_texts = {"unit": "Chọn trong các đơn vị của nhóm này, nếu có."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.filter(
            Q(invitations__audience=self.audience) | Q(pk=self.instance.unit_id or 0)
        ).distinct()
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["unit"].empty_label = "Không gắn với đơn vị nào"  # type: ignore[attr-defined]


class DeadlineForm(PartForm):
    """Something due."""

    ROWS = (("at", "to"),)

    class Meta:
        model = Deadline
        fields = ("what", "at", "to")


class ContactForm(PartForm):
    """Whom to call."""

    ROWS = (("name", "organisation"), ("phone", "about"))

    class Meta:
        model = Contact
        fields = ("name", "organisation", "phone", "about")
        help_texts = {"about": "Ví dụ: số lượng đại biểu, đường truyền."}


# ── Choosing units ───────────────────────────────────────────────────────────────────────────


class AssignmentForm(PartForm):
    """What units are asked to do, and which units those are."""

    ROWS = (("kind", "due_at"),)

    units = UnitsField(label="Giao cho")

    class Meta:
        model = Assignment
        fields = ("addressee", "text", "kind", "due_at", "units")
        help_texts = {
            "addressee": "Như giấy mời gọi, ví dụ Thường trực các huyện, thành, thị ủy.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = self.fields["units"]
        units.help_text = "Đơn vị được chọn thấy việc này ở trang Việc được giao và báo lại tình trạng."
        chosen = list(self.instance.shares.values_list("unit_id", flat=True)) if self.instance.pk else []
        units.offer(also=chosen, fixed={})  # type: ignore[attr-defined]


class CallForm(forms.Form):
    """The units called under one heading."""

    units = UnitsField(label="Đơn vị được mời")

    def __init__(self, *args: Any, audience: Audience, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units: Any = self.fields["units"]
        chosen, fixed, notes = [], {}, {}
        for invitation in audience.meeting.invitations.select_related("audience"):
            here = invitation.audience_id == audience.pk
            if here:
                chosen.append(invitation.unit_id)
            if invitation.sent_at:
                fixed[invitation.unit_id] = "đã gửi" if here else f"đã mời: {invitation.audience}"
            elif not here:
                notes[invitation.unit_id] = f"đang ở nhóm: {invitation.audience}"
        units.widget.open_tier, units.widget.notes = audience.tier, notes
        units.offer(also=chosen, fixed=fixed)
        self.initial["units"] = chosen
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class DeadlineMoveForm(CalmForm):
    """A new registration deadline for everyone."""

    class Meta:
        model = Meeting
        fields = ("registration_deadline",)
        labels = {"registration_deadline": "Hạn mới"}
        help_texts = {"registration_deadline": "Ngày rồi giờ, ví dụ 05/12/2026 17:00."}
