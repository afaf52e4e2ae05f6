"""What the parts of an .xlsx have in common: its parser, the texts in it, the styles of its cells."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, NamedTuple
from xml.etree import ElementTree
from xml.parsers import expat

from registrations.roster.cells import UnreadableRosterError
from registrations.roster.containers import BROKEN, DOCTYPE
from registrations.roster.legacy import Encoding, encoding_of_font
from registrations.roster.limits import MOST_CHARACTERS_IN_A_CELL

CHUNK = 1 << 16
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")

Attributes = dict[str, str]


class Style(NamedTuple):
    """What matters of a cell's style."""

    encoding: Encoding | None
    is_date: bool


PLAIN = Style(None, False)


class Run(NamedTuple):
    """A piece of a text with a font of its own."""

    text: str
    font: str | None


Text = str | tuple[Run, ...]


@dataclass
class Workbook:
    """What the sheets have in common."""

    archive: zipfile.ZipFile
    styles: list[Style] = field(default_factory=list)
    strings: list[Text] = field(default_factory=list)
    epoch: datetime = datetime(1899, 12, 30)  # noqa: DTZ001 (a sheet's dates have no zone)

    def style(self, index: str | None) -> Style:
        """The style of a cell; without an index the workbook's own."""
        try:
            return self.styles[int(index or 0)]
        except (IndexError, ValueError):
            return PLAIN


class as_broken:  # noqa: N801 (reads as a word of the language)
    """Turns what a damaged file raises into one sentence."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        damaged = (
            zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, KeyError, IndexError, ValueError,
            NotImplementedError, OverflowError, RuntimeError, ElementTree.ParseError,
        )  # fmt: skip
        if isinstance(error, damaged):
            raise UnreadableRosterError(BROKEN) from error


def parser_at(start: Callable[[str, Attributes], None]) -> expat.XMLParserType:
    """Return a parser that calls ``start`` for each element and refuses a DOCTYPE."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = start
    return parser


def _refuse_doctype(*_arguments: object) -> None:
    raise UnreadableRosterError(DOCTYPE)


def feed(parser: expat.XMLParserType, stream: IO[bytes]) -> None:
    """Give a whole part to a parser."""
    while chunk := stream.read(CHUNK):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


def is_on(value: str | None) -> bool:
    """Whether an attribute says yes."""
    return value in ("1", "true", "on")


class Runs:
    """Collects the pieces of one text: a plain one, or several with fonts, without phonetic marks."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.font: str | None = None
        self.open = self.phonetic = False

    def clear(self) -> None:
        """Begin a new text."""
        self.runs = []
        self.font = None

    def start(self, tag: str, attributes: Attributes) -> None:
        """See an element begin."""
        if tag == "t":
            self.open = not self.phonetic
        elif tag == "r":
            self.font = None
        elif tag == "rFont":
            self.font = attributes.get("val")
        elif tag == "rPh":
            self.phonetic = True

    def end(self, tag: str) -> None:
        """See an element end."""
        if tag == "t":
            self.open = False
        elif tag == "rPh":
            self.phonetic = False
        elif tag == "r":
            self.font = None

    def data(self, text: str) -> None:
        """See text."""
        if self.open:
            self.runs.append(Run(text, self.font))

    def text(self) -> Text:
        """The text; with its fonts where one of them is an old one."""
        if any(run.font and encoding_of_font(run.font) for run in self.runs):
            return tuple(Run(unescaped(run.text), run.font) for run in self.runs)
        return unescaped("".join(run.text for run in self.runs))


def unescaped(text: str) -> str:
    """Return a text as the cell shows it, no longer than anybody reads."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return text[:MOST_CHARACTERS_IN_A_CELL]
