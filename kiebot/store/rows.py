"""Rows by statements that are built once.

peewee builds a statement anew each time it runs it, which takes ten times as long as SQLite takes to run it (measured: 0.4 to
1 ms against 0.03). Where every message passes, rows are read and written here: the same models, the same columns, plain SQL.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from peewee import BooleanField, Field, JSONField

from kiebot.store.db import database

Model = Any  # a class of models.py; their own type says that it cannot be a key of a cache
Read = Callable[[Any], Any]
_first = itemgetter(0)


def find(model: Model, query: str, *values: Any) -> Any | None:
    """The first row of `query` as a row of `model`, or None. The query names the columns or says *."""
    cursor = database.execute_sql(query, values)
    row = cursor.fetchone()
    return None if row is None else _row(model, _columns(model, _names(cursor)), row)


def find_all(model: Model, query: str, *values: Any) -> list[Any]:
    """All rows of `query` as rows of `model`."""
    cursor = database.execute_sql(query, values)
    columns = _columns(model, _names(cursor))
    return [_row(model, columns, row) for row in cursor.fetchall()]


def by_id(model: Model, row_id: int) -> Any | None:
    """The row with this id, or None."""
    return find(model, _select_by_id(model), row_id)


def insert(model: Model, **given: Any) -> Any:
    """A new row, what is not given by default. Raises peewee's IntegrityError when the database refuses it."""
    row = model(**given)
    names = tuple(name for name in row.__data__ if name != "id")
    row.id = database.execute_sql(_insert(model, names), _values(model, names, row.__data__)).lastrowid
    row._dirty.clear()
    return row


def change(model: Model, row_id: int, **fields: Any) -> bool:
    """Write fields of the row with this id; False when there is none."""
    names = tuple(fields)
    return bool(database.execute_sql(_update(model, names), (*_values(model, names, fields), row_id)).rowcount)


def assignments(model: Model, names: Sequence[str]) -> str:
    """`a = ?, b = ?`: for statements that say more than by_id."""
    return ", ".join(f'"{_field(model, name).column_name}" = ?' for name in names)


def values(model: Model, fields: dict[str, Any]) -> list[Any]:
    """The values that belong to the question marks of `assignments`."""
    return _values(model, tuple(fields), fields)


def _row(model: Model, columns: list[tuple[str, Read | None]], row: tuple[Any, ...]) -> Any:
    found = model(__no_default__=True)
    data = found.__data__
    for (name, read), value in zip(columns, row, strict=True):
        data[name] = value if read is None or value is None else read(value)
    return found


def _names(cursor: Any) -> tuple[str, ...]:
    return tuple(map(_first, cursor.description))


@cache
def _columns(model: Model, names: tuple[str, ...]) -> list[tuple[str, Read | None]]:
    """The field of each column, and how its value is read."""
    fields = [model._meta.columns[name] for name in names]
    return [(field.name, _reader(field)) for field in fields]


def _reader(field: Field) -> Read | None:
    if isinstance(field, JSONField):
        return json.loads
    return bool if isinstance(field, BooleanField) else None


@cache
def _writers(model: Model, names: tuple[str, ...]) -> list[tuple[str, bool]]:
    return [(name, isinstance(_field(model, name), JSONField)) for name in names]


def _values(model: Model, names: tuple[str, ...], data: dict[str, Any]) -> list[Any]:
    return [_written(data[name]) if is_json else data[name] for name, is_json in _writers(model, names)]


def _written(value: Any) -> str | None:
    return None if value is None else json.dumps(value, separators=(",", ":"))


def _field(model: Model, name: str) -> Field:
    return model._meta.fields[name]


@cache
def _select_by_id(model: Model) -> str:
    return f'SELECT * FROM "{model._meta.table_name}" WHERE id = ?'  # noqa: S608 - names of our own models


@cache
def _insert(model: Model, names: tuple[str, ...]) -> str:
    columns = ", ".join(f'"{_field(model, name).column_name}"' for name in names)
    marks = ", ".join("?" for _ in names)
    return f'INSERT INTO "{model._meta.table_name}" ({columns}) VALUES ({marks})'  # noqa: S608


@cache
def _update(model: Model, names: tuple[str, ...]) -> str:
    return f'UPDATE "{model._meta.table_name}" SET {assignments(model, names)} WHERE id = ?'  # noqa: S608
