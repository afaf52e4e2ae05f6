"""A letter that the portal wrote and reads again is the same meeting."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from invitations.letters import read_file, to_json
from invitations.letters.content import Content
from invitations.letters.example import example
from invitations.letters.writing import docx_of, pdfs_of
from invitations.models import LetterTemplate

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
POSTS = ("", "Bí thư Huyện ủy", "Ủy viên Ban Thường vụ Tỉnh ủy, Giám đốc Công an tỉnh")
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
    audiences = [
        {
            "pk": number,
            "heading": heading,
            "tier": tier,
            "venue": draw(st.sampled_from(VENUES)),
            "note": "",
            "roles": [
                {"text": text, "chairs": draw(st.booleans()) and not widened, "open_ended": widened}
                for text, widened in draw(_some(ROLES, 1))
            ],
            "chairs": [
                {"name": name, "post": draw(st.sampled_from(POSTS)), "point": point, "unit": ""}
                for name, point in draw(_some(((people[number], "Công an tỉnh"), (people[number + 1], ""))))
            ],
        }
        for number, (heading, tier) in enumerate(draw(_some(POINTS, 1)))
    ]
    return {
        "version": 1,
        "state": "called",
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
                "to": ", ".join(draw(_some(BODIES))[:2]),
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
                "name": name,
                "organisation": draw(st.sampled_from(("", *BODIES))),
                "phone": f"09{draw(st.integers(10_000_000, 99_999_999))}",
                "about": draw(st.sampled_from(ABOUT)),
            }
            for name in draw(_some(NAMES))
        ],
        "recipients": draw(_some(RECIPIENTS)),
        "signatory": {"on_behalf": on_behalf, "title": title, "name": draw(st.sampled_from(NAMES))},
        "units": [{"slug": "huyen-uy", "name": "Huyện ủy Nghi Xuân", "audience": audiences[0]["pk"]}],
        "to": draw(st.sampled_from(("", "Huyện ủy Nghi Xuân"))),
    }


def expected(content: Content) -> dict[str, Any]:
    """What the reader is to find, in its own shape, as far as the letter says it."""
    return {
        "kind": "giay_moi",
        "state": "called",
        "number": content["number"] or None,
        "issuer": content["issuer"],
        "issued_on": content["issued_on"],
        "title": content["title"],
        "duration_days": content["duration_days"],
        "sessions": content["sessions"],
        "arrive_minutes_before": content["arrive_minutes_before"],
        "audiences": [
            {
                "heading": each["heading"],
                "tier": each["tier"],
                "venue": each["venue"] or None,
                "roles": each["roles"],
                "chairs": [
                    {
                        "name": chair["name"],
                        "post": chair["post"] or None,
                        "point": f"điểm cầu {chair['point']}" if chair["point"] else None,
                    }
                    for chair in each["chairs"]
                ],
            }
            for each in content["audiences"]
        ],
        "deadlines": [
            {**each, "to": re.split(", ", each["to"]) if each["to"] else []} for each in content["deadlines"]
        ],
        "line_tests": [content["line_test_at"]] if content["line_test_at"] else [],
        "assignments": [
            {"unit": each["addressee"], "text": each["text"].lower(), "due_at": each["due_at"]}
            for each in content["assignments"]
        ],
        "contacts": [{name: value or None for name, value in each.items()} for each in content["contacts"]],
        "recipients": ([content["to"]] if content["to"] else []) + content["recipients"],
        "signatory": {
            name: (value if name == "name" else value.upper()) or None
            for name, value in content["signatory"].items()
        },
        "unread": [],
    }


def found(letter: bytes, name: str, content: Content) -> dict[str, Any]:
    """What is read, brought to what can be compared."""
    read = to_json(read_file(letter, name))
    for audience in read["audiences"]:
        del audience["point"]
    for each in read["assignments"]:
        each["text"] = re.sub(r"; hoàn thành trước .*", "", each["text"]).lower()
    if content["duration_days"] is None:
        read["duration_days"] = None  # the letter says how long it is all the same
    return {name: read[name] for name in expected(content)}


@given(contents(), st.sampled_from(LetterTemplate.Form.values))
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
def test_a_letter_written_in_word_is_read_as_the_same_meeting(content: Content, form: str) -> None:
    assert found(docx_of(content, form), "giay-moi.docx", content) == expected(content)


@given(st.lists(contents(), min_size=5, max_size=5), st.sampled_from(LetterTemplate.Form.values))
@settings(max_examples=2, phases=[Phase.reuse, Phase.generate], suppress_health_check=[HealthCheck.too_slow])
def test_a_letter_written_as_pdf_is_read_as_the_same_meeting(many: list[Content], form: str) -> None:
    """Several at a time: the child that sets them starts once."""
    for content, letter in zip(many, pdfs_of(many, form), strict=True):
        assert found(letter, "giay-moi.pdf", content) == expected(content)


@pytest.mark.parametrize("state", ["postponed", "cancelled"])
def test_a_notice_that_a_meeting_does_not_take_place_is_read_as_one(state: str) -> None:
    notice = {**example(), "title": TITLES[0], "state": state, "reason": "bão số 7"}
    read = to_json(read_file(docx_of(notice), "thong-bao.docx"))
    assert (read["kind"], read["state"], read["title"]) == ("thong_bao", state, notice["title"])
    assert (read["sessions"], read["deadlines"], read["assignments"]) == ([], [], [])
