"""Two processors at one long list: another process reads the sheet while this one understands its rows.

Only the child of ``accounts.guarded`` divides itself so: it has one thread and no connections. What it may
use of memory and processor time the other inherits; when the one ends, the other's pipe breaks and it ends.
"""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from registrations.roster.cells import Sheet, SheetRow, UnreadableRosterError

AT_ONCE = 400
"""Rows in one parcel."""


def rows_beside(sheet: Sheet, rows: Iterator[SheetRow]) -> Iterator[SheetRow]:
    """Yield ``rows`` of ``sheet``, which another process reads; its notes are in ``sheet`` afterwards.

    Raises what reading raises; where the other process is ended by the kernel, so is this one.
    """
    first = list(islice(rows, AT_ONCE))
    yield from first
    if len(first) < AT_ONCE:
        return
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _hand_over(sheet, rows, writing)
    os.close(writing)
    try:
        with os.fdopen(reading, "rb") as parcels:
            yield from _received(sheet, parcels)
    finally:
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    _end_as(ended)


def _hand_over(sheet: Sheet, rows: Iterator[SheetRow], writing: int) -> None:
    """Be the other process: it never returns."""
    code = 1
    try:
        with os.fdopen(writing, "wb") as parcels:
            try:
                while parcel := list(islice(rows, AT_ONCE)):
                    pickle.dump(parcel, parcels, pickle.HIGHEST_PROTOCOL)
                pickle.dump(sheet.notes, parcels, pickle.HIGHEST_PROTOCOL)
            except UnreadableRosterError as reason:
                pickle.dump(reason, parcels, pickle.HIGHEST_PROTOCOL)
        code = 0
    finally:
        os._exit(code)


def _received(sheet: Sheet, parcels: BinaryIO) -> Iterator[SheetRow]:
    """Yield the rows of every parcel; the last holds the notes, or why the sheet cannot be read."""
    while True:
        try:
            parcel = pickle.load(parcels)  # noqa: S301 (from our own process)
        except EOFError:
            return
        if isinstance(parcel, UnreadableRosterError):
            raise parcel
        if not parcel or not isinstance(parcel[0], SheetRow):
            sheet.notes[:] = parcel
            return
        yield from parcel


def _end_as(code: int) -> None:
    """End as the other process did, so that whoever asked learns whether time or memory ran out."""
    if code < 0:
        os.kill(os.getpid(), signal.Signals(-code))
    if code:
        raise MemoryError
