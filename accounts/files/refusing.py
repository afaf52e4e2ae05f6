"""Why a file is not taken."""

from __future__ import annotations


class FileRefused(Exception):
    """Why a file is not taken, as a Vietnamese sentence that names the way out."""
