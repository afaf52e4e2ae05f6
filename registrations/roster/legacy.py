"""Vietnamese from before Unicode: TCVN3 (``.VnTime``), VNI (``VNI-Times``), and UTF-8 that was read wrongly.

In those encodings a letter is what the font draws: a workbook holds "NguyÔn V¨n Hïng", and only a cell's
font says that this is "Nguyễn Văn Hùng". Where the font was lost on the way (a CSV file, cells pasted as
text), the syllables decide: no Vietnamese word is spelt "nguyÔn".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from accounts.vietnamese import nfc


class Encoding(StrEnum):
    """How letters were written; the value is what a person calls it."""

    TCVN3 = "TCVN3"
    TCVN3_CAPITALS = "TCVN3 (chữ hoa)"
    VNI = "VNI"
    MISREAD_UTF8 = "UTF-8 đọc nhầm"


# ── The tables ───────────────────────────────────────────────────────────────────────────────────

_TCVN3 = dict(
    zip(
        "¡¢£¤¥¦§¨©ª«¬\u00ad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)
"""All 74 letters of TCVN 5712:1993 (VN3). Small letters serve as capitals in fonts whose name ends in H."""

_VNI_TONES = {"ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
_VNI_CIRCUMFLEX = {"â": "", "á": "\u0301", "à": "\u0300", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}
_VNI_BREVE = {"ê": "", "é": "\u0301", "è": "\u0300", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323"}
_VNI_SINGLE = {"ñ": "đ", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "ô": "ơ", "ö": "ư", "î": "ỵ"}


def _vni_pairs() -> dict[str, str]:
    """Return what each letter or pair of letters stands for, in small letters and in capitals."""
    pairs = dict(_VNI_SINGLE)
    for base in "aeouyôö":
        for mark, tone in _VNI_TONES.items():
            pairs[base + mark] = nfc(_VNI_SINGLE.get(base, base) + tone)
    for base in "aeo":
        for mark, tone in _VNI_CIRCUMFLEX.items():
            pairs[base + mark] = nfc(base + "\u0302" + tone)
    for mark, tone in _VNI_BREVE.items():
        pairs["a" + mark] = nfc("a\u0306" + tone)
    pairs |= {pair.upper(): letter.upper() for pair, letter in pairs.items()}
    pairs |= {
        pair[0].upper() + pair[1]: letter.upper()
        for pair, letter in pairs.items()
        if len(pair) == 2 and pair.islower()
    }
    return pairs


_VNI = _vni_pairs()
_VNI_PATTERN = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))
_VNI_LETTERS = frozenset("".join(_VNI)) - frozenset("aeouyAEOUY")
_TCVN3_TABLE = str.maketrans(_TCVN3)
_TO_TCVN3 = {letter: code for code, letter in _TCVN3.items()}
_TO_VNI = {letter: pair for pair, letter in _VNI.items()}


def from_tcvn3(text: str, *, capitals: bool = False) -> str:
    """Read TCVN3; in a font of ``capitals`` every letter shows as a capital."""
    read = text.translate(_TCVN3_TABLE)
    return read.upper() if capitals else read


def from_vni(text: str) -> str:
    """Read VNI: one or two characters a letter."""
    return _VNI_PATTERN.sub(lambda found: _VNI[found[0]], text)


def to_tcvn3(text: str) -> str:
    """Write TCVN3, as a test or a sample file needs it. Capitals with a tone become small letters."""
    return "".join(_TO_TCVN3.get(char, _TO_TCVN3.get(char.lower(), char)) for char in nfc(text))


def to_vni(text: str) -> str:
    """Write VNI, as a test or a sample file needs it."""
    return "".join(_TO_VNI.get(char, char) for char in nfc(text))


def from_misread_utf8(text: str) -> str:
    """Undo the reading of UTF-8 as windows-1252: "Nguyá»…n" → "Nguyễn". Other text comes back unchanged."""
    try:
        raw = b"".join(_byte(char) for char in text)
        return raw.decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def _byte(char: str) -> bytes:
    """The byte that windows-1252 shows as ``char``; Windows passes the five that it lacks through."""
    return char.encode("latin-1") if char in "\x81\x8d\x8f\x90\x9d" else char.encode("cp1252")


# ── Which encoding ───────────────────────────────────────────────────────────────────────────────


def encoding_of_font(name: str) -> Encoding | None:
    """Return the encoding that a font stands for: ``.VnTime``, ``.VnTimeH``, ``VNI-Times``."""
    lowered = name.strip().lower()
    if lowered.startswith(".vn"):
        return Encoding.TCVN3_CAPITALS if re.search(r"[a-z0-9]H$", name.strip()) else Encoding.TCVN3
    if lowered.startswith(("vni-", "vni ")):
        return Encoding.VNI
    return None


def decoded(text: str, encoding: Encoding) -> str:
    """Read ``text`` as ``encoding`` says, where that can be: what is Unicode already stays as it is."""
    if encoding is Encoding.TCVN3_CAPITALS and text.isascii():
        return text.upper()
    if text.isascii():
        return text
    if encoding is Encoding.MISREAD_UTF8:
        return from_misread_utf8(text)
    letters = {char for char in text if not char.isascii()}
    if encoding is Encoding.VNI:
        known = letters <= _VNI_LETTERS
        read = from_vni(text)
    else:
        known = letters <= _TCVN3.keys()
        read = from_tcvn3(text, capitals=encoding is Encoding.TCVN3_CAPITALS)
    return read if known and plausibility(read) >= plausibility(text) else text


def guessed(texts: Iterable[str]) -> Encoding | None:
    """Return the encoding of cells whose font says nothing, or None where they are Unicode already.

    Two of three words with marks must become Vietnamese that were not before: one strange name does not
    turn a list around.
    """
    marked = [text for text in texts if not text.isascii()]
    if not marked:
        return None
    sample = " ".join(marked[:2000])
    best, best_share = None, max(plausibility(sample) + 0.34, 0.67)
    for encoding in (Encoding.MISREAD_UTF8, Encoding.TCVN3, Encoding.VNI):
        share = plausibility(" ".join(decoded(text, encoding) for text in marked[:2000]))
        if share >= best_share:
            best, best_share = encoding, share
    return best


# ── What is spelt as Vietnamese is ───────────────────────────────────────────────────────────────

_INITIAL = "(?:ngh|ng|nh|gh|gi|kh|ch|ph|th|tr|qu|[bcdđghklmnprstvx])?"
_RHYMES = """
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng
    eo ep et ê êch êm ên ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu o oa oac
    oach oai oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong oong ooc
    op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt ơng u ua uân uâng uât uây uc uê uêch uênh ui um un
    ung uôc uôi uôm uôn uông uôt up ut uơ uy uya uych uyên uyêt uyn uynh uyt uyu ư ưa ưc ưi ưm ưn ưng
    ươc ươi ươm ươn ương ươp ươt ươu ưt ưu y yn ynh yêm yên yêng yêt yêu yt êng iêu
"""
_SYLLABLE = re.compile(f"{_INITIAL}(?:{'|'.join(sorted(set(_RHYMES.split()), key=len, reverse=True))})")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")


@lru_cache(maxsize=20_000)
def is_syllable(word: str) -> bool:
    """Whether ``word`` is spelt as a Vietnamese syllable, with one tone at most."""
    bare, tones = _TONES.subn("", unicodedata.normalize("NFD", word.lower()))
    return tones <= 1 and _SYLLABLE.fullmatch(nfc(bare)) is not None


def plausibility(text: str) -> float:
    """Return the share of Vietnamese syllables among the words that hold other letters than ASCII."""
    words = [word for word in re.split(r"[\s!-/:-@\[-`{-~0-9–“”…]+", nfc(text)) if not word.isascii()]
    return sum(map(is_syllable, words)) / len(words) if words else 1.0
