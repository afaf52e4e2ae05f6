"""The verbs of a reading: bring a letter, decide about a group, make the draft meeting."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction

from accounts.clock import database_now
from accounts.models import Unit
from accounts.vietnamese import line
from invitations import services
from invitations.checking.by_hand import MOST_ADDED, NOT_NEEDED, added, new_path
from invitations.checking.forms import RowForm, bound
from invitations.checking.sheet import GroupSheet, RowSheet, Sheet, sheet_of
from invitations.checking.sheet_rows import Row
from invitations.checking.units import UnitTree
from invitations.letters import guarded
from invitations.models import AssignedUnit, Deadline, LetterReading, Meeting

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

PASTED = "Nội dung dán vào"
"""The name of what was pasted; a file's name has an ending."""
UNNAMED = "Tệp không tên"
TWO_ON_ONE_HALF_DAY = "Có hai buổi cùng ngày, cùng sáng hoặc chiều. Sửa hoặc bỏ một buổi."
MADE_ALREADY = "Giấy mời này đã thành bản nháp hội nghị; sửa tiếp ở trang soạn."


# ── Bring ────────────────────────────────────────────────────────────────────────────────────


def bring(*, user: User, name: str, data: bytes) -> LetterReading:
    """Read a file and keep it with what was read. ``LetterError`` says why one is refused: it is not kept."""
    name = line(name) or UNNAMED
    read = guarded.read_letter(data, "" if name == PASTED else name)
    stem, dot, ending = name.rpartition(".")
    reading = LetterReading(
        name=name if len(name) <= 200 else stem[:180] + dot + ending[:10],
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        text=read.text,
        answer=read.answer,
        places=read.places,
        read_by=user,
    )
    with transaction.atomic():
        reading.read_at = database_now()
        reading.file.save("", ContentFile(data), save=False)
        reading.save()
    return reading


def bring_text(*, user: User, text: str) -> LetterReading:
    """Do the same with text that was pasted."""
    return bring(user=user, name=PASTED, data=text.encode("utf-8", errors="replace"))


# ── Decide ───────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def decide(*, reading_id: int, sheet: GroupSheet, whole: bool, user: User, add: str = "") -> None:
    """Keep what was decided about the rows of a group; with ``whole`` the group is looked at as a whole.

    ``add`` is one of the group's offers: an empty row more, to be filled in by hand.

    Raises ``ValidationError`` and keeps nothing when ``whole`` is asked for and a value is wrong or a
    doubtful one was not looked at, or when the meeting was made already.
    """
    reading = LetterReading.objects.select_for_update().get(pk=reading_id)
    if reading.meeting_id is not None:
        raise ValidationError(MADE_ALREADY)
    if whole:
        _check(sheet)
    for row in sheet.rows:
        reading.decisions[row.row.path] = _decision(row)
    _keep_sentences(reading, sheet, whole=whole)
    _forget(reading, [row.row.path for row in sheet.rows if row.left_out and row.row.added])
    if add:
        _add(reading, sheet, add)
    own = [*sheet.doubts, *(doubt for row in sheet.rows for doubt in row.doubts)]
    keys = {doubt.key for doubt in own}
    ticked = [doubt.key for doubt in own if doubt.ticked]
    reading.ticked = [key for key in reading.ticked if key not in keys] + ticked
    reading.seen.pop(sheet.group.name, None)
    if whole:
        reading.seen[sheet.group.name] = {"at": database_now().isoformat(), "by": user.pk}
    reading.save(update_fields=["decisions", "ticked", "seen"])


def _keep_sentences(reading: LetterReading, sheet: GroupSheet, *, whole: bool) -> None:
    """Sentences that became rows are kept as those; of the others, that they are not needed or undecided."""
    for sentence in sheet.unread:
        if sentence.row is not None:
            continue
        if sentence.kind == NOT_NEEDED or whole:
            reading.decisions[sentence.path] = {"kind": NOT_NEEDED}
        else:
            reading.decisions.pop(sentence.path, None)


def _forget(reading: LetterReading, paths: list[str]) -> None:
    """Rows typed by hand that were left out are gone, and with an audience its roles and chairs."""
    for path in paths:
        for own in [each for each in reading.decisions if each == path or each.startswith(f"{path}.")]:
            del reading.decisions[own]


def _add(reading: LetterReading, sheet: GroupSheet, add: str) -> None:
    if add not in {offer.value for offer in sheet.offers}:
        raise ValidationError("Không thêm được dòng này; tải lại trang rồi thử lại.")
    if added(reading.decisions) >= MOST_ADDED:
        raise ValidationError(f"Đã thêm {MOST_ADDED} dòng bằng tay. Tạo bản nháp rồi thêm tiếp ở trang soạn.")
    path, kind = new_path(add, reading.decisions)
    reading.decisions[path] = {"kind": kind, "left_out": False, "values": {}, "became": {}}


def _check(sheet: GroupSheet) -> None:
    problems = []
    if not sheet.is_valid():
        problems.append("Có ô chưa đúng, sửa các ô được đánh dấu.")
    passed_over = sheet.unsettled()
    for doubt in passed_over:
        doubt.needed = True
    if passed_over:
        problems.append(
            f"Còn {len(passed_over)} chỗ nghi ngờ chưa xem: sửa, hoặc đánh dấu “Đã xem, để như vậy”."
        )
    if sheet.group.name == "sessions":
        slots = [(row.typed()["date"], row.typed()["part"]) for row in sheet.rows if not row.left_out]
        if len(set(slots)) < len(slots):
            problems.append(TWO_ON_ONE_HALF_DAY)
    if problems:
        raise ValidationError(problems)


def _decision(row: RowSheet) -> dict[str, Any]:
    """What became of each value: accepted as read, changed, or left out with its row."""
    values = row.typed()
    became = {
        name: "left out"
        if row.left_out
        else "added"
        if row.row.added
        else "accepted"
        if value == row.row.values.get(name, "")
        else "changed"
        for name, value in values.items()
    }
    decided = {"left_out": row.left_out, "values": values, "became": became}
    return decided | {"kind": row.row.kind} if row.row.added else decided


# ── Forget ───────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def delete(*, reading_id: int, user: User) -> None:
    """Delete a reading and its file; the meeting that it became stays."""
    reading = LetterReading.objects.select_for_update().get(pk=reading_id)
    _drop(reading)
    logger.info("letter reading %s deleted by user %s", reading.key, user.pk)


def purge(*, older_than: timedelta) -> int:
    """Delete the readings that were made before so long, each with its file; return how many."""
    old = LetterReading.objects.filter(read_at__lt=database_now() - older_than).order_by("pk")
    number = 0
    for pk in old.values_list("pk", flat=True):
        with transaction.atomic():
            for reading in old.filter(pk=pk).select_for_update():
                _drop(reading)
                logger.info("letter reading %s deleted after its retention", reading.key)
                number += 1
    return number


def _drop(reading: LetterReading) -> None:
    storage, name = reading.file.storage, str(reading.file.name)
    reading.delete()
    transaction.on_commit(lambda: storage.delete(name))


# ── Make ─────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def make_meeting(*, reading_id: int) -> Meeting:
    """Make the draft meeting with all its parts; a second call returns the meeting of the first.

    Raises ``ValidationError`` when a group was not looked at, or a value does not hold any more.
    """
    reading = (
        LetterReading.objects.select_for_update(of=("self",)).select_related("meeting").get(pk=reading_id)
    )
    if reading.meeting is not None:
        return reading.meeting
    sheet = sheet_of(reading)
    if sheet.waiting:
        names = ", ".join(group.group.label for group in sheet.waiting)
        raise ValidationError(f"Chưa xem hết: {names}.")
    meeting = _Maker(reading, sheet).make()
    reading.meeting = meeting
    reading.save(update_fields=["meeting"])
    return meeting


class _Maker:
    """Saves the rows that were taken, kind by kind."""

    def __init__(self, reading: LetterReading, sheet: Sheet) -> None:
        self.taken: dict[str, list[tuple[Row, RowForm]]] = {}
        for group in sheet.groups:
            for one in group.rows:
                decided = reading.decisions[one.row.path]
                if decided["left_out"]:
                    continue
                form = bound(one.row, decided["values"])
                if not form.is_valid():
                    label = f"{group.group.label}, {one.row.label}"
                    raise ValidationError(
                        [f"{label}: {why}" for whys in form.errors.values() for why in whys]
                    )
                self.taken.setdefault(one.row.kind, []).append((one.row, form))
        slots = [(form.instance.date, form.instance.part) for _, form in self.taken.get("session", [])]
        if len(set(slots)) < len(slots):
            raise ValidationError(TWO_ON_ONE_HALF_DAY)
        self.units = Unit.objects.in_bulk(
            {int(pk) for rows in self.taken.values() for _, form in rows for pk in self._chosen(form)}
        )

    def make(self) -> Meeting:
        """Save all."""
        meeting = self._meeting()
        self._rows(meeting, "session")
        self._audiences(meeting)
        self._rows(meeting, "deadline")
        self._further_tests(meeting)
        for (_, form), assignment in zip(
            self.taken.get("assignment", []), self._rows(meeting, "assignment"), strict=True
        ):
            AssignedUnit.objects.bulk_create(
                AssignedUnit(assignment=assignment, unit=unit) for unit in self._units(form)
            )
        self._rows(meeting, "contact")
        return meeting

    def _meeting(self) -> Meeting:
        meeting: Meeting = self.taken["facts"][0][1].instance
        for kind in ("recipients", "signatory"):
            for _, form in self.taken.get(kind, []):
                for name, value in form.cleaned_data.items():
                    setattr(meeting, name, value)
        tests = self._tests()
        meeting.line_test_at = tests[0] if tests else None
        return services.create(meeting=meeting)

    def _tests(self) -> list[Any]:
        return sorted(form.cleaned_data["at"] for _, form in self.taken.get("line_test", []))

    def _further_tests(self, meeting: Meeting) -> None:
        """A meeting has one hour of line tests; further ones stand among the deadlines."""
        before = len(self.taken.get("deadline", []))
        for number, at in enumerate(self._tests()[1:]):
            what = f"Chạy thử đường truyền lần {number + 2}"
            Deadline.objects.create(meeting=meeting, at=at, what=what, position=before + number)

    def _rows(self, meeting: Meeting, kind: str) -> list[Any]:
        made = []
        for position, (_, form) in enumerate(self.taken.get(kind, [])):
            instance: Any = form.instance
            instance.meeting, instance.position = meeting, position
            instance.save()
            made.append(instance)
        return made

    def _audiences(self, meeting: Meeting) -> None:
        tree, invited = UnitTree(self.units.values()), {}
        for (row, form), audience in zip(
            self.taken.get("audience", []), self._rows(meeting, "audience"), strict=True
        ):
            invited[row.path] = (audience, self._units(form))
            services.call_units(audience=audience, units=self._units(form))
        for kind in ("role", "chair"):
            places: dict[str, int] = {}
            for row, form in self.taken.get(kind, []):
                if row.parent not in invited:
                    continue
                instance: Any = form.instance
                instance.audience, called = invited[row.parent]
                instance.position = places[row.parent] = places.get(row.parent, -1) + 1
                if kind == "chair":
                    instance.unit = tree.one_of(called, instance.point)
                instance.save()

    def _units(self, form: RowForm) -> list[Unit]:
        return [self.units[int(pk)] for pk in self._chosen(form) if int(pk) in self.units]

    @staticmethod
    def _chosen(form: RowForm) -> list[str]:
        return list(form.cleaned_data.get("to_units", []))
