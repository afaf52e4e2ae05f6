"""What other software reads: the same rows, scopes and rights as on the pages, as JSON (docs/decisions).

Domain parts only: ``conference_portal.api`` asks for the key, words the errors and gives the addresses.
"""

from reports.api.operations import router

__all__ = ["router"]
