"""Which numbers are sizes of teams, and what must hold so that a step says the same at every size.

The steps of a model were made for one size: what is constant there was computed, and ranges have numbers for bounds. A protocol is taken for one of
every size only where no such constant depends on the size; else it is refused, with the place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import final

from checker.language import tree
from checker.language.checked import (
    AgentVariable,
    Bound,
    Builtin,
    Checked,
    Constant,
    Def,
    FrameVariable,
    SharedVariable,
    TypeName,
)
from checker.language.checking.walk import nodes
from checker.language.types import Bool, Type
from checker.model.model import Variable
from checker.sizing.potential.values import Refused, is_plain, many

_VARIABLES = (SharedVariable, AgentVariable, FrameVariable)
_GIVEN_BY_US = frozenset({"control", "frame", "up", "stalled", "channel", "budget"})


@final
class Sizes:
    """Of one protocol. `of`: of each sort of any number of elements how the protocol writes its size, and the size here; `parameters`: the names in
    those sizes; `used`: all names."""

    def __init__(self, checked: Checked) -> None:
        self._checked = checked
        self.of: dict[str, tuple[str, int]] = {}
        self._written: list[tree.Expr] = []
        for node in nodes(checked.protocol):
            if isinstance(node, tree.IdsDecl | tree.RoleDecl) and node.size is not None:
                self.of[node.name] = _text(node.size), checked.sorts[node.name].size
                self._written.append(node.size)
        self.used = {node.name for node in nodes(checked.protocol) if isinstance(node, tree.Name)}
        self.parameters = {part.name for size in self._written for part in nodes(size) if isinstance(part, tree.Name)}

    @property
    def here(self) -> dict[str, int]:
        """The size of each sort in this instance."""
        return {sort: size for sort, (_, size) in self.of.items()}

    def require_same_text(self, faults: str = "none") -> None:
        """Raises Refused, with a place, where the protocol, what the instance gives to it, or a budget of the fault model computes with a size."""
        self._require_same_settings(faults)
        sizes = {id(part) for size in self._written for part in nodes(size)}
        for node in nodes(self._checked.protocol):
            if isinstance(node, tree.Name) and node.name in self.parameters and id(node) not in sizes:
                raise Refused(f"`{node.name}` is a size and is computed with ({node.span})")
            if isinstance(node, tree.ConstDecl):
                self._require_plain_const(node)
            elif isinstance(node, tree.Expr):
                self._require_not_folded(node)

    def _require_same_settings(self, faults: str) -> None:
        """Budgets of faults, and what the instance gives: what names a size, or a sort to go through, may say something else at each."""
        budgets = [item.at.budget for item in self._checked.faults.get(faults, ()) if item.at.budget is not None]
        for value in (*self._checked.given.values(), *budgets):
            for name in self._names(value):
                if name.name in self.parameters:
                    raise Refused(f"`{name.name}` is a size and is computed with ({name.span})")
                if name.name in self.of:
                    raise Refused(f"what is said here may depend on the size ({name.span})")

    def _names(self, value: tree.Expr) -> Iterator[tree.Name]:
        """All that are written in it, and in the defs that it calls: what an instance gives has no symbols."""
        for part in nodes(value):
            if isinstance(part, tree.Name):
                yield part
            elif isinstance(part, tree.Call) and part.name in self._checked.defs:
                yield from self._names(self._checked.defs[part.name].body)

    def _require_plain_const(self, node: tree.ConstDecl) -> None:
        constant = self._checked.constants.get(node.name)
        if constant is None or node.value is None or not is_plain(constant.type):
            return
        if any(self._names_elements(part) for part in nodes(node.value)):
            raise Refused(f"the value of `{node.name}` may depend on the size ({node.span})")

    def _require_not_folded(self, node: tree.Expr) -> None:
        """A closed expression about elements, with a plain value (what has no type is a number: a cost, a capacity, a limit): it was computed at
        this size."""
        type = self._checked.types.get(id(node))
        if isinstance(node, tree.Name | tree.Number | tree.Truth) or (type is not None and not is_plain(type)):
            return
        if self._is_closed(node, frozenset()) and any(self._names_elements(part) for part in self._with_defs(node)):
            raise Refused(f"what is said here may depend on the size ({node.span})")

    def _names_elements(self, node: tree.Node) -> bool:
        symbol = self._checked.symbols.get(id(node))
        match symbol:
            case Constant(type=of) | TypeName(type=of):
                return not is_plain(of)
            case Builtin():
                return id(node) in self._checked.types and not is_plain(self._checked.types[id(node)])
        return isinstance(node, tree.Name) and node.name in self.of

    def _with_defs(self, node: tree.Expr) -> Iterator[tree.Node]:
        for part in nodes(node):
            yield part
            symbol = self._checked.symbols.get(id(part))
            if isinstance(symbol, Def):
                yield from self._with_defs(self._checked.defs[symbol.name].body)

    def _is_closed(self, node: tree.Node, bound: frozenset[str]) -> bool:
        """Whether nothing in it depends on the state, on who acts, or on what is bound outside."""
        names = bound | {part.name for part in nodes(node) if isinstance(part, tree.Binder)}
        for part in nodes(node):
            symbol = self._checked.symbols.get(id(part))
            if isinstance(part, tree.Is | tree.At) or isinstance(symbol, _VARIABLES):
                return False
            if isinstance(symbol, Bound) and symbol.name not in names:
                return False
            if isinstance(symbol, Builtin) and symbol.name in ("waiting", "old"):
                return False
            if isinstance(symbol, Def):
                definition = self._checked.defs[symbol.name]
                if not self._is_closed(definition.body, frozenset(name for name, _ in definition.parameters)):
                    return False
        return True

    # --- how it starts -----------------------------------------------------------------------------------------------

    def starts_alike(self, variable: Variable) -> bool:
        """Whether its cells start, at every size, with the values that they start with here."""
        if variable.kind in _GIVEN_BY_US:
            return True
        if variable.kind == "ghost":  # what was before, or whether something has been: the one may start like any variable
            return isinstance(variable.type, Bool) and all(choices == (False,) for choices in variable.initial)
        role, _, name = variable.name.rpartition(".") if variable.kind == "agent" else ("", "", variable.name)
        infos = self._checked.roles[role].variables if role in self._checked.roles else tuple(self._checked.shared.values())
        info = next((info for info in infos if info.name == name), None)
        return info is not None and self._is_literal(info.declaration)

    def _is_literal(self, declaration: tree.VarDecl) -> bool:
        """A value without an element in it, the same for every cell; or the set of all elements."""
        node = declaration.initial
        if isinstance(node, tree.Quantifier) and node.kind == "those" and not declaration.any_of:
            return isinstance(node.body, tree.Truth) and all(isinstance(b.domain, tree.Name) for b in node.binders)
        kinds = tree.Number | tree.Truth | tree.NoneValue | tree.Name | tree.Field | tree.Braces | tree.SeqLiteral | tree.Unary
        return all(isinstance(part, kinds) and self._is_plain_name(part) for part in nodes(node))

    def _is_plain_name(self, node: tree.Node) -> bool:
        if not isinstance(node, tree.Name):
            return True
        symbol = self._checked.symbols.get(id(node))
        return isinstance(symbol, Constant | TypeName) and is_plain(symbol.type)


def is_size_free(type: Type) -> bool:
    """Whether an expression has values of this type at every size: numbers have ranges that may be those of this size."""
    from checker.language.types import Enum, Option

    bare = type.of if isinstance(type, Option) else type
    return isinstance(bare, Bool | Enum) or many(bare) or is_set_of_elements(bare)


def is_set_of_elements(type: Type) -> bool:
    from checker.language.types import SetOf

    return isinstance(type, SetOf) and many(type.of)


def _text(node: tree.Expr) -> str:
    match node:
        case tree.Name():
            return node.name
        case tree.Number():
            return str(node.value)
        case tree.Binary():
            return f"{_text(node.left)} {node.operator} {_text(node.right)}"
    raise Refused(f"a size that is computed in an unusual way ({node.span})")
