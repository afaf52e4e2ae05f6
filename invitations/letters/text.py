"""From raw text to the text that is read and shown: one paragraph a line, in one encoding, nothing dropped.

Two columns that were flattened by spaces, tabs or pipes become lines of their own, the left column before
the right one; lines that a page's width broke are joined; Markdown's asterisks go.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from accounts.files.secrecy import STAMP
from invitations.letters.files import LetterError
from invitations.letters.passages import FOOTNOTE_MARKS
from invitations.letters.vocabulary import TCVN3

_UNSEEN = re.compile(
    r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff\x00-\x08\x0b\x0e-\x1f\x7f]"
)
_VIETNAMESE = re.compile(r"[\u1ea0-\u1ef9ăđơưĂĐƠƯ]")
_TCVN3_SIGNS = re.compile(r"[®¸µ¶·¹ÊËÌÎÏÐ×ßã«¬\xad]")
_RULED = re.compile(r"[\s*\-–—_=.·•~]+")
_GAP = re.compile(r"\t+|(?<=\S) {5,}(?=\S)")
_LEFT_BLANK = re.compile(r"(\b(?:[Ss]ố|SỐ)\s?:?|\b(?:ngày|tháng|năm))[ \t.…_]{2,}(?=[/\-]|tháng|năm|\d|$)")
_MARKED = re.compile(
    rf"\s*(?:[IVX]+[.)/]\s|\d{{1,2}}(?:\.\d{{1,2}})*[.)/]\s|[a-zđ][.)]\s|[-–—+*•]|[{FOOTNOTE_MARKS}])"
)
MOST_CHARACTERS = 40_000
"""A dozen pages: what is longer is no letter, or has one in front."""
MOST_OF_A_LINE = 3000
_DEEP = 18
"""An indent of so many spaces is a right column."""


class Tidied(NamedTuple):
    """The text as it is read, and what had to be done to it, as Vietnamese sentences."""

    text: str
    notes: tuple[str, ...]


def tidied(raw: str) -> Tidied:
    """Bring raw text into the form in which it is read. Raises ``LetterError`` for a secret letter."""
    notes: list[str] = []
    text = raw.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").replace("\x0b", "\n")
    if _is_tcvn3(text):
        text = text.translate(TCVN3)
        notes.append("Văn bản gõ bằng bảng mã TCVN3, đã chuyển sang Unicode; soát lại chữ hoa có dấu.")
    text = unicodedata.normalize("NFC", _UNSEEN.sub("", text))
    text = re.sub(r"[^\S\n\t]", " ", text)
    if len(text) > MOST_CHARACTERS:
        text = text[:MOST_CHARACTERS].rpartition("\n")[0] or text[:MOST_CHARACTERS]
        notes.append(f"Văn bản rất dài; chỉ đọc {len(text)} ký tự đầu. Giấy mời thường nằm ở vài trang đầu.")
    lines = _cells(_LEFT_BLANK.sub(r"\1 ", text).split("\n"))
    lines = [_plain(line) for line in lines]
    _refuse_secret(lines)
    return Tidied("\n".join(_cut(_joined(lines))).strip("\n"), tuple(notes))


def _cut(lines: list[str]) -> list[str]:
    """No paragraph of a letter is longer than some pages; what is, is cut between words."""
    pattern = re.compile(rf".{{1,{MOST_OF_A_LINE}}}(?:\s|$)|.{{1,{MOST_OF_A_LINE}}}")
    return [part.strip() for line in lines for part in (pattern.findall(line) if line else [""])]


def _is_tcvn3(text: str) -> bool:
    return not _VIETNAMESE.search(text) and len(_TCVN3_SIGNS.findall(text)) > max(5, len(text) // 60)


def _refuse_secret(lines: list[str]) -> None:
    for line in lines:
        if STAMP.fullmatch(line):
            raise LetterError(
                f"Văn bản có dấu “{line.strip()}”. Cổng không nhận văn bản mật; tệp chưa được lưu lại."
            )


def _cells(lines: list[str]) -> list[str]:
    """Give each cell of flattened columns a line of its own."""
    out: list[str] = []
    place = 0
    while place < len(lines):
        line = lines[place]
        if "|" in line:
            end = next((at for at in range(place, len(lines)) if "|" not in lines[at]), len(lines))
            out.extend(_table(lines[place:end]))
            place = end
        elif _GAP.search(line.strip()):
            end = _end_of_columns(lines, place)
            out.extend(_columns(lines[place:end]))
            place = end
        else:
            out.append(line)
            place += 1
    return out


def _table(rows: list[str]) -> list[str]:
    """Cells between pipes, column by column: so a letterhead's left side stays together."""
    split = [[cell.strip() for cell in row.strip().strip("|").split("|")] for row in rows]
    columns = [[row[number] for row in split if number < len(row)] for number in range(max(map(len, split)))]
    cells = [re.sub(r"; (?=[-–+] )", ";\n", cell) for column in columns for cell in (*column, "")]
    return [part for cell in cells for part in cell.split("\n")]


def _end_of_columns(lines: list[str], start: int) -> int:
    end = start + 1
    for place in range(start + 1, len(lines)):
        line = lines[place].expandtabs(8)
        if _GAP.search(line.strip()) or (line.strip() and _indent(line) >= _DEEP):
            end = place + 1
        elif len(line) > 60 or place - end > 3:
            break
    return _with_the_rest_of_the_left(lines, end)


def _with_the_rest_of_the_left(lines: list[str], end: int) -> int:
    """What stands on the left may go on below the last line that has a right column.

    A subject does so in small letters; a recipient until something closes it, as it closes the others.
    """
    gap = _GAP.search(lines[end - 1], _indent(lines[end - 1]))
    left = lines[end - 1][: gap.start()].strip() if gap else ""
    while gap and end < len(lines) and 0 < len(lines[end].rstrip()) <= gap.end():
        line = lines[end].strip()
        is_open = (
            left[:1] in "-–" and left[-1:] not in ",;." and line[-1] in ",;." and not _MARKED.match(line)
        )
        if not (line[0].islower() or is_open):
            break
        left = f"{left} {line}"
        end += 1
    return end


def _columns(lines: list[str]) -> list[str]:
    left: list[str] = []
    right: list[str] = []
    for raw in lines:
        line = raw.rstrip()
        gap = _GAP.search(line, _indent(line))
        if gap:
            left.append(line[: gap.start()])
            right.append(line[gap.end() :])
        elif line and _indent(line.expandtabs(8)) >= _DEEP and not re.match(r"\s*Số\b", line):
            right.append(line)
        else:
            left.append(line)
    return [*left, "", *right, ""]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _plain(line: str) -> str:
    """Without Markdown, ruled lines and repeated spaces."""
    if _RULED.fullmatch(line):
        return ""
    line = re.sub(r"\s+", " ", line).strip()
    line = re.sub(
        r"\[(\d)\]", lambda match: FOOTNOTE_MARKS[int(match[1]) - 1] if match[1] != "0" else "", line
    )
    line = re.sub(r"^(?:#{1,6}|>+) ", "", line)
    line = re.sub(r"^\*\*\*(?= )", "*", line)
    bullet = re.match(r"(?:[-–] )?\* (?=.)", line)
    head = bullet.group() if bullet else ""
    rest = re.sub(r"\*+|__+|(?<=\s)\\(?=[-*])", "", line[len(head) :])
    return re.sub(r" +", " ", head + rest).strip()


def _joined(lines: list[str]) -> list[str]:
    """Undo the line breaks of a page's width."""
    lengths = sorted(len(line) for line in lines if line)
    width = lengths[-1] if lengths else 0
    broken = 50 < width < 150 and sum(length > 0.8 * width for length in lengths) > 0.3 * len(lengths)
    out: list[str] = []
    last = 0
    for line in lines:
        if out and out[-1] and line and _continues(out[-1], last, line, width if broken else 0):
            out[-1] += " " + line
        elif line or (out and out[-1]):
            out.append(line)
        last = len(line)
    return out


def _continues(before: str, last: int, line: str, width: int) -> bool:
    """Whether ``line`` goes on where ``before`` broke off, whose last line was ``last`` characters long."""
    if before[-1] in ".:;!?/" or _MARKED.match(line) or before.isupper():
        return False
    if line[0].islower() or line[0] in "(,;":
        return last >= 40
    if line[0].isdigit():
        expected = re.search(r"(?:ngày|tháng|năm|số|từ|lúc|trước|hết|vào|là|[,\-–])$", before)
        return (last >= 40 and expected is not None) or (width > 0 and last >= 0.8 * width)
    return bool(width) and last >= 0.8 * width
