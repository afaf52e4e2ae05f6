"""What a conference is and whom it calls, part by part as a Giấy mời has it."""

from invitations.models.assignment import AssignedUnit, Assignment, ShareFile, ShareReport
from invitations.models.audience import Audience, Chair, InvitedRole
from invitations.models.calendar import CalendarFeed
from invitations.models.closing import Closing
from invitations.models.invitation import Invitation
from invitations.models.issue import Answer, LetterIssue, LetterTemplate
from invitations.models.material import ArrivingFile, Material, MaterialOpening
from invitations.models.meeting import Contact, Deadline, Meeting, Part, Session
from invitations.models.purge import GONE, Purge
from invitations.models.reading import LetterReading

__all__ = [
    "GONE",
    "Answer",
    "ArrivingFile",
    "AssignedUnit",
    "Assignment",
    "Audience",
    "CalendarFeed",
    "Chair",
    "Closing",
    "Contact",
    "Deadline",
    "Invitation",
    "InvitedRole",
    "LetterIssue",
    "LetterReading",
    "LetterTemplate",
    "Material",
    "MaterialOpening",
    "Meeting",
    "Part",
    "Purge",
    "Session",
    "ShareFile",
    "ShareReport",
]
