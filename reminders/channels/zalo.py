"""Zalo through the notification service (ZNS): templates that Zalo has approved, filled in by us.

``tracking_id`` is the message's own key, but Zalo does not refuse it the second time: what is ``unknown``
is not sent again by itself; a delivery report settles it, or a person.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any, ClassVar, Self

from django.conf import settings

from reminders.channels import zalo_keys
from reminders.channels.gateway import NoAnswer, NotReached, Reply, ask
from reminders.channels.interface import Answer, Message, Outcome
from reminders.channels.phones import NO_MOBILE, first_mobile, international
from reminders.channels.sms import without_code
from reminders.channels.words import from_gateway

PATH = "/message/template"
KEY_IS_OVER = "-124"

BLOCKED = {
    "-101": "Ứng dụng Zalo không hợp lệ: kiểm tra ZALO_APP_ID",
    "-102": "Không có ứng dụng Zalo này: kiểm tra ZALO_APP_ID",
    "-103": "Ứng dụng Zalo chưa được kích hoạt",
    "-104": "Sai khóa bí mật của ứng dụng: kiểm tra ZALO_APP_SECRET",
    "-105": "Ứng dụng chưa gắn với Official Account nào",
    "-109": "Không có mẫu tin này: kiểm tra ZALO_TEMPLATE_ID",
    "-111": "Mẫu tin thiếu dữ liệu: xem các tham số của mẫu trong hướng dẫn vận hành",
    "-112": "Dữ liệu không khớp tham số của mẫu tin",
    "-115": "Tài khoản ZNS hết tiền: nạp thêm",
    "-117": "Ứng dụng không được dùng mẫu tin này",
    "-120": "Official Account không được gửi ZNS",
    KEY_IS_OVER: "Zalo không nhận khóa truy cập: cấp quyền lại và đặt ZALO_REFRESH_TOKEN",
    "-125": "Sai mã Official Account",
    "-131": "Mẫu tin chưa được Zalo duyệt",
    "-132": "Tham số của mẫu tin không hợp lệ",
    "-135": "Official Account không được gửi ZNS",
    "-136": "Chưa nối với tài khoản Zalo Cloud",
    "-137": "Không trừ được tiền ở tài khoản Zalo Cloud: nạp thêm",
    "-138": "Ứng dụng không được phép gửi ZNS",
    "-144": "Official Account hết hạn mức trong ngày",
    "-146": "Mẫu tin đã bị tắt",
    "-147": "Mẫu tin hết hạn mức trong ngày",
}
"""Faults of the account or the template: the next message would meet them too."""

REFUSED = {
    "-108": "Số máy không hợp lệ",
    "-110": "Người nhận dùng bản Zalo quá cũ",
    "-114": "Người nhận không nhận tin ZNS",
    "-118": "Số máy không có tài khoản Zalo",
    "-119": "Tài khoản Zalo này không nhận được tin",
    "-139": "Người nhận đã từ chối loại tin này",
    "-141": "Người nhận đã từ chối tin của Official Account này",
}

LATER = {
    "-100": "Zalo gặp lỗi, thử lại sau",
    "-133": "Zalo không cho gửi ban đêm (22 giờ đến 6 giờ)",
}


class ZaloChannel:
    """One approved template to one mobile; of several numbers the first mobile gets it."""

    knows_doubles: ClassVar[bool] = False
    """Zalo documents ``tracking_id`` for looking up, not against doubles."""

    @classmethod
    def is_set_up(cls) -> bool:
        """With an application, a template, and a refresh token to begin with."""
        needed = (
            settings.ZALO_APP_ID,
            settings.ZALO_APP_SECRET,
            settings.ZALO_REFRESH_TOKEN,
            settings.ZALO_TEMPLATE_ID,
        )
        return all(needed)

    def __enter__(self) -> Self:
        """Nothing to open: each message has a connection of its own."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to close."""

    def send(self, message: Message) -> Answer:
        """Ask Zalo to send one message; with a key that is over once more with a new one."""
        phone = first_mobile(message.to)
        if not phone:
            return Answer(Outcome.REFUSED, NO_MOBILE)
        key = _key()
        if isinstance(key, Answer):
            return key
        reply = _ask(message, phone, key)
        if isinstance(reply, Reply) and _code(reply) == KEY_IS_OVER:
            key = _key(instead_of=key)
            if isinstance(key, Answer):
                return key
            reply = _ask(message, phone, key)
        return reply if isinstance(reply, Answer) else _answer(reply)


def _key(*, instead_of: str = "") -> str | Answer:
    try:
        return zalo_keys.access_token(instead_of=instead_of)
    except zalo_keys.NotRenewed as fault:
        why = "Zalo không gia hạn khóa: cấp quyền lại và đặt ZALO_REFRESH_TOKEN"
        return Answer(Outcome.BLOCKED, f"{why} ({fault})")
    except (NotReached, NoAnswer) as fault:
        # The message itself has not gone out, whatever became of the key.
        return Answer(Outcome.UNREACHABLE, f"Zalo, gia hạn khóa: {fault}")


def _ask(message: Message, phone: str, key: str) -> Reply | Answer:
    try:
        return ask(
            settings.ZALO_URL,
            PATH,
            content={
                "phone": international(phone),
                "template_id": message.template_id or settings.ZALO_TEMPLATE_ID,
                "template_data": dict(message.data) or {"noi_dung": message.subject[:200]},
                "tracking_id": message.gateway_key,
            },
            headers={"access_token": key},
        )
    except NotReached as fault:
        return Answer(Outcome.UNREACHABLE, f"Zalo: {fault}")
    except NoAnswer as fault:
        return Answer(Outcome.UNKNOWN, f"Zalo: {fault}")


def _code(reply: Reply) -> str:
    return str(reply.content.get("error", ""))


def _answer(reply: Reply) -> Answer:
    code = _code(reply)
    if code == "0":
        data: Any = reply.content.get("data")
        number = data.get("msg_id") if isinstance(data, dict) else ""
        return Answer(Outcome.SENT, gateway_id=str(number or "")[:80])
    for outcome, words in ((Outcome.BLOCKED, BLOCKED), (Outcome.REFUSED, REFUSED), (Outcome.LATER, LATER)):
        if code in words:
            return Answer(outcome, f"Zalo {code}: {words[code]}")
    if code:
        return Answer(Outcome.REFUSED, from_gateway("Zalo", code, reply.content.get("message")))
    return without_code("Zalo", reply.status)
