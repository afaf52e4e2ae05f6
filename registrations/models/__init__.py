"""Who comes: what each unit declares for a meeting, every version it submitted, every attempt."""

from registrations.models.attendance import (
    MOST_AT_A_POINT,
    MOST_LETTERS_OF_A_REASON,
    Attendance,
    AttendanceEntry,
    AttendanceMark,
    counting_marks,
    points_of_session,
    reasons_of,
    settled,
    silent_points,
)
from registrations.models.change import Change
from registrations.models.commune_link import CommuneAnswer, CommuneLink
from registrations.models.delegate import Delegate, SamePerson, keys_of_delegate
from registrations.models.extension import Extension, ExtensionRequest
from registrations.models.registration import MOST_IN_A_ROLE, Headcount, Registration
from registrations.models.roster import RosterColumns, RosterUpload
from registrations.models.submission import Attempt, Look, SignedScan, Submission
from registrations.models.telling import ResultRequest, ResultTelling

__all__ = [
    "MOST_AT_A_POINT",
    "MOST_IN_A_ROLE",
    "MOST_LETTERS_OF_A_REASON",
    "Attempt",
    "Attendance",
    "AttendanceEntry",
    "AttendanceMark",
    "Change",
    "CommuneAnswer",
    "CommuneLink",
    "Delegate",
    "Extension",
    "ExtensionRequest",
    "Headcount",
    "Look",
    "Registration",
    "ResultRequest",
    "ResultTelling",
    "RosterColumns",
    "RosterUpload",
    "SamePerson",
    "SignedScan",
    "Submission",
    "counting_marks",
    "keys_of_delegate",
    "points_of_session",
    "reasons_of",
    "settled",
    "silent_points",
]
