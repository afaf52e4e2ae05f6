"""The letters of all called units in one archive, each with its own part only."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from invitations import issuing
from invitations.letters import content as letter_content
from invitations.letters.writing import pdfs_of

if TYPE_CHECKING:
    from invitations.models import Invitation, Meeting

_NOT_IN_A_NAME = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
"""What Windows allows in no name of a file."""


def write_letters(
    meeting: Meeting,
    path: Path,
    *,
    progress: Callable[[int, int], None],
    form: str | None = None,
) -> None:
    """Write one PDF for each called unit into a ZIP at ``path``, numbered in the order of the units.

    They are the version that went out; of a meeting that is not published yet, drafts that say so.
    ``progress`` is told after each letter how many of how many are written; what it raises ends the work.
    """
    issue = issuing.newest_of(meeting)
    calls = meeting.invitations.all() if meeting.is_draft else meeting.invitations.sent()
    invitations = list(calls.select_related("unit"))
    if issue is not None:
        parts = (issuing.part_of(issue, invitation) for invitation in invitations)
    else:
        whole = letter_content.of(meeting)
        parts = (letter_content.for_unit(whole, invitation.unit.slug) for invitation in invitations)
    progress(0, len(invitations))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        letters = pdfs_of(parts, form, draft=meeting.is_draft)
        for number, (invitation, letter) in enumerate(zip(invitations, letters, strict=True), 1):
            archive.writestr(_name(number, invitation), letter)
            progress(number, len(invitations))


def _name(number: int, invitation: Invitation) -> str:
    """ "012 Huyện ủy Nghi Xuân.pdf": the archive sorts as the list of units does."""
    return f"{number:03d} {_NOT_IN_A_NAME.sub(' ', invitation.unit.name)[:100].strip(' .')}.pdf"
