"""A question to the database that is put into SQL once, and then asked again and again with other values.

Django composes the SQL of a queryset anew each time: of a clerk's page that took a third of the processor
(docs/decisions/0031). A composed question keeps what Django made of a queryset and puts the new values in
their places; rows become objects as ever.

    COMMUNES = Composed(lambda: Unit.objects.communes_of(Unit(pk=Given("pk"), path=Given("path"))))
    communes = COMMUNES.ask(pk=unit.pk, path=unit.path)

What decides the *shape* of the SQL, a role or whether something is there, is an argument of the function and
comes first: ``ask(role, path=…)``; each shape is composed once. A given value is never None and never a list.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from copy import copy
from typing import Any, Generic, NamedTuple, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from accounts.models import Unit, User

Row = TypeVar("Row")


class Given(Expression):
    """A value with a name, to be given when the question is asked."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """Hold the place."""
        return "%s", [self]


def somebody(role: str, *, in_a_unit: bool) -> User:
    """Return a person for ``visible_to``, whose unit's ``path`` is given with the question."""
    return User(role=role, unit=Unit(path=Given("path")) if in_a_unit else None)


class _Kept(NamedTuple):
    """What Django made of a queryset."""

    queryset: QuerySet[Any, Any]
    compiler: SQLCompiler
    sql: str
    params: tuple[Any, ...]


class Composed(Generic[Row]):
    """The rows of a queryset with ``Given`` values in it, whose SQL is composed once in each process."""

    def __init__(self, build: Callable[..., QuerySet[Any, Row]]) -> None:
        """``build`` makes the queryset of a shape; it is called when that shape is first asked for."""
        self._build = build
        self._kept: dict[tuple[Hashable, ...], _Kept | None] = {}

    def ask(self, *shape: Hashable, **given: Any) -> list[Row]:
        """Ask the database, and return the rows. Raises ``KeyError`` where a value is not given."""
        if shape not in self._kept:
            self._kept[shape] = self._compose(*shape)
        kept = self._kept[shape]
        if kept is None:
            return []
        values = tuple(given[one.name] if isinstance(one, Given) else one for one in kept.params)
        compiler = copy(kept.compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]  # each thread has its own
        compiler.as_sql = lambda *_, **__: (kept.sql, values)  # type: ignore[method-assign]
        query = copy(kept.queryset.query)
        query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
        rows: Any = kept.queryset._iterable_class(QuerySet(kept.queryset.model, query))
        return list(rows)

    def seen_by(self, user: User, **given: Any) -> list[Row]:
        """Ask what lies in the scope of ``user``: the shape is the role, and whether there is a unit."""
        path = user.unit.path if user.unit else ""
        return self.ask(user.role, user.unit is not None, path=path, **given)

    def first(self, *shape: Hashable, **given: Any) -> Row | None:
        """Return the first of the rows, or None."""
        return next(iter(self.ask(*shape, **given)), None)

    def _compose(self, *shape: Hashable) -> _Kept | None:
        queryset = self._build(*shape)
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:  # a filter that lets nothing through: nothing needs to be asked
            return None
        return _Kept(queryset, compiler, sql, tuple(params))
