#!/usr/bin/env python
"""Django's commands. One that needs the database finds a local one where DATABASE_URL names none."""

import os
import sys

from conference_portal.local_services import LocalServiceError, provide

NEED_NO_SERVER = frozenset(
    {
        "check",
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "findstatic",
        "help",
        "makemessages",
        "makemigrations",
        "read_letter",
        "startapp",
        "version",
    }
)


def main() -> None:
    """Run the command that the arguments name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conference_portal.settings")
    from django.core.management import execute_from_command_line

    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    asks_for_help = command.startswith("-") or {"-h", "--help"} & set(sys.argv)
    if not asks_for_help and command not in NEED_NO_SERVER:
        try:
            provide()
        except LocalServiceError as error:
            sys.exit(str(error))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
