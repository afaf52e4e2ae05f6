"""How much of a file is read, and how long and with how much memory."""

MOST_BYTES = 20 * 1024 * 1024
"""Of the file as it was sent."""

MOST_ROWS = 100_000
"""Rows that hold something, in one sheet; the largest conference of the province has 15,000 delegates."""

MOST_COLUMNS = 200
"""What stands to the right of them is not read."""

MOST_EMPTY_ROWS = 50_000
"""Empty rows that were formatted down to the end of the sheet: after so many the sheet is over."""

MOST_SHEETS = 60
MOST_CHARACTERS_IN_A_CELL = 4_000

MOST_PARTS = 2_000
MOST_BYTES_UNPACKED = 400 * 1024 * 1024
MOST_BYTES_OF_STRINGS = 100 * 1024 * 1024
HIGHEST_RATIO = 400
"""Unpacked to packed, of parts above ``RATIO_MATTERS_FROM``; Excel's own sheets reach about 30."""
RATIO_MATTERS_FROM = 8 * 1024 * 1024

MEMORY = 512 * 1024 * 1024
SECONDS = 9
"""Of processor time for the child process that reads: with its start, ten seconds on a free machine."""
PATIENCE = 30
"""Seconds on the clock, for a machine that is busy: a sound list is not refused because others work too."""

MARKING_SECONDS = 40
MARKING_PATIENCE = 90
"""A workbook that is given back coloured was read already; writing it takes longer than reading."""
MOST_BYTES_WRITTEN = 400 * 1024 * 1024
"""Of the sheets on their way into the workbook."""
MOST_BYTES_KEPT = 24 * 1024 * 1024
"""Unpacked, of a workbook that is given back as it is; 20,000 people take 7 MB."""
