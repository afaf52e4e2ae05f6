"""Reads the Giấy mời: ``read_file`` or ``read_text`` gives a ``Reading``, ``to_json`` its published shape,
``kept`` that with all details, ``places_of`` where each value stands in the text.

The story: ``files`` takes a file apart, ``text`` tidies it, ``layout`` groups its lines; ``head``, ``times``,
``audiences``, ``requests`` and ``foot`` each read their part; ``reading`` puts it together.
"""

from invitations.letters.as_json import kept, to_json
from invitations.letters.files import LetterError
from invitations.letters.places import places_of
from invitations.letters.reading import read_file, read_text
from invitations.letters.record import Doubt, Reading

__all__ = ["Doubt", "LetterError", "Reading", "kept", "places_of", "read_file", "read_text", "to_json"]
