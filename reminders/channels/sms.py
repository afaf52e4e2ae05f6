"""SMS under the organisation's name through eSMS (developers.esms.vn, SendMultipleMessage_V4_post_json).

eSMS refuses a RequestId it has had on the same day with code 124: the message sent twice is one message.
It has no look-up by RequestId, so that ``unknown`` is settled by sending again, or by its delivery report.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, ClassVar, Self

from django.conf import settings

from reminders.channels.gateway import NoAnswer, NotReached, Reply, ask
from reminders.channels.interface import Answer, Message, Outcome
from reminders.channels.phones import NO_MOBILE, first_mobile
from reminders.channels.signing import esms_report_address
from reminders.channels.words import from_gateway

PATH = "/SendMultipleMessage_V4_post_json/"
CUSTOMER_CARE = "2"
ACCEPTED, HAD_BEFORE = "100", "124"

BLOCKED = {
    "101": "Sai ApiKey hoặc SecretKey: kiểm tra ESMS_API_KEY, ESMS_SECRET_KEY",
    "102": "Tài khoản eSMS chưa có bảng giá: gọi eSMS",
    "103": "Tài khoản eSMS hết tiền: nạp thêm",
    "104": "Tên thương hiệu chưa đăng ký: kiểm tra ESMS_BRANDNAME",
    "118": "Tài khoản eSMS không được gửi loại tin này: gọi eSMS",
    "140": "eSMS chưa cho phép địa chỉ IP của máy chủ này: gửi IP cho eSMS",
}
"""Faults of the account: the next message would meet them too."""

REFUSED = {
    "99": "Số máy bị chặn trên eSMS",
    "108": "Số máy không đúng dạng",
    "146": "Nội dung không khớp mẫu đã đăng ký với nhà mạng",
    "177": "Tên thương hiệu chưa đăng ký với nhà mạng của số này",
}


class SmsChannel:
    """One SMS to one mobile; a message that has several numbers goes to the first mobile among them."""

    knows_doubles: ClassVar[bool] = True
    """By the RequestId, until midnight."""

    @classmethod
    def is_set_up(cls) -> bool:
        """With a key, a secret and a registered name."""
        return bool(settings.ESMS_API_KEY and settings.ESMS_SECRET_KEY and settings.ESMS_BRANDNAME)

    def __enter__(self) -> Self:
        """Nothing to open: each message has a connection of its own."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to close."""

    def send(self, message: Message) -> Answer:
        """Ask eSMS to send one message under the message's own RequestId."""
        phone = first_mobile(message.to)
        if not phone:
            return Answer(Outcome.REFUSED, NO_MOBILE)
        try:
            reply = ask(settings.ESMS_URL, PATH, content=_asked(message, phone))
        except NotReached as fault:
            return Answer(Outcome.UNREACHABLE, f"eSMS: {fault}")
        except NoAnswer as fault:
            return Answer(Outcome.UNKNOWN, f"eSMS: {fault}")
        return _answer(reply)


def _asked(message: Message, phone: str) -> Mapping[str, Any]:
    asked = {
        "ApiKey": settings.ESMS_API_KEY,
        "SecretKey": settings.ESMS_SECRET_KEY,
        "Phone": phone,
        "Content": message.body.strip(),
        "Brandname": settings.ESMS_BRANDNAME,
        "SmsType": CUSTOMER_CARE,
        "IsUnicode": "0" if message.body.isascii() else "1",
        "Sandbox": "1" if settings.ESMS_SANDBOX else "0",
        "RequestId": message.gateway_key,
    }
    if address := esms_report_address(message.gateway_key):
        asked["CallbackUrl"] = address
    return asked


def _answer(reply: Reply) -> Answer:
    code = str(reply.content.get("CodeResult") or reply.content.get("CodeResponse") or "")
    number = str(reply.content.get("SMSID") or "")[:80]
    if code == ACCEPTED:
        return Answer(Outcome.SENT, gateway_id=number)
    if code == HAD_BEFORE:
        return Answer(Outcome.SENT, "eSMS 124: đã nhận tin này ở lần gửi trước", number)
    if code in BLOCKED:
        return Answer(Outcome.BLOCKED, f"eSMS {code}: {BLOCKED[code]}")
    if code in REFUSED:
        return Answer(Outcome.REFUSED, f"eSMS {code}: {REFUSED[code]}", number)
    if code:
        return Answer(Outcome.REFUSED, from_gateway("eSMS", code, reply.content.get("ErrorMessage")), number)
    return without_code("eSMS", reply.status)


def without_code(name: str, status: int) -> Answer:
    """Return what an HTTP status alone says: the gateway's own code is missing or was not read."""
    if status == 429:
        return Answer(Outcome.LATER, f"{name}: HTTP 429")
    if status in (401, 403, 404) or 300 <= status < 400:
        return Answer(Outcome.BLOCKED, f"{name}: HTTP {status}, kiểm tra địa chỉ và khóa của cổng")
    return Answer(Outcome.UNKNOWN, f"{name}: HTTP {status}, trả lời không đọc được")
