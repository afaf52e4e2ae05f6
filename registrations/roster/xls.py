"""Reads .xls, Excel 97 to 2003 and older, with what the fonts say: old lists are where old fonts are."""

from __future__ import annotations

import os
from collections.abc import Iterator

import xlrd
from xlrd.biffh import XLRDError
from xlrd.xldate import XLDateError, xldate_as_datetime

from registrations.roster.cells import (
    Book,
    Cell,
    Kind,
    Merge,
    Sheet,
    SheetRow,
    UnreadableRosterError,
    plain_number,
)
from registrations.roster.containers import BROKEN, ENCRYPTED
from registrations.roster.legacy import Encoding, decoded, encoding_of_font
from registrations.roster.limits import MOST_CHARACTERS_IN_A_CELL, MOST_COLUMNS, MOST_SHEETS


def read_xls(data: bytes) -> Book:
    """Open the workbook; its rows are read later. Raises ``UnreadableRosterError``."""
    try:
        with open(os.devnull, "w") as silence:
            book = xlrd.open_workbook(
                file_contents=data, formatting_info=True, on_demand=True, ragged_rows=True, logfile=silence
            )
        return Book("xls", [_sheet(book, index) for index in range(min(book.nsheets, MOST_SHEETS))])
    except XLRDError as reason:
        raise UnreadableRosterError(ENCRYPTED if "encrypted" in str(reason) else BROKEN) from reason
    except MemoryError:
        raise
    except Exception as reason:  # xlrd meets a damaged file with whatever its bytes lead to
        raise UnreadableRosterError(BROKEN) from reason


def _sheet(book: xlrd.book.Book, index: int) -> Sheet:
    return Sheet(
        book.sheet_names()[index],
        lambda: _rows(book, index),
        hidden=any(getattr(book, "_sheet_visibility", [])[index : index + 1]),
        merges=lambda: [
            Merge(top + 1, left + 1, bottom, right)
            for top, bottom, left, right in _loaded(book, index).merged_cells
        ],
    )


def _loaded(book: xlrd.book.Book, index: int) -> xlrd.sheet.Sheet:
    try:
        with open(os.devnull, "w") as silence:
            book.logfile = silence
            return book.sheet_by_index(index)
    except MemoryError:
        raise
    except Exception as reason:
        raise UnreadableRosterError(BROKEN) from reason


def _rows(book: xlrd.book.Book, index: int) -> Iterator[SheetRow]:
    sheet = _loaded(book, index)
    fonts = [encoding_of_font(font.name) for font in book.font_list]
    encodings = [fonts[xf.font_index] if xf.font_index < len(fonts) else None for xf in book.xf_list]
    for row in range(sheet.nrows):
        cells = {}
        for column in range(min(sheet.row_len(row), MOST_COLUMNS)):
            cell = _cell(book, sheet, row, column, encodings, fonts)
            if cell is not None:
                cells[column + 1] = cell
        if cells:
            info = sheet.rowinfo_map.get(row)
            yield SheetRow(row + 1, cells, bool(info and info.hidden))


def _cell(
    book: xlrd.book.Book,
    sheet: xlrd.sheet.Sheet,
    row: int,
    column: int,
    encodings: list[Encoding | None],
    fonts: list[Encoding | None],
) -> Cell | None:
    kind, value = sheet.cell_type(row, column), sheet.cell_value(row, column)
    if kind in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK) or value == "":
        return None
    if kind == xlrd.XL_CELL_TEXT:
        encoding = encodings[sheet.cell_xf_index(row, column)]
        runs = sheet.rich_text_runlist_map.get((row, column))
        text = str(value)[:MOST_CHARACTERS_IN_A_CELL]
        return _in_several_fonts(text, runs, encoding, fonts) if runs else Cell(text, Kind.TEXT, encoding)
    if kind == xlrd.XL_CELL_DATE:
        try:
            return Cell(f"{xldate_as_datetime(float(value), book.datemode):%d/%m/%Y}", Kind.DATE)
        except (XLDateError, OverflowError, ValueError):
            return Cell(plain_number(float(value)), Kind.NUMBER)
    if kind == xlrd.XL_CELL_BOOLEAN:
        return Cell("TRUE" if value else "FALSE")
    if kind == xlrd.XL_CELL_ERROR:
        return Cell(xlrd.error_text_from_code.get(int(value), "#REF!"), Kind.ERROR)
    return Cell(plain_number(float(value)), Kind.NUMBER)


def _in_several_fonts(
    text: str, runs: list[tuple[int, int]], encoding: Encoding | None, fonts: list[Encoding | None]
) -> Cell:
    """Read each piece as its own font says; the first one, before any run, has the cell's."""
    pieces, was = [], None
    starts = [(0, encoding)] + [(at, fonts[font] if font < len(fonts) else None) for at, font in runs]
    for (begin, said), (end, _) in zip(starts, [*starts[1:], (len(text), None)], strict=True):
        piece = text[begin:end]
        read = decoded(piece, said) if said else piece
        if read != piece:
            was = said
        pieces.append(read)
    return Cell("".join(pieces), Kind.TEXT, was=was)
