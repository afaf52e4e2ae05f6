"""A letter that says something of everything: what a template is tried on."""

from __future__ import annotations

from invitations.letters.content import Content


def example() -> Content:
    """Return a content in which no part is empty."""
    role = {"text": "Ủy viên Ban Chấp hành", "chairs": True, "open_ended": False}
    chair = {"name": "Nguyễn Văn A", "post": "Bí thư", "point": "Huyện ủy", "unit": ""}
    unit = {"slug": "huyen-uy", "name": "Huyện ủy Mẫu", "audience": 1}
    return {
        "version": 1,
        "state": "called",
        "title": "Hội nghị mẫu",
        "short_title": "Hội nghị mẫu",
        "opening": "Lời mở đầu & lý do mời.",
        "issuer_parent": "Tỉnh ủy",
        "issuer": "Văn phòng",
        "number": "01-GM/VPTU",
        "place": "Hà Tĩnh",
        "issued_on": "2026-01-02",
        "duration_days": 0.5,
        "sessions": [{"date": "2026-01-12", "part": "morning", "starts_at": "08:00", "ends_at": "11:30"}],
        "arrive_minutes_before": 15,
        "audiences": [
            {
                "pk": 1,
                "heading": "Điểm cầu huyện",
                "tier": "district",
                "venue": "Hội trường",
                "note": "Ghi chú",
                "roles": [role],
                "chairs": [chair],
            }
        ],
        "registration_deadline": "2026-01-09T17:00",
        "deadlines": [{"at": "2026-01-09T17:00", "what": "Danh sách đại biểu", "to": "Văn phòng"}],
        "line_test_at": "2026-01-11T15:00",
        "assignments": [
            {
                "addressee": "Viễn thông",
                "text": "Giữ đường truyền",
                "kind": "line",
                "due_at": None,
                "units": [],
            }
        ],
        "contacts": [
            {"name": "Trần Thị B", "organisation": "Văn phòng", "phone": "0900000001", "about": "Đăng ký"}
        ],
        "recipients": ["Như thành phần mời", "Lưu Văn phòng"],
        "signatory": {"on_behalf": "T/L Ban Thường vụ", "title": "Chánh Văn phòng", "name": "Lê Văn C"},
        "units": [unit],
        "to": "",
    }
