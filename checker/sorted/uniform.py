"""Which sorts of a protocol may have every size: those whose size nothing else hangs on.

The size of a sort is open where it is a parameter that is written nowhere but as the size of ids or roles (so no range,
capacity, constant, initial value, budget or condition knows it), where no constant counts the sort, and where the model is translated to one
and the same text of formulas at two sizes. The first two are the argument, for they leave nothing in the language that could tell
one size from another but the quantifiers, which the translation keeps, and, of ordered sorts, the order, the ends and the neighbours, which it
keeps too (`checker.sorted.orders`); the place of an element in its order is refused. The third holds the argument to what was really built.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING, final

from msgspec import Struct
from msgspec.structs import replace

from checker.language import tree
from checker.language.checked import Bound, Def, TypeName
from checker.language.checking.walk import nodes
from checker.language.diagnostics import BadInput
from checker.language.source import Span
from checker.language.types import BagOf, MapOf, Option, Record, SeqOf, SetOf, Sort, Type
from checker.model.model import Model
from checker.sorted.family import Family
from checker.sorted.printing import form_text, goal_texts
from checker.sorted.refusals import Refused
from checker.sorted.system import Sorted, sorted_form

if TYPE_CHECKING:
    from checker.language.checked import Checked

SMALLEST = 3  # of the two sizes that are compared: with two elements, "all but one" and "another one" are the same


@final
class Fixed(Struct, frozen=True):
    """Why the size of a sort stays what the instance makes it. `why` is a sentence for users."""

    size: int
    why: str
    at: Span | None = None


@final
class EverySize(Struct, frozen=True, kw_only=True):
    """`open`: sort -> the parameter that is its size. `fixed`: the other sorts. `form`: the model as formulas, of every size of the open sorts."""

    open: dict[str, str]
    fixed: dict[str, Fixed]
    form: Sorted
    family: Family

    @property
    def goals(self) -> Mapping[str, Span]:
        """The goals that speak of a size itself, with the place."""
        return self.form.sized

    def model_at(self, sizes: Mapping[str, int]) -> Model:
        """The model where the open sorts have these sizes (by sort)."""
        return self.family.model({self.open[sort]: size for sort, size in sizes.items()})


def every_size(family: Family) -> EverySize:
    """The most sorts that may have every size, with the formulas for that. Raises BadInput, and Refused where the protocol is not translated
    even with all sizes fixed."""
    checked = family.checked()
    found = dict(_sizes(checked, tuple(checked.given.values()), family.orders_fixed))
    fixed = {name: reason for name, reason in found.items() if isinstance(reason, Fixed)}
    may = {name: parameter for name, parameter in found.items() if isinstance(parameter, str)}
    refused: Refused | None = None
    for count in range(len(may), -1, -1):
        for names in combinations(may, count):
            tried = {name: may[name] for name in names}
            if any(p in tried.values() for name, p in may.items() if name not in tried):
                continue  # one parameter is the size of both
            try:
                form = _same_at_two_sizes(family, tried)
            except Refused as no:
                refused = refused or no
                continue
            assert refused is not None or count == len(may)
            for name in may:
                if name not in tried and refused is not None:
                    fixed[name] = Fixed(checked.sorts[name].size, refused.what, refused.at or _written(checked)[name].span)
            found_form = replace(form[0], sized=_goals(checked, tried, *form))
            return EverySize(open=tried, fixed=fixed, form=found_form, family=family)
    assert refused is not None
    raise refused


def _same_at_two_sizes(family: Family, open: Mapping[str, str]) -> tuple[Sorted, Sorted]:
    """The formulas of the protocol with these sorts open, from two sizes. Raises Refused where they differ, or cannot be made."""
    parameters = list(dict.fromkeys(open.values()))
    one = {p: SMALLEST + place for place, p in enumerate(parameters)}
    other = {p: size + len(parameters) + 1 for p, size in one.items()}
    if not open:
        form = sorted_form(family.model(), open)
        return form, form
    form, again = (sorted_form(_model(family, sizes), open) for sizes in (one, other))
    if form_text(form) != form_text(again):
        shown = [", ".join(f"{p} = {size}" for p, size in sizes.items()) for sizes in (one, other)]
        raise Refused(f"the protocol says something else at {shown[0]} than at {shown[1]}")
    return form, again


def _model(family: Family, sizes: Mapping[str, int]) -> Model:
    """The model at these sizes. Raises Refused where it is too large there to be made, or where a constant of the instance does not fit."""
    try:
        return family.model(sizes)
    except BadInput as bad:
        first, shown = bad.diagnostics[0], ", ".join(f"{p} = {size}" for p, size in sizes.items())
        raise Refused(f"with {shown} it cannot be made: {first.title_text}; {first.help_text}", first.span) from None


# --- what is written ---------------------------------------------------------------------------------------------


def _written(checked: Checked) -> dict[str, tree.Expr]:
    """The sizes that ids and roles are declared with."""
    return {
        node.name: node.size
        for node in checked.protocol.declarations
        if isinstance(node, tree.RoleDecl | tree.IdsDecl) and node.size is not None
    }


def _sizes(checked: Checked, given: tuple[tree.Expr, ...], orders_fixed: bool) -> Iterator[tuple[str, str | Fixed]]:
    """Of each sort the parameter that is its size, where nothing else hangs on it; else why its size is fixed."""
    sizes = _written(checked)
    parameters = {p.name for p in checked.protocol.parameters}
    for name, sort in checked.sorts.items():
        size = sizes.get(name)
        if sort.single or size is None:
            yield name, Fixed(1, "there is one")
        elif sort.ordered and orders_fixed:
            yield name, Fixed(sort.size, "it is ordered", size.span)
        elif not isinstance(size, tree.Name) or size.name not in parameters:
            yield name, Fixed(sort.size, f"its size is not a parameter alone, as `n` in `{name} * n`", size.span)
        else:
            yield name, _open(checked, sort, size.name, given)


def _open(checked: Checked, sort: Sort, parameter: str, given: tuple[tree.Expr, ...]) -> str | Fixed:
    used = next(_uses(checked, parameter, given), None)
    if used is not None:
        return Fixed(
            sort.size, f"`{parameter}` says more here than how many {sort.name} there are: give that a parameter of its own", used
        )
    counted = next(_counting(checked, sort, given), None)
    if counted is not None:
        return Fixed(sort.size, f"a value that is known before the run depends on how many {sort.name} there are", counted)
    return parameter


def _uses(checked: Checked, parameter: str, given: tuple[tree.Expr, ...]) -> Iterator[Span]:
    """Where the parameter is written other than as a size; properties are left out."""
    for root in (*_roots(checked), *given):
        sizes = {id(root.size)} if isinstance(root, tree.RoleDecl | tree.IdsDecl) and root.size is not None else set()
        yield from _named(checked, root, parameter, sizes)


def _named(checked: Checked, root: tree.Node, parameter: str, allowed: set[int]) -> Iterator[Span]:
    for node in nodes(root):
        written = isinstance(node, tree.Name) and node.name == parameter and id(node) not in allowed
        if written and not isinstance(checked.symbols.get(id(node)), Bound):
            yield node.span


def _roots(checked: Checked) -> Iterator[tree.Node]:
    """All that the model is made of."""
    yield from checked.protocol.declarations
    for parameter in checked.protocol.parameters:
        yield parameter.type
        if parameter.default is not None:
            yield parameter.default
    for info in checked.defs.values():
        yield info.body
    for items in checked.faults.values():
        yield from (item.at for item in items)


def _goals(checked: Checked, open: Mapping[str, str], form: Sorted, again: Sorted) -> dict[str, Span]:
    """The goals that speak of a size: by its parameter, or by what is folded of it."""
    found: dict[str, Span] = {}
    for node in checked.properties:
        if isinstance(node, tree.StateProperty):
            for parameter in open.values():
                for at in _named(checked, node, parameter, set()):
                    found.setdefault(node.name, at)
    one, other = goal_texts(form), goal_texts(again)
    for goal in form.model.goals:
        if goal.kind != "no starvation" and one[goal.name] != other.get(goal.name):  # which is said of each agent by itself
            found.setdefault(goal.name, goal.at)
    return found


def _counting(checked: Checked, sort: Sort, given: tuple[tree.Expr, ...]) -> Iterator[Span]:
    """Where a value that is known before the run may depend on the size of `sort`: a quantifier or a call that goes through it."""
    for value in given:  # its nodes are not typed, so whatever might count is taken to count
        yield from (node.span for node in nodes(value) if _may_count(node))
    for root in _constants(checked):
        ends = set(map(id, _ends(checked, root)))
        counting = (node for node in nodes(root) if id(node) not in ends and _may_count(node))
        yield from (node.span for node in counting if _touches(checked, node, sort))


def _ends(checked: Checked, root: tree.Node) -> Iterator[tree.Expr]:
    """`first(T)` and `last(T)` where all of a variable's initial value is one of them, or whether `self` is: these are there at every size."""
    initial = root.initial if isinstance(root, tree.VarDecl) and not root.any_of else None
    if isinstance(initial, tree.Binary) and initial.operator in ("==", "!="):
        sides = (initial.left, initial.right)
        if any(isinstance(side, tree.Name) and side.name == "self" for side in sides):
            yield from (side for side in sides if _is_end(checked, side))
    elif initial is not None and _is_end(checked, initial):
        yield initial


def _is_end(checked: Checked, node: tree.Expr) -> bool:
    if not isinstance(node, tree.Call) or len(node.arguments) != 1:
        return False
    return isinstance(checked.symbols.get(id(node.arguments[0])), TypeName)


def _may_count(node: tree.Node) -> bool:
    """A call, or a quantifier but `those(x in T: e)` without either in it: whether an element is in that is said of the element alone.
    A record (`R(field: e)`) counts nothing by itself.
    """
    if isinstance(node, tree.Quantifier):
        inside = list(nodes(node))[1:]
        return node.kind != "those" or any(isinstance(part, tree.Quantifier | tree.Call) for part in inside)
    return isinstance(node, tree.Call) and not node.named


def _touches(checked: Checked, node: tree.Node, sort: Sort, seen: frozenset[str] = frozenset()) -> bool:
    for part in nodes(node):
        symbol = checked.symbols.get(id(part))
        types = [checked.types.get(id(part)), symbol.type if isinstance(symbol, TypeName) else None]
        if any(type is not None and _holds(type, sort) for type in types):
            return True
        called = checked.defs.get(symbol.name) if isinstance(symbol, Def) and symbol.name not in seen else None
        if called is not None and _touches(checked, called.body, sort, seen | {called.name}):
            return True
    return False


def _holds(type: Type, sort: Sort) -> bool:
    match type:
        case Sort(name):
            return name == sort.name
        case Option(of) | SetOf(of) | SeqOf(of, _) | BagOf(of, _):
            return _holds(of, sort)
        case MapOf(key, of):
            return _holds(key, sort) or _holds(of, sort)
        case Record(_, fields):
            return any(_holds(t, sort) for _, t in fields)
    return False


def _constants(checked: Checked) -> Iterator[tree.Node]:
    """The expressions that are evaluated before the run."""
    for node in checked.protocol.declarations:
        match node:
            case tree.ConstDecl():
                yield node
            case tree.MessageDecl() | tree.TypeAlias() | tree.RecordDecl() | tree.VarDecl():
                yield node
            case tree.RoleDecl():
                yield from node.variables
                for part in nodes(node):
                    if isinstance(part, tree.TypeExpr):
                        yield part
                    elif isinstance(part, tree.While) and part.at_most is not None:
                        yield part.at_most
            case tree.IdsDecl():
                yield node.size
    for items in checked.faults.values():
        yield from (item.at for item in items)
