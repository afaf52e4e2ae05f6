"""What every page of the portal says alike: icons, states, countdowns, times, numbers, telephones.

The marks live in ``templates/includes/sprite.html``, their rules in the CSS. Everything returns
escaped HTML or plain text; a time is always shown in the portal's time zone.
"""

from datetime import date, datetime, time, timedelta

from django import template
from django.conf import settings
from django.forms import BaseForm
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from accounts.fingerprint import fingerprint

register = template.Library()

STATES = {
    "invited": "Đã mời",
    "seen": "Đã xem",
    "confirmed": "Đã xác nhận",
    "draft": "Đang soạn",
    "submitted": "Đã gửi",
    "returned": "Trả lại",
    "extended": "Gia hạn",
    "late": "Trễ hạn",
    "declined": "Không tham dự",
}
"""The nine shapes a state can take, and the word each has where the page gives none."""

CELLS = {
    "none": "chưa đăng ký",
    "reg": "đã đăng ký",
    "contact": "có kỹ thuật",
    "tested": "đã thử",
    "fail": "thử chưa đạt",
    "off": "không kết nối",
}
"""The six fillings of a point cell, with the words of the board's legend."""

WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")

NEAR, URGENT = timedelta(hours=4), timedelta(minutes=15)
"""When a countdown turns red, and when it fills with red. ``portal.js`` has the same two."""

GIVEN_NAME_AND_MIDDLE = 2
"""How many of the last words of a name make its initials."""


# ── Marks ────────────────────────────────────────────────────────────────────────────────────


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw a line icon: ``{% icon "pen" %}``. It is decoration; the word beside it says the thing."""
    return format_html('<svg class="i" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@register.simple_tag
def glyph(state: str) -> SafeString:
    """Draw the mark of a state without its word: ``{% glyph "submitted" %}``, for progress rows."""
    _known(state, STATES)
    return format_html('<svg class="glyph st-{0}" aria-hidden="true"><use href="#m-{0}"/></svg>', state)


@register.filter
def drawn_from(form: BaseForm) -> str:
    """Give the key under which a form's drawing is kept: ``{% cache 600 find form|drawn_from %}``.

    For forms that are drawn without a token, as those that look for something.
    """
    fields = [
        (name, getattr(field, "choices", None), form[name].value()) for name, field in form.fields.items()
    ]
    return fingerprint(
        type(form).__qualname__, [(n, c and list(c), v) for n, c, v in fields], form.errors.as_json()
    )


@register.simple_tag
def state(name: str, label: str = "", *, plain: bool = False) -> SafeString:
    """Draw a state chip, shape and word and colour: ``{% state "submitted" "Đã gửi lần 2" plain=True %}``.

    ``plain`` leaves the wash out, for use inside tables. Without ``label`` the usual word stands.
    """
    _known(name, STATES)
    return format_html(
        '<span class="state st-{0}{1}">'
        '<svg class="glyph" aria-hidden="true"><use href="#m-{0}"/></svg>{2}</span>',
        name,
        " state-plain" if plain else "",
        label or STATES[name],
    )


@register.simple_tag
def cell(name: str, title: str = "") -> SafeString:
    """Draw a bridge point as a cell that fills: ``{% cell "tested" "Xã Tùng Lộc: đã thử" %}``.

    Without ``title`` it is decoration, as in a legend that has its word beside it.
    """
    _known(name, CELLS)
    if not title:
        return format_html('<svg class="cell cell-{0}" aria-hidden="true"><use href="#c-{0}"/></svg>', name)
    return format_html(
        '<svg class="cell cell-{0}" role="img"><title>{1}</title><use href="#c-{0}"/></svg>', name, title
    )


@register.simple_tag
def bar(value: int, maximum: int, label: str) -> SafeString:
    """Draw a progress bar: ``{% bar 106 120 "Tên đại biểu đã có" %}``. It turns green when full."""
    return format_html(
        '<progress class="bar{}" value="{}" max="{}" aria-label="{}">{}/{}</progress>',
        "" if value >= maximum else " part",
        value,
        max(maximum, 1),
        label,
        value,
        maximum,
    )


def _known(name: str, names: dict[str, str]) -> None:
    if name not in names:
        raise ValueError(f"{name!r} is none of {', '.join(names)}")


# ── Countdown ────────────────────────────────────────────────────────────────────────────────


@register.simple_tag(takes_context=True)
def countdown(
    context: Context,
    deadline: datetime,
    *,
    size: str = "",
    label: str = "Còn",
    until: str | None = None,
    now: datetime | None = None,
    css: str = "",
) -> SafeString:
    """Count down to ``deadline``: ``{% countdown deadline size="lg" %}``.

    ``size`` is "lg" (the head of a page), "sm" (a bar) or "". The first text is the server's;
    ``portal.js`` goes on from ``html[data-now]``. ``label`` stands before the time; ``until`` after
    it (by default "đến 17:00, thứ Sáu 01/12/2023" for "lg" and nothing else). ``now`` defaults to
    the page's ``portal.now``. ``css`` adds classes of the place ("ms-auto").
    """
    left = deadline - (now or _page_now(context) or timezone.now())
    if until is None:
        local = _local(deadline)
        until = f"đến {local:%H:%M}, {WEEKDAYS[local.weekday()]} {local:%d/%m/%Y}" if size == "lg" else ""
    over = left <= timedelta(0)
    hidden = mark_safe(" hidden") if over else ""
    return format_html(
        '<div class="countdown{}{}" data-deadline="{}" data-level="{}">'
        '{}<span class="cd-time">{}</span>{}</div>',
        f" countdown-{size}" if size else "",
        f" {css}" if css else "",
        _local(deadline).isoformat(),
        level(left),
        format_html('<span class="cd-label"{}>{}</span> ', hidden, label) if label else "",
        "Đã hết hạn" if over else time_left(left),
        format_html(' <span class="cd-label"{}>{}</span>', hidden, until) if until else "",
    )


def _page_now(context: Context) -> datetime | None:
    """``portal.now`` of the context processor: the whole page counts from one moment."""
    portal = context.get("portal")
    return portal.get("now") if isinstance(portal, dict) else getattr(portal, "now", None)


def level(left: timedelta) -> str:
    """How pressing: calm, near (under 4 hours), urgent (under 15 minutes), over."""
    if left <= timedelta(0):
        return "over"
    if left < URGENT:
        return "urgent"
    return "near" if left < NEAR else "calm"


def time_left(left: timedelta) -> SafeString:
    """Write a duration in its two largest units: "<b>7</b> giờ <b>47</b> phút"."""
    seconds = -int(-left.total_seconds() // 1)
    days, hours, minutes = seconds // 86400, seconds % 86400 // 3600, seconds % 3600 // 60
    if days:
        parts = [(days, "ngày"), (hours, "giờ")]
    elif hours:
        parts = [(hours, "giờ"), (minutes, "phút")]
    elif minutes:
        parts = [(minutes, "phút"), (seconds % 60, "giây")]
    else:
        parts = [(seconds, "giây")]
    return format_html_join(" ", "<b>{}</b> {}", parts)


# ── Times ────────────────────────────────────────────────────────────────────────────────────


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value


@register.filter
def moment(value: datetime | None) -> str:
    """Write "17:00, 01/12/2023"."""
    return f"{_local(value):%H:%M, %d/%m/%Y}" if value else ""


@register.filter
def clock(value: datetime | time | None) -> str:
    """Write the time of day with its seconds: "16:58:41"."""
    if isinstance(value, datetime):
        value = _local(value)
    return f"{value:%H:%M:%S}" if value else ""


@register.filter
def short_moment(value: datetime | None, now: datetime | None = None) -> str:
    """Write "17:00" for a time of today and "01/12, 17:00" for any other (``|short_moment:portal.now``)."""
    if not value:
        return ""
    local = _local(value)
    today = _local(now or timezone.now()).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%d/%m, %H:%M}"


@register.filter
def weekday_date(value: date | datetime | None) -> str:
    """Write "thứ Sáu, 01/12/2023"."""
    if isinstance(value, datetime):
        value = _local(value)
    return f"{WEEKDAYS[value.weekday()]}, {value:%d/%m/%Y}" if value else ""


@register.filter
def hour(value: datetime | time | None) -> str:
    """Write a time as one says it: "17 giờ", "8 giờ 30"."""
    if isinstance(value, datetime):
        value = _local(value)
    if value is None:
        return ""
    return f"{value.hour} giờ {value:%M}" if value.minute else f"{value.hour} giờ"


# ── Numbers and names ────────────────────────────────────────────────────────────────────────


@register.filter
def percent(value: float | None, total: float | None = None) -> str:
    """Write a share: ``{{ 1193|percent:1203 }}`` → "99,17%", ``{{ 0.9916|percent }}`` → "99,16%".

    A share that is not whole never rounds to 100 or to 0. Without a total to divide by: "".
    """
    if value is None or total == 0:
        return ""
    share = value if total is None else value / total
    hundredths = round(share * 10_000)
    if share < 1:
        hundredths = min(hundredths, 9_999)
    if share > 0:
        hundredths = max(hundredths, 1)
    text = f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") + "%"


@register.filter
def phone(value: str | None) -> str:
    """Group the digits of a number: "0900.000.101"; "0239.3855.123" for a fixed line."""
    digits = value or ""
    if not digits.isdigit():
        return digits
    if len(digits) == len("0900000101"):
        return f"{digits[:4]}.{digits[4:7]}.{digits[7:]}"
    if len(digits) == len("02393855123"):
        area = 3 if digits[:3] in {"024", "028"} else 4  # Hà Nội and Thành phố Hồ Chí Minh
        return f"{digits[:area]}.{digits[area : area + 4]}.{digits[area + 4 :]}"
    return digits


@register.filter
def tel(value: str | None) -> SafeString:
    """Link a number so that a telephone dials it; empty for no number."""
    if not value:
        return mark_safe("")
    return format_html(
        '<a class="tel" href="tel:{}">{}</a>',
        "".join(c for c in value if c.isdigit() or c == "+"),
        phone(value),
    )


@register.filter
def initials(value: object) -> str:
    """Take the first letters of the last two words: "Trần Thị Hoài An" → "HA"."""
    words = str(value).split()[-GIVEN_NAME_AND_MIDDLE:]
    return "".join(word[0] for word in words).upper()


# ── Who runs the portal ──────────────────────────────────────────────────────────────────────
# From the settings and not from the context: error pages are drawn without one.


@register.simple_tag
def organisation() -> str:
    """Name the organisation whose portal this is."""
    return str(settings.PORTAL_ORG)


@register.simple_tag
def help_name() -> str:
    """Name who helps: "Văn phòng Tỉnh ủy"."""
    return str(settings.PORTAL_HELP_NAME)


@register.simple_tag
def help_phone() -> SafeString:
    """Link the number of who helps."""
    return tel(settings.PORTAL_HELP_PHONE)


@register.simple_tag
def help_number() -> str:
    """Write the number of who helps as plain text, for mails."""
    return phone(settings.PORTAL_HELP_PHONE)


@register.simple_tag
def help_line() -> SafeString:
    """Say who helps, with the number to dial: "Văn phòng Tỉnh ủy, 0900.000.101"."""
    return format_html("{}, {}", settings.PORTAL_HELP_NAME, tel(settings.PORTAL_HELP_PHONE))
