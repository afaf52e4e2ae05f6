"""What may be said of the storage, whichever it is: that it does not answer."""

from __future__ import annotations


class StorageDown(OSError):
    """The storage does not answer, or refuses its key; whether a file is there is not known.

    A file that is certainly not there is a ``FileNotFoundError``, as in a folder.
    """
