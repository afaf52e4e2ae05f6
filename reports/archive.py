"""All that a conference leaves behind, as one ZIP: letter, registrations, lists, report, and their hashes.

Every part is written into the archive as soon as it is made, and what is one file of the portal's is copied
block by block: memory holds the largest part and never the archive.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from invitations import issuing
from invitations.letters import content as letter_content
from invitations.letters.writing import docx_of as letter_docx
from invitations.letters.writing import pdf_of as letter_pdf
from registrations.models import Attempt, Submission
from registrations.snapshot import digest
from reports import freezing
from reports.result_templates import content_of
from reports.results.writing import docx_of, pdf_of, xlsx_of
from reports.workbooks import Contents, write_book
from reports.workbooks.frozen import AlteredError, PurgedError

if TYPE_CHECKING:
    from invitations.models import Meeting

BLOCK = 1 << 20
READ_AT_A_TIME = 50
"""Submissions that come from the database together; each may hold hundreds of people."""

ABOUT = """Gói lưu trữ: {title}

giay-moi/   giấy mời bản cuối, Word và PDF; các bản đã gửi (JSON)
dang-ky/    mọi lần gửi của từng đơn vị (JSON), có mã biên nhận
bien-nhan.csv   mọi lần bấm gửi, lần được nhận và lần bị từ chối
danh-sach/  danh sách chính thức đã chốt và các bổ sung
bao-cao/    báo cáo kết quả từng lần chốt
SHA256SUMS  mã của từng tệp; kiểm tra bằng: sha256sum -c SHA256SUMS
"""


class _Archive:
    """A ZIP that is being written, with the hash of each of its files."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.sums: list[tuple[str, str]] = []

    def add(self, name: str, content: bytes) -> None:
        """Write one part."""
        self._archive.writestr(name, content)
        self.sums.append((hashlib.sha256(content).hexdigest(), name))

    def copy(self, name: str, path: Path) -> None:
        """Write a file of the disk, block by block."""
        hashed = hashlib.sha256()
        with path.open("rb") as source, self._archive.open(name, "w", force_zip64=True) as part:
            while block := source.read(BLOCK):
                hashed.update(block)
                part.write(block)
        self.sums.append((hashed.hexdigest(), name))

    def write_sums(self) -> None:
        """Write the hashes, in the form that ``sha256sum -c`` reads."""
        lines = "".join(f"{sha256}  {name}\n" for sha256, name in self.sums)
        self._archive.writestr("SHA256SUMS", lines)


def write_archive(meeting: Meeting, path: Path, *, progress: Callable[[int, int], None]) -> None:
    """Write the archive of ``meeting`` to ``path``; ``progress`` counts submissions, and may raise to stop.

    Raises ``AlteredError`` where a submission or a signed report is not what its hash says: an archive that
    looks whole and is not would be worse than none. Raises ``PurgedError`` once its people are deleted.
    """
    total = Submission.objects.filter(registration__invitation__meeting=meeting).count()
    progress(0, total)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        kept = _Archive(archive)
        kept.add("DOC-TRUOC.txt", ABOUT.format(title=" ".join(meeting.title.split())).encode())
        _letter(kept, meeting)
        for done, (name, content) in enumerate(_submissions(meeting), 1):
            kept.add(name, content)
            progress(done, total)
        kept.add("bien-nhan.csv", _receipts(meeting))
        _lists(kept, meeting)
        _reports(kept, meeting)
        kept.write_sums()


def _letter(kept: _Archive, meeting: Meeting) -> None:
    newest = issuing.newest_of(meeting)
    content = newest.content if newest else letter_content.of(meeting)
    kept.add("giay-moi/giay-moi.docx", letter_docx(content))
    kept.add("giay-moi/giay-moi.pdf", letter_pdf(content))
    for issue in meeting.issues.order_by("number"):
        kept.add(f"giay-moi/ban-{issue.number}.json", _json(issue.content))


def _submissions(meeting: Meeting) -> Iterator[tuple[str, bytes]]:
    """Each submission as it was sent, held against its hash."""
    found = Submission.objects.filter(registration__invitation__meeting=meeting).select_related(
        "registration__invitation__unit"
    )
    for one in found.order_by("pk").iterator(chunk_size=READ_AT_A_TIME):
        if one.purged_at is not None:
            raise PurgedError
        if digest(one.content) != one.sha256:
            raise AlteredError
        unit = one.registration.invitation.unit.slug
        yield f"dang-ky/{unit}/lan-{one.number}-{one.code}.json", _json(one.content)


def _receipts(meeting: Meeting) -> bytes:
    """Every attempt, accepted or refused; a list for people and programs, without names."""
    rows = ["đơn vị,kết quả,đến lúc,quyết định lúc,hạn,biên nhận,SHA-256"]
    attempts = Attempt.objects.filter(invitation__meeting=meeting)
    found = attempts.select_related("invitation__unit", "submission")
    for one in found.order_by("decided_at", "pk").iterator(chunk_size=1000):
        times = (f"{at:%Y-%m-%dT%H:%M:%S%z}" for at in (one.arrived_at, one.decided_at, one.deadline))
        receipt = (one.submission.code, one.submission.sha256) if one.submission else ("", "")
        rows.append(",".join((one.invitation.unit.slug, one.result, *times, *receipt)))
    return "\n".join(rows).encode("utf-8-sig")


def _lists(kept: _Archive, meeting: Meeting) -> None:
    """The list that was frozen; nothing where it never was."""
    if freezing.official_list(meeting) is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        for contents, name in ((Contents.OFFICIAL, "chinh-thuc"), (Contents.AMENDED, "gop-bo-sung")):
            made = Path(folder) / f"{name}.xlsx"
            write_book(contents, meeting, made)
            kept.copy(f"danh-sach/{name}.xlsx", made)


def _reports(kept: _Archive, meeting: Meeting) -> None:
    for one in meeting.results.select_related("template").order_by("version"):
        if digest(one.content) != one.sha256:
            raise AlteredError
        folder = f"bao-cao/lan-{one.version}"
        template = content_of(one.template)
        kept.add(f"{folder}/bao-cao.docx", docx_of(one.content, sha256=one.sha256, template=template))
        kept.add(f"{folder}/bao-cao.pdf", pdf_of(one.content, sha256=one.sha256))
        kept.add(f"{folder}/bang.xlsx", xlsx_of(one.content, sha256=one.sha256))
        kept.add(f"{folder}/noi-dung.json", _json(one.content))


def _json(content: object) -> bytes:
    """The canonical form, of which the hashes are."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
