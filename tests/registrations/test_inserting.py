"""Many rows at once: whatever a text holds comes back as it was, in its order, and is counted."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.clock import database_now
from registrations.models import Change, Delegate
from registrations.services.inserting import insert
from tests.factories import DelegateFactory, RegistrationFactory

pytestmark = pytest.mark.django_db

ODD = (
    "",
    '"',
    "a,b",
    "\\N",
    "\\.",
    "NULL",
    "'",
    " hai  cách ",
    "dòng\nhai",
    "=1+1",
    "Nguyễn\tÁi",
    "{}",
    "👍",
)


SAME = (
    "registration_id", "bridge_point_id", "role_id", "position", "organisation", "phone", "note", "origin",
    "version", "sort_key", "search",
)  # fmt: skip


def row(delegate, number, **values):
    said = {name: getattr(delegate, name) for name in SAME}
    return said | {"rank": number, "key": uuid4(), "full_name": f"Người {number}"} | values


def test_texts_come_back_as_they_were_and_keys_in_the_order_of_the_rows():
    there = DelegateFactory.create()
    rows = [row(there, number, note=odd, position=odd) for number, odd in enumerate(ODD)]
    rows.append(row(there, len(rows), role_id=None))
    keys = insert(Delegate, rows)
    found = Delegate.objects.in_bulk(keys)
    assert [found[key].note for key in keys[:-1]] == list(ODD)
    assert [found[key].position for key in keys[:-1]] == list(ODD)
    assert [found[key].full_name for key in keys] == [one["full_name"] for one in rows]
    assert found[keys[-1]].role_id is None
    assert insert(Delegate, []) == []


def test_what_is_known_is_passed_over_or_refused_whole():
    there = DelegateFactory.create()
    rows = [row(there, 1), row(there, 2, key=there.key), row(there, 3)]
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(Delegate, rows)
    assert Delegate.objects.count() == 1
    keys = insert(Delegate, rows, pass_over_known=True)
    names = dict(Delegate.objects.values_list("pk", "full_name"))
    assert [names[key] for key in keys] == ["Người 1", "Người 3"]


def test_documents_and_nothing_at_all_are_kept_apart():
    registration = RegistrationFactory.create()
    told = {"registration_id": registration.pk, "at": database_now(), "by_id": None, "kind": "added"}
    values = ({"a": 'x"y', "b": [1, None]}, None, {})
    rows = [
        {**told, "version": number, "what": "ai", "before": None, "after": one}
        for number, one in enumerate(values, 1)
    ]
    keys = insert(Change, rows)
    assert [Change.objects.get(pk=key).after for key in keys] == list(values)
    assert Change.objects.filter(pk__in=keys, before__isnull=True).count() == 3
