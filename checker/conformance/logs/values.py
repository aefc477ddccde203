"""Where a rule finds a value in a record: in a field, or in the map itself."""

from __future__ import annotations

from typing import Any, TypeAlias, final

from msgspec import Struct

from checker.conformance.logs.map_file import Literally, Where
from checker.conformance.logs.names import Names, Unreadable, literal
from checker.conformance.logs.records import MISSING, Fields, find
from checker.ground.permute import mentions
from checker.language.types import Option, Sort, Type, Value

Known: TypeAlias = tuple[bool, Value]  # whether it is known, and then the value


@final
class Source(Struct, frozen=True, kw_only=True):
    """The field at `path`; or, where that is None, the `value` that the map gives."""

    path: str | None
    value: Any = None

    def raw(self, fields: Fields) -> Any:
        return self.value if self.path is None else find(fields, self.path)

    def read(self, type: Type, fields: Fields, names: Names) -> Known:
        """The value for `type`; not known where the field is missing, or null and `type` has no `none`. Raises Unreadable."""
        given = self.raw(fields)
        if given is MISSING or (given is None and not isinstance(type, Option)):
            return False, None
        if self.path is None:
            return True, constant(type, given, names)
        return True, names.value(type, given)


def source(where: Where) -> Source:
    return Source(path=None, value=where.value) if isinstance(where, Literally) else Source(path=where)


def constant(type: Type, given: Any, names: Names) -> Value:
    """The value that the map writes. Raises Unreadable."""
    inner = type.of if isinstance(type, Option) else type
    if isinstance(type, Option) and given in ("none", None):
        return None
    found = literal(inner, given) if isinstance(given, str) else None
    if found is not None:
        return found
    if any(mentions(inner, sort) for sort in names.naming.model.sorts):
        form = f"`{inner}0`, `{inner}1`" if isinstance(inner, Sort) else "as the value of a field"
        raise Unreadable(f"`{given}` is not the name of a {inner}", f"write it as the protocol does: {form}")
    return names.value(inner, given)
