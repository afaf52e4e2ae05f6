"""The verbs of an export: ask for it, make it, take it up again, stop it, hand it out, keep it some days.

PostgreSQL holds the job. The broker only carries a wake-up call: where that is lost, beat finds the row.
"""

from reports.services.asking import ask_export, cancel_export, retry_export
from reports.services.giving import link_to, linked, record_download
from reports.services.keeping import ending_of, export_directory, open_file, path_of, purge_exports
from reports.services.making import make_export, take_up_exports
from reports.services.scheduling import make_schedule, send_links, stop_schedule, take_slots

__all__ = [
    "ask_export",
    "cancel_export",
    "ending_of",
    "export_directory",
    "link_to",
    "linked",
    "make_export",
    "make_schedule",
    "open_file",
    "path_of",
    "purge_exports",
    "record_download",
    "retry_export",
    "send_links",
    "stop_schedule",
    "take_slots",
    "take_up_exports",
]
