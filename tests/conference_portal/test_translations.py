"""What the libraries say to people is said in Vietnamese.

How the missing texts were found: Django's own English catalogues list every text it has; what our
merged Vietnamese catalogue does not know is either translated in ``locale/vi`` or named below as a
text that nobody meets. allauth's texts are found the same way, for the parts that are switched on.
"""

import ast
import gettext
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import allauth
import django
import pytest
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import ChangePasswordForm, ResetPasswordKeyForm
from django import forms
from django.conf import global_settings, settings
from django.contrib.auth.password_validation import get_default_password_validators, validate_password
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import translation
from django.utils.timesince import timesince

OURS = Path(settings.BASE_DIR) / "locale/vi/LC_MESSAGES"
DJANGO = Path(django.__file__).parent
PARTS = [
    "conf", "contrib/admin", "contrib/auth", "contrib/contenttypes", "contrib/humanize", "contrib/postgres",
    "contrib/sessions",
]  # fmt: skip

NOBODY_MEETS = re.compile(
    r"DEBUG=True|Referer|CSRF cookie|disable cookies|Django|install worked|Polling App|how-to"
    r"|Connect, get help|Syndication|Humanize"
)
"""Pages for developers, parts not used, and the explanation that our own 403_csrf.html replaces."""

SAME_IN_VIETNAMESE = re.compile(
    r"IPv[46]|%s [KMGTP]B|%\(size\)d byte|[^\w]*|[^\w]*%\(\w+\)s[^\w]*(%\(\w+\)s)?[^\w]*"
)
"""Units, and texts that are nothing but punctuation and a place to fill in."""


class Entry(NamedTuple):
    """One text of a catalogue."""

    context: str | None
    text: str
    plural: str | None
    translated: str
    places: str


def read(path: Path) -> Iterator[Entry]:
    """Read a .po file: enough of the format for the files we meet."""
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        fields: dict[str, str] = {}
        places, key = "", ""
        for line in block.splitlines():
            if line.startswith("#:"):
                places += line[2:]
            elif match := re.match(r'(msg\w+(?:\[0\])?) (".*")$', line):
                key = match[1]
                fields[key] = ast.literal_eval(match[2])
            elif line.startswith('"') and key:
                fields[key] += ast.literal_eval(line)
        if fields.get("msgid"):
            said = fields.get("msgstr", fields.get("msgstr[0]", ""))
            yield Entry(fields.get("msgctxt"), fields["msgid"], fields.get("msgid_plural"), said, places)


def said_by(speaker: Any, entry: Entry) -> str:
    """Ask Django's translation, or one compiled catalogue."""
    match entry:
        case Entry(context=str(context), plural=str(plural)):
            return str(speaker.npgettext(context, entry.text, plural, 2))
        case Entry(context=str(context)):
            return str(speaker.pgettext(context, entry.text))
        case Entry(plural=str(plural)):
            return str(speaker.ngettext(entry.text, plural, 2))
    return str(speaker.gettext(entry.text))


def known(entry: Entry) -> bool:
    if SAME_IN_VIETNAMESE.fullmatch(entry.text):
        return True
    with translation.override("vi"):
        return said_by(translation, entry) not in {entry.text, entry.plural}


@pytest.mark.parametrize("part", PARTS)
def test_django_speaks_vietnamese(part: str) -> None:
    catalogue = list(read(DJANGO / part / "locale/en/LC_MESSAGES/django.po"))
    languages = {name for _, name in global_settings.LANGUAGES}
    assert len(catalogue) > 5
    met = [e for e in catalogue if e.text not in languages and not NOBODY_MEETS.search(e.text)]
    assert [e.text for e in met if not known(e)] == []


def test_allauth_speaks_vietnamese() -> None:
    catalogue = list(read(Path(allauth.__file__).parent / "locale/en/LC_MESSAGES/django.po"))
    parts = re.compile(r" account/(adapter|forms|fields|models|admin|apps)\.py")
    met = [e for e in catalogue if parts.search(e.places)]
    assert len(met) > 60
    assert [e.text for e in met if not known(e)] == []


def test_every_error_of_the_sign_in_is_vietnamese() -> None:
    for key, message in DefaultAccountAdapter.error_messages.items():
        with translation.override("en"):
            english = str(message)
        with translation.override("vi"):
            assert str(message) != english, key


def subclasses(kind: type) -> Iterator[type]:
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


@pytest.mark.parametrize("kind", [forms.Field, models.Field])
def test_every_error_of_a_field_is_vietnamese(kind: type) -> None:
    seen = 0
    for field in [kind, *subclasses(kind)]:
        if not field.__module__.startswith("django."):
            continue
        messages: dict[str, Any] = getattr(field, "default_error_messages", {})
        for key, message in messages.items():
            with translation.override("en"):
                english = plain(message)
            with translation.override("vi"):
                assert plain(message) != english, (field, key)
            seen += 1
    assert seen > 15


def plain(message: Any) -> str:
    """Render a lazy text, one that counts too."""
    try:
        return str(message % _Fives())
    except (TypeError, ValueError):
        return str(message)


class _Fives(dict[str, int]):
    def __missing__(self, key: str) -> int:
        return 5


def test_every_rule_of_a_password_is_vietnamese() -> None:
    for validator in get_default_password_validators():
        with translation.override("en"):
            english = validator.get_help_text()
        with translation.override("vi"):
            assert validator.get_help_text() != english


def test_a_bad_password_is_refused_in_vietnamese() -> None:
    with translation.override("vi"), pytest.raises(ValidationError) as refused:
        validate_password("12345")
    text = " ".join(refused.value.messages)
    assert "Mật khẩu ngắn quá" in text
    assert "password" not in text.lower()


@pytest.mark.parametrize("form", [ChangePasswordForm, ResetPasswordKeyForm])
def test_password_forms_have_vietnamese_labels(form: type[forms.Form]) -> None:
    with translation.override("vi"):
        labels = [str(bound.label) for bound in form(user=None)]
    assert labels
    assert all("khẩu" in label for label in labels)


def test_durations_are_vietnamese() -> None:
    at = datetime(2026, 12, 5, tzinfo=UTC)
    with translation.override("vi"):
        assert timesince(at, at + timedelta(days=3, hours=2)).replace("\xa0", " ") == "3 ngày, 2 giờ"


def test_the_compiled_catalogue_is_that_of_the_text() -> None:
    with (OURS / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    entries = list(read(OURS / "django.po"))
    for entry in entries:
        found = said_by(compiled, entry)
        assert found == entry.translated, f"msgfmt --check -o {OURS}/django.mo {OURS}/django.po"
    assert len(compiled._catalog) == len(entries) + 1  # type: ignore[attr-defined]


def test_a_translation_keeps_the_places_that_are_filled_in() -> None:
    for entry in read(OURS / "django.po"):
        wanted = set(re.findall(r"%\(\w+\)[sdr]|%[sd]|{\w*}", entry.plural or entry.text))
        given = set(re.findall(r"%\(\w+\)[sdr]|%[sd]|{\w*}", entry.translated))
        assert given <= wanted, entry.text
