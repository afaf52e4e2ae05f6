"""What a conference is and whom it calls, part by part as a Giấy mời has it."""

from invitations.models.assignment import AssignedUnit, Assignment
from invitations.models.audience import Audience, Chair, InvitedRole
from invitations.models.invitation import Invitation
from invitations.models.meeting import Contact, Deadline, Meeting, Part, Session
from invitations.models.reading import LetterReading

__all__ = [
    "AssignedUnit",
    "Assignment",
    "Audience",
    "Chair",
    "Contact",
    "Deadline",
    "Invitation",
    "InvitedRole",
    "LetterReading",
    "Meeting",
    "Part",
    "Session",
]
