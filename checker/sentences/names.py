"""Names for what is bound in a sentence: those that a spec would use, and never one that means something else there."""

from __future__ import annotations

from string import ascii_lowercase

from checker.language import tree
from checker.language.checked import Checked
from checker.language.checking.declarations import RESERVED
from checker.language.lalr import RESERVED as KEYWORDS
from checker.language.types import Enum, MapOf, Record, SeqOf, SetOf, Sort, Type, Value
from checker.model.model import Model


def taken_names(checked: Checked, model: Model) -> frozenset[str]:
    """What a binder may not be called."""
    found = {*RESERVED, *KEYWORDS, *checked.parameters, *checked.sorts, *checked.enums, *checked.constants, *checked.shared}
    found |= {*checked.messages, *checked.defs}
    found |= {member for enum in checked.enums.values() for member in enum.members}
    found |= {part for variable in model.variables for part in variable.name.replace(" ", ".").split(".")}
    return frozenset(found)


def fresh_name(wanted: str, type: Type, taken: frozenset[str]) -> str:
    """`wanted` where it is free, else a letter after the type: workers are w, x, y ..., tasks t, u, v."""
    if wanted.isidentifier() and wanted not in taken:
        return wanted
    return next(name for name in _candidates(type) if name not in taken)


def _candidates(type: Type) -> list[str]:
    named = type.name.rpartition(".")[2] if isinstance(type, Sort | Enum) else "n"
    begin = ascii_lowercase.find(named[:1].lower())
    letters = ascii_lowercase[max(begin, 0) :] + ascii_lowercase[: max(begin, 0)]
    return [*letters, *(f"{letter}{number}" for number in range(2, 100) for letter in letters[:1])]


def member_name(enum: Enum, member: str, checked: Checked) -> str:
    """As a spec names it: bare where that says which."""
    bare = [e for e in checked.enums.values() if member in e.members] == [enum]
    shadowed = member in checked.shared or member in checked.constants or member in checked.parameters
    return member if bare and not shadowed and "." not in enum.name else f"{enum.name}.{member}"


def aliases(checked: Checked) -> dict[Type, str]:
    """Types that have no name of their own, and the one that the protocol gives them."""
    declared = [node for node in checked.protocol.declarations if isinstance(node, tree.TypeAlias)]
    known = [(checked.type_expressions.get(id(node.type)), node.name) for node in declared]
    return {type: name for type, name in known if type is not None}


def constant_named(checked: Checked, type: Type, value: Value) -> str | None:
    """The constant of the protocol with this value, of those that are tables: a number or a member says more than its name."""
    if not isinstance(type, MapOf | SetOf | SeqOf | Record):
        return None
    return next((name for name, known in checked.constants.items() if known.value == value and known.type == type), None)
