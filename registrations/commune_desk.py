"""The communes of a unit with their links and answers: what the district's page about them shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import segno
from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from accounts.fields import spaced
from accounts.models import Unit
from bridge_points.models import BridgePoint
from registrations.models import CommuneAnswer, CommuneLink
from registrations.overview import CommuneLine, Overview
from registrations.services.commune_links import POINT_TEXTS, token_of
from registrations.states import Standing


class LinkState(models.TextChoices):
    """How far a commune's link is; ``CHIPS`` gives each its mark of the look."""

    NONE = "none", "Chưa có đường dẫn"
    MADE = "made", "Đã tạo, chưa mở"
    OPENED = "opened", "Đã mở"
    ANSWERED = "answered", "Đã trả lời, chờ xem"
    TAKEN = "taken", "Đã nhận"
    UNUSED = "unused", "Không dùng"
    REVOKED = "revoked", "Đã thu hồi"


CHIPS = {
    LinkState.NONE: "invited",
    LinkState.MADE: "confirmed",
    LinkState.OPENED: "seen",
    LinkState.ANSWERED: "draft",
    LinkState.TAKEN: "submitted",
    LinkState.UNUSED: "returned",
    LinkState.REVOKED: "late",
}
_AFTER_AN_ANSWER = {
    CommuneAnswer.State.WAITING: LinkState.ANSWERED,
    CommuneAnswer.State.ACCEPTED: LinkState.TAKEN,
    CommuneAnswer.State.CORRECTED: LinkState.TAKEN,
    CommuneAnswer.State.DECLINED: LinkState.UNUSED,
}


@dataclass(frozen=True)
class LinkLine:
    """One commune: what the district has of it, its link, and the last answer that came by it."""

    line: CommuneLine
    link: CommuneLink | None
    answer: CommuneAnswer | None
    late: CommuneAnswer | None = None
    """What came after the deadline, and after the last answer that came in time."""

    @property
    def unit(self) -> Unit:
        """The commune."""
        return self.line.unit

    @property
    def state(self) -> LinkState:
        """How far it is."""
        if self.link is None:
            return LinkState.NONE
        if self.link.revoked_at:
            return LinkState.REVOKED
        if self.answer:
            return _AFTER_AN_ANSWER.get(CommuneAnswer.State(self.answer.state), LinkState.ANSWERED)
        return LinkState.OPENED if self.link.opened_at else LinkState.MADE

    @property
    def chip(self) -> str:
        """The mark of its state."""
        return CHIPS[self.state]

    @property
    def since(self) -> Any:
        """When it came to that state."""
        if self.link is None:
            return None
        if self.link.revoked_at:
            return self.link.revoked_at
        if self.answer:
            return self.answer.decided_at or self.answer.arrived_at
        return self.link.opened_at or self.link.made_at

    @property
    def stands(self) -> bool:
        """The link can be opened."""
        return self.link is not None and self.link.revoked_at is None


@dataclass(frozen=True)
class CommuneDesk:
    """All communes of one unit, in the order of the tree."""

    view: Overview
    lines: list[LinkLine]

    @cached_property
    def waiting(self) -> list[LinkLine]:
        """Communes whose answer waits."""
        return [line for line in self.lines if line.state == LinkState.ANSWERED]

    @cached_property
    def to_make(self) -> list[LinkLine]:
        """Communes that "make them all" makes a link for: nothing is said of them, none was ever made."""
        return [line for line in self.lines if line.link is None and line.line.point is None]

    @cached_property
    def silent(self) -> list[LinkLine]:
        """Communes that have a link and have not answered, and of which nothing is said otherwise."""
        return [line for line in self.lines if line.stands and not line.answer and line.line.point is None]

    @cached_property
    def standing(self) -> list[LinkLine]:
        """Communes with a link that can be opened."""
        return [line for line in self.lines if line.stands]

    @cached_property
    def unticked(self) -> list[CommuneLine]:
        """Communes that do not take part, or have not said."""
        return [line for line in self.view.communes if not line.connects]


def commune_desk(view: Overview) -> CommuneDesk:
    """Read links and answers of the communes in ``view``, in two queries."""
    links: dict[int, CommuneLink] = {}
    for link in CommuneLink.objects.filter(invitation=view.invitation).order_by("made_at", "pk"):
        links[link.unit_id] = link  # the last one made: an older one was revoked
    answers: dict[int, CommuneAnswer] = {}
    sent = CommuneAnswer.objects.filter(link__in=[link.pk for link in links.values()])
    late: dict[int, CommuneAnswer] = {}
    for answer in sent.select_related("decided_by").order_by("arrived_at", "pk"):
        if answer.state == CommuneAnswer.State.LATE:
            late[answer.link_id] = answer
        else:
            answers[answer.link_id] = answer
            late.pop(answer.link_id, None)
    return CommuneDesk(
        view,
        [
            LinkLine(line, own, answers.get(own.pk), late.get(own.pk)) if own else LinkLine(line, None, None)
            for line in view.communes
            for own in (links.get(line.unit.pk),)
        ],
    )


# ── What is sent to a commune ────────────────────────────────────────────────────────────────────


def address_of(link: CommuneLink) -> str:
    """Return the whole address of a link, as it is pasted and drawn."""
    return f"{settings.PORTAL_BASE_URL}{reverse('commune_link', args=[token_of(link)])}"


def message_for(link: CommuneLink, commune: Unit, at: Standing) -> str:
    """Return a text to paste into Zalo: who asks, for what, by when, where, and whom to call."""
    unit, meeting = at.invitation.unit, at.invitation.meeting
    deadline = timezone.localtime(at.deadline)
    phone = f" (điện thoại {spaced(unit.phone)})" if unit.phone else ""
    return (
        f"Kính gửi {commune}.\n"
        f"{unit} đề nghị đồng chí đăng ký điểm cầu của đơn vị dự “{meeting.short_title}”: nơi họp, "
        f"đồng chí chủ trì, cán bộ kỹ thuật, số đại biểu dự kiến.\n"
        f"Mở đường dẫn dưới đây trên điện thoại, không cần tài khoản, gửi trước "
        f"{deadline:%H} giờ {deadline:%M}, ngày {deadline:%d/%m/%Y}:\n"
        f"{address_of(link)}\n"
        f"Đường dẫn chỉ dành cho {commune}, mong không chuyển cho đơn vị khác. "
        f"Cần hỏi, xin liên hệ {unit}{phone}. Trân trọng cảm ơn."
    )


def qr_of(link: CommuneLink) -> SafeString:
    """Draw the address of a link as an SVG for the page itself, without styles (the policy allows none)."""
    code = segno.make(address_of(link), error="m", micro=False)
    return mark_safe(  # noqa: S308 (made of numbers by segno)
        code.svg_inline(scale=4, border=4, svgclass="qr", lineclass=None, omitsize=True, light="#fff")
    )


# ── Two texts of one point, side by side ─────────────────────────────────────────────────────────

LABELS = {
    "connects": "Kết nối",
    "venue": "Nơi họp",
    "chair": "Chủ trì",
    "technician": "Cán bộ kỹ thuật",
    "technician_phone": "Điện thoại",
    "expected": "Số dự kiến",
}


@dataclass(frozen=True)
class Compared:
    """One box of a commune's point: what is there, and what would be."""

    label: str
    before: str
    after: str

    @property
    def differs(self) -> bool:
        """It would change."""
        return self.before != self.after


def shown(name: str, value: Any) -> str:
    """Write one value as a page shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "có" if value else "không"
    return spaced(str(value)) if name == "technician_phone" else str(value)


def values_of(point: BridgePoint | None, expected: int | None) -> dict[str, Any]:
    """Return what the district has of a commune, by the names of ``LABELS``."""
    if point is None:
        return dict.fromkeys(LABELS)
    texts = {name: getattr(point, name) for name in POINT_TEXTS}
    return {"connects": point.connects, **texts, "expected": expected}


def compared(before: dict[str, Any], after: dict[str, Any]) -> list[Compared]:
    """Set two texts of one point side by side, box by box; what ``after`` does not name stays."""
    return [
        Compared(label, shown(name, before[name]), shown(name, after.get(name, before[name])))
        for name, label in LABELS.items()
    ]


def answered_values(answer: CommuneAnswer) -> dict[str, Any]:
    """Return what a commune sent, by the names of ``LABELS``; one that does not connect says only that."""
    if not answer.connects:
        return {"connects": False}
    return {"connects": True, **answer.values, "expected": answer.expected}
