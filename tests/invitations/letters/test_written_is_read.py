"""A letter that the portal wrote and reads again is the same meeting."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.fields import spaced
from invitations.checking.rows import lay_out
from invitations.checking.units import UnitTree
from invitations.letters import kept, places_of, read_file, to_json
from invitations.letters.content import Content
from invitations.letters.example import example
from invitations.letters.writing import docx_of, pdfs_of
from invitations.models import LetterReading, Meeting

MORNING, AFTERNOON, EVENING = "morning", "afternoon", "evening"

NAMES = ("Nguyễn Văn Bình", "Trần Thị Thu Hà", "Lê Đức", "Phạm Minh Hoàng Long", "Đặng Ngọc Ánh", "Võ Thị Lý")
BODIES = (
    "Văn phòng Tỉnh ủy",
    "Ban Tuyên giáo Tỉnh ủy",
    "Viễn thông Hà Tĩnh",
    "Sở Thông tin và Truyền thông",
    "Ủy ban nhân dân tỉnh",
    "Trung tâm Công nghệ thông tin",
)
TITLES = (
    "Hội nghị trực tuyến toàn tỉnh học tập, quán triệt Nghị quyết số 43-NQ/TW",
    "Hội nghị tổng kết công tác xây dựng Đảng năm 2023, triển khai nhiệm vụ năm 2024",
    "Lễ trao Huy hiệu Đảng đợt 03/02",
    "Hội thảo “An toàn & thông tin” <lần thứ 2>",
    "Gặp mặt cán bộ nghỉ hưu",
)
POINTS = (
    ("Điểm cầu tỉnh", "province"),
    ("Tại điểm cầu các huyện, thành, thị ủy", "district"),
    ("Tại điểm cầu Đảng ủy Khối Các cơ quan và doanh nghiệp tỉnh", "affiliated"),
    ("Điểm cầu tại các xã, phường, thị trấn", "commune"),
)
VENUES = (
    "",
    "Hội trường tầng 1, Văn phòng Ủy ban nhân dân tỉnh",
    "Phòng họp số 2, trụ sở Tỉnh ủy, số 142 đường Phan Đình Phùng",
    "Khu tưởng niệm Đại thi hào Nguyễn Du",
)
ROLES = (
    ("Các đồng chí Ủy viên Ban Thường vụ Tỉnh ủy", False),
    ("Lãnh đạo các ban Đảng, Ủy ban Kiểm tra; Ủy viên Ủy ban Kiểm tra Tỉnh ủy", False),
    ("Trưởng, phó các phòng, ban, ngành, đoàn thể, báo cáo viên", False),
    ("Đại diện hội cựu chiến binh & hội người cao tuổi", False),
    ("Thành phần khác do cấp ủy địa phương quyết định", True),
    ("Bí thư chi bộ các thôn, tổ dân phố", False),
)
NOTES = (
    "",
    "",
    "Cấp ủy các địa phương có thể mời thêm đại biểu (nếu cần)",
    "Các đồng chí Ủy viên Ban Chấp hành dự tại điểm cầu nơi mình phụ trách. Đại biểu khác liên hệ Văn phòng",
)
RANKS = ("", "", "Đại tá ", "TS. ", "Thượng tá ")
POSTS = ("", "Bí thư Huyện ủy", "Ủy viên Ban Thường vụ Tỉnh ủy, Giám đốc Công an tỉnh")
OFFICES = (
    "",
    "Văn phòng Tỉnh ủy",
    "Viễn thông Hà Tĩnh",
    "Trung tâm Công nghệ thông tin",
    "Phó Trưởng phòng Tổng hợp, Văn phòng Tỉnh ủy",
    "Chuyên viên Phòng Tổng hợp",
    "Trưởng phòng",
)
MAILS = ("", "", "email vptu@hatinh.gov.vn", "email phongllct.btg@hatinh.dcs.vn")
DUE = (
    "Số lượng đại biểu",
    "Danh sách đại biểu, cán bộ kỹ thuật",
    "Văn bản đăng ký điểm cầu cấp xã",
    "Báo cáo tham luận",
)
WORK = (
    ("Văn phòng Ủy ban nhân dân tỉnh", "Chuẩn bị hội trường, maket, nước uống; trang trí khánh tiết"),
    ("Viễn thông Hà Tĩnh", "Giữ đường truyền thông suốt tại các điểm cầu"),
    ("Điện lực Hà Tĩnh", "bảo đảm nguồn điện ổn định trong toàn tỉnh"),
    ("Thường trực các huyện, thành, thị ủy", "Triệu tập đúng thành phần và chỉ đạo chuẩn bị hội trường"),
    ("Báo Hà Tĩnh, Đài Phát thanh - Truyền hình tỉnh", "Cử phóng viên dự và đưa tin"),
)
ABOUT = ("", "Kết nối đường truyền", "Đăng ký đại biểu", "Số lượng đại biểu (điện thoại, Zalo)")
RECIPIENTS = (
    "Như thành phần mời",
    "Thường trực Tỉnh ủy (báo cáo)",
    "Các huyện, thành, thị ủy, đảng ủy trực thuộc",
    "Báo Hà Tĩnh, Đài Phát thanh và Truyền hình tỉnh",
    "Lưu Văn phòng Tỉnh ủy",
)
SIGNED = (
    ("T/L Ban Thường vụ", "Chánh Văn phòng"),
    ("T/M Ban Thường vụ", "Phó Bí thư"),
    ("TM. Ủy ban nhân dân", "Chủ tịch"),
    ("", "Chánh Văn phòng"),
)
ISSUERS = (("", "Tỉnh ủy Hà Tĩnh"), ("Tỉnh ủy Hà Tĩnh", "Ban Tuyên giáo"), ("Tỉnh ủy Hà Tĩnh", "Văn phòng"))

DAYS = st.dates(date(2022, 1, 10), date(2027, 11, 30))
QUARTERS = st.sampled_from((0, 0, 15, 30))


def _some(values: tuple[Any, ...], least: int = 0) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=least, unique=True)


@st.composite
def sessions(draw: st.DrawFn, first: date) -> list[dict[str, Any]]:
    """Days one after the other or apart, each with its half days; hours alike or of their own."""
    count = draw(st.integers(1, 3))
    gap = draw(st.sampled_from((1, 1, 1, 2)))
    alike = draw(st.booleans())
    hours = {part: draw(_hours(part)) for part in (MORNING, AFTERNOON, EVENING)}
    found = []
    for number in range(count):
        parts = draw(st.sampled_from(([MORNING], [MORNING, AFTERNOON], [AFTERNOON], [MORNING, AFTERNOON])))
        if number == count - 1 and draw(st.integers(0, 5)) == 0:
            parts = [*parts, EVENING]
        for part in parts:
            begin, end = hours[part] if alike else draw(_hours(part))
            day = first + timedelta(days=number * gap)
            found.append({"date": day.isoformat(), "part": part, "starts_at": begin, "ends_at": end})
    return found


@st.composite
def _hours(draw: st.DrawFn, part: str) -> tuple[str, str | None]:
    first = {MORNING: 7, AFTERNOON: 13, EVENING: 18}[part]
    begin = time(first + draw(st.integers(0, 2)), draw(QUARTERS))
    end = time(begin.hour + 2, draw(QUARTERS)) if draw(st.booleans()) else None
    return f"{begin:%H:%M}", f"{end:%H:%M}" if end else None


@st.composite
def contents(draw: st.DrawFn) -> Content:
    """A letter as the office might fill it in."""
    day = draw(DAYS)
    earlier = datetime.combine(day, time(17)) - timedelta(days=draw(st.integers(1, 9)))
    parent, issuer = draw(st.sampled_from(ISSUERS))
    on_behalf, title = draw(st.sampled_from(SIGNED))
    held = draw(sessions(day))
    length = len(held) / 2
    moment = st.sampled_from((earlier, earlier - timedelta(hours=7, minutes=30), earlier - timedelta(days=1)))
    people = draw(st.permutations(NAMES))
    signs = draw(st.sampled_from(RANKS)) + draw(st.sampled_from(NAMES))
    audiences = [
        {
            "pk": number,
            "heading": heading,
            "tier": tier,
            "venue": draw(st.sampled_from(VENUES)),
            "note": draw(st.sampled_from(NOTES)),
            "roles": [
                {"text": text, "chairs": draw(st.booleans()) and not widened, "open_ended": widened}
                for text, widened in draw(_some(ROLES, 1))
            ],
            "chairs": [
                {
                    "name": draw(st.sampled_from(RANKS)) + name,
                    "post": draw(st.sampled_from(POSTS)),
                    "point": point,
                    "unit": "",
                }
                for name, point in draw(_some(((people[number], "Công an tỉnh"), (people[number + 1], ""))))
            ],
        }
        for number, (heading, tier) in enumerate(draw(_some(POINTS, 1)))
    ]
    return {
        "version": 1,
        "state": "called",
        "form": draw(st.sampled_from(Meeting.Form.values)),
        "title": draw(st.sampled_from(TITLES)),
        "short_title": "Học tập nghị quyết",
        "opening": "",
        "issuer_parent": parent,
        "issuer": issuer,
        "number": draw(st.sampled_from(("", "127-GM/TU", "05-GM/BTGTU"))),
        "place": "Hà Tĩnh",
        "issued_on": draw(st.sampled_from((None, (earlier - timedelta(days=5)).date().isoformat()))),
        "duration_days": draw(st.sampled_from((None, length))),
        "sessions": held,
        "arrive_minutes_before": draw(st.sampled_from((None, 15, 30))),
        "audiences": audiences,
        "registration_deadline": f"{earlier:%Y-%m-%dT%H:%M}",
        "deadlines": [
            {
                "at": f"{draw(moment):%Y-%m-%dT%H:%M}",
                "what": what,
                "to": ", ".join(filter(None, (*draw(_some(BODIES))[:2], draw(st.sampled_from(MAILS))))),
            }
            for what in draw(_some(DUE))
        ],
        "line_test_at": draw(st.sampled_from((None, f"{earlier:%Y-%m-%dT15:00}"))),
        "assignments": [
            {
                "addressee": whom,
                "text": text,
                "kind": "other",
                "due_at": draw(st.sampled_from((None, f"{earlier:%Y-%m-%dT%H:%M}"))),
                "units": [],
            }
            for whom, text in draw(_some(WORK))
        ],
        "contacts": [
            {
                "name": name if office else draw(st.sampled_from(RANKS)) + name,
                "organisation": "" if office else draw(st.sampled_from(OFFICES)),
                "phone": f"09{draw(st.integers(10_000_000, 99_999_999))}",
                "about": draw(st.sampled_from(ABOUT)),
            }
            for name, office in draw(_some((*((each, False) for each in NAMES), (BODIES[0], True))))
        ],
        "recipients": draw(_some(RECIPIENTS)),
        "signatory": {"on_behalf": on_behalf, "title": title, "name": signs},
        "units": [{"slug": "huyen-uy", "name": "Huyện ủy Nghi Xuân", "audience": audiences[0]["pk"]}],
        "to": draw(st.sampled_from(("", "Huyện ủy Nghi Xuân"))),
    }


def expected(content: Content) -> dict[str, Any]:
    """What the reader is to find, in the shape that it prints, and as the draft meeting that it proposes."""
    return {
        "kind": "giay_moi",
        "state": "called",
        "issuer": content["issuer"],
        "duration_days": content["duration_days"],
        "line_tests": [content["line_test_at"]] if content["line_test_at"] else [],
        "unread": [],
        "facts": {
            "title": content["title"],
            "registration_deadline": _typed(content["registration_deadline"]),
            "number": content["number"],
            "place": content["place"],
            "form": content["form"],
            "issued_on": _typed(content["issued_on"]),
            "arrive_minutes_before": str(content["arrive_minutes_before"] or ""),
        },
        "session": content["sessions"],
        "audience": [_of(each, "heading", "tier", "venue", "note") for each in content["audiences"]],
        "role": [role for each in content["audiences"] for role in each["roles"]],
        "chair": [
            _of(chair, "name", "post") | {"point": f"điểm cầu {chair['point']}" if chair["point"] else ""}
            for each in content["audiences"]
            for chair in each["chairs"]
        ],
        "deadline": [_of(each, "what", "to") | {"at": _typed(each["at"])} for each in content["deadlines"]],
        "assignment": [
            {"addressee": each["addressee"], "text": each["text"].lower(), "due_at": _typed(each["due_at"])}
            for each in content["assignments"]
        ],
        "contact": [
            _of(each, "name", "organisation", "about") | {"phone": spaced(each["phone"])}
            for each in content["contacts"]
        ],
        "recipients": ([content["to"]] if content["to"] else []) + content["recipients"],
        "signatory": {
            "sign_on_behalf": content["signatory"]["on_behalf"].upper(),
            "sign_title": content["signatory"]["title"].upper(),
            "sign_name": content["signatory"]["name"],
        },
    }


def _of(values: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: values[name] for name in names}


def _typed(iso: str | None) -> str:
    """As a person types it into the draft."""
    if not iso:
        return ""
    at = datetime.fromisoformat(iso)
    return f"{at:%d/%m/%Y %H:%M}" if "T" in iso else f"{at:%d/%m/%Y}"


def found(letter: bytes, name: str, content: Content) -> dict[str, Any]:
    """What is read, and what the draft meeting would be, brought to what can be compared."""
    reading = read_file(letter, name)
    read = kept(reading)
    draft = LetterReading(text=reading.text, answer=read, places=places_of(reading))
    rows = lay_out(draft, UnitTree([])).rows
    said: dict[str, Any] = {
        kind: [row.values for row in rows if row.kind == kind]
        for kind in ("session", "audience", "role", "chair", "deadline", "assignment", "contact")
    }
    for each in said["assignment"]:
        each["text"] = re.sub(r"; hoàn thành trước .*", "", each["text"]).lower()
    for each in said["session"]:
        day, month, year = each["date"].split("/")
        each["date"] = f"{year}-{month}-{day}"
        each["starts_at"], each["ends_at"] = each["starts_at"] or None, each["ends_at"] or None
    for name in ("facts", "recipients", "signatory"):
        said[name] = next(row.values for row in rows if row.kind == name)
    said["recipients"] = said["recipients"]["recipients"].split("\n") if read["recipients"] else []
    if content["duration_days"] is None:
        read["duration_days"] = None  # the letter says how long it is all the same
    return {name: _like(each, said.get(name, read.get(name))) for name, each in expected(content).items()}


def _like(shape: Any, value: Any) -> Any:
    """Of ``value`` the names that ``shape`` has; a draft has further ones, which no letter says."""
    if isinstance(shape, dict):
        return {name: value[name] for name in shape}
    if isinstance(shape, list) and isinstance(value, list) and shape and isinstance(shape[0], dict):
        return [_like(shape[0], each) for each in value]
    return value


@given(contents())
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
def test_a_letter_written_in_word_is_read_as_the_same_meeting(content: Content) -> None:
    assert found(docx_of(content), "giay-moi.docx", content) == expected(content)


@given(st.lists(contents(), min_size=5, max_size=5))
@settings(max_examples=2, phases=[Phase.reuse, Phase.generate], suppress_health_check=[HealthCheck.too_slow])
def test_a_letter_written_as_pdf_is_read_as_the_same_meeting(many: list[Content]) -> None:
    """Several at a time: the child that sets them starts once."""
    for content, letter in zip(many, pdfs_of(many), strict=True):
        assert found(letter, "giay-moi.pdf", content) == expected(content)


@pytest.mark.parametrize("state", ["postponed", "cancelled"])
def test_a_notice_that_a_meeting_does_not_take_place_is_read_as_one(state: str) -> None:
    notice = {**example(), "title": TITLES[0], "state": state, "reason": "bão số 7"}
    read = to_json(read_file(docx_of(notice), "thong-bao.docx"))
    assert (read["kind"], read["state"], read["title"]) == ("thong_bao", state, notice["title"])
    assert (read["sessions"], read["deadlines"], read["assignments"]) == ([], [], [])
