"""The verbs of a registration: write a row, submit, give more time, send back.

Every write locks the invitation first, then reads PostgreSQL's clock, then decides
(docs/decisions/0003, 0004).
"""

from registrations.services.deciding import return_registration
from registrations.services.drafts import Closed, Stale
from registrations.services.extending import ask_extension, extend, grant, refuse
from registrations.services.locking import deadline_of
from registrations.services.rows import (
    add_delegates,
    add_list,
    change_delegate,
    connect_commune,
    own_point,
    put_back,
    remove_delegate,
    save_commune_point,
    save_own_point,
    set_headcount,
)
from registrations.services.submitting import Outcome, submit

__all__ = [
    "Closed",
    "Outcome",
    "Stale",
    "add_delegates",
    "add_list",
    "ask_extension",
    "change_delegate",
    "connect_commune",
    "deadline_of",
    "extend",
    "grant",
    "own_point",
    "put_back",
    "refuse",
    "remove_delegate",
    "return_registration",
    "save_commune_point",
    "save_own_point",
    "set_headcount",
    "submit",
]
