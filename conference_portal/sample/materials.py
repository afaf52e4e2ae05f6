"""The sample's study materials: two Word documents, one open at once, one when the conference begins."""

from __future__ import annotations

import io
from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from docx import Document

from accounts.models import User
from conference_portal.sample.accounts import NAMED
from invitations import arriving, materials
from invitations.models import Meeting

OUTLINE = (
    "Đề cương học tập",
    [
        "Mục đích: nắm những nội dung cốt lõi của nghị quyết, liên hệ với công việc của địa phương, đơn vị.",
        "Phần một: bối cảnh và những kết quả đã đạt được.",
        "Phần hai: quan điểm, mục tiêu, nhiệm vụ và giải pháp.",
        "Câu hỏi thảo luận: đơn vị đồng chí làm gì trước, ai phụ trách, khi nào xong?",
    ],
)
SPEECH = (
    "Báo cáo chuyên đề tại hội nghị",
    [
        "Bản dùng tại các điểm cầu, mở khi hội nghị bắt đầu.",
        "Trình bày theo ba phần: tình hình, định hướng, việc cần làm ngay.",
    ],
)


def hand_out(meeting: Meeting) -> None:
    """Publish both to all headings of the letter, in the name of propaganda."""
    user = User.objects.get(username=NAMED[1].username)
    first = meeting.sessions.first()
    begins = None
    if first is not None and first.starts_at is not None:
        begins = datetime.combine(first.date, first.starts_at, timezone.get_default_timezone())
    for (title, paragraphs), released_at in ((OUTLINE, None), (SPEECH, begins)):
        file = SimpleUploadedFile(f"{title}.docx", _document(title, paragraphs))
        materials.publish(
            arriving=arriving.bring_whole(meeting=meeting, user=user, file=file),
            user=user,
            title=title,
            audiences=list(meeting.audiences.all()),
            released_at=released_at,
        )


def _document(title: str, paragraphs: list[str]) -> bytes:
    document = Document()
    document.add_heading(title, level=1)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()
