"""The expressions of a model: a closed, typed tree without Python callables.

Every node has a `type`. An operator is a name in `OPERATORS`; nothing else may stand there. Some operators are partial: where they
have no value (`unwrap` of none, `first` of an empty sequence, `narrow` outside its type, ...) the evaluation fails, with the kind
of failure that the table names, at the place `at`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, final

from msgspec import Struct

from checker.language.source import Span
from checker.language.types import Type, Value

if TYPE_CHECKING:
    from checker.model.model import Variable

FailureKind = Literal["range", "none", "empty", "key", "division", "order", "assert", "overflow", "bound", "spawn"]


@final
class Const(Struct, frozen=True):
    value: Value
    type: Type


@final
class Local(Struct, frozen=True):
    """A register of the step or quantifier that binds it. `number` is unique within one step or one goal, counted from 0."""

    number: int
    name: str
    type: Type


@final
class Read(Struct, frozen=True):
    """The value of one cell of `variable`, or, with `old`, its value before the step (in `step` goals only).

    There is one index for each of the variable's index types.
    """

    variable: Variable
    indices: tuple[Expr, ...]
    old: bool = False

    @property
    def type(self) -> Type:
        return self.variable.type


@final
class Apply(Struct, frozen=True):
    operator: str
    arguments: tuple[Expr, ...]
    type: Type
    at: Span | None = None


QuantifierKind = Literal["all", "any", "count", "sum", "min", "max", "those", "majority", "map"]


@final
class Quantifier(Struct, frozen=True):
    """`kind(locals in domains: body)`.

    A domain is a finite type, or an expression for a set (or for a sequence or bag: its distinct elements). A later
    domain may use earlier locals. `those`, `majority` and `map` have one local; `map` has a type as its domain and gives the map
    whose value at each key is `body`. `min` and `max` of nothing fail ("empty").
    """

    kind: QuantifierKind
    locals: tuple[Local, ...]
    domains: tuple[Type | Expr, ...]
    body: Expr
    type: Type
    at: Span | None = None


Expr: TypeAlias = Const | Local | Read | Apply | Quantifier


class Operator(Struct, frozen=True):
    """`arity` None: any number of arguments. `fails`: how a partial operator fails. `meaning`: in words, for readers."""

    arity: int | None
    meaning: str
    fails: FailureKind | None = None


OPERATORS: dict[str, Operator] = {
    # booleans; and, or, implies, if evaluate from the left and stop as soon as the answer is known
    "and": Operator(None, "all arguments, from the left"),
    "or": Operator(None, "any argument, from the left"),
    "implies": Operator(2, "not a, or b"),
    "not": Operator(1, "not a"),
    "if": Operator(3, "b if a, else c"),
    # comparison: eq and ne on any type (none included), the rest on numbers, enums and ordered sorts
    "eq": Operator(2, "a = b"),
    "ne": Operator(2, "a differs from b"),
    "lt": Operator(2, "a < b"),
    "le": Operator(2, "a <= b"),
    "gt": Operator(2, "a > b"),
    "ge": Operator(2, "a >= b"),
    # numbers; results are exact, a `narrow` around them checks the range
    "add": Operator(2, "a + b"),
    "sub": Operator(2, "a - b"),
    "mul": Operator(2, "a * b"),
    "floordiv": Operator(2, "a / b rounded down", "division"),
    "mod": Operator(2, "a - b * floordiv(a, b)", "division"),
    "neg": Operator(1, "- a"),
    "min": Operator(2, "the smaller"),
    "max": Operator(2, "the larger"),
    # ordered types
    "next": Operator(1, "the element after a", "range"),
    "previous": Operator(1, "the element before a", "range"),
    "next_in_ring": Operator(1, "the element after a, after the last the first"),
    "index": Operator(1, "the place of a in its type, from 0"),
    # any type
    "narrow": Operator(1, "a, which must be a value of the node's type", "range"),
    "unwrap": Operator(1, "a, which must not be none", "none"),
    # sets
    "set": Operator(None, "the set of the arguments"),
    "in_set": Operator(2, "a is an element of b"),
    "subset": Operator(2, "every element of a is in b"),
    "union": Operator(2, "elements of a or b"),
    "intersect": Operator(2, "elements of a and b"),
    "minus": Operator(2, "elements of a, not of b"),
    "size": Operator(1, "the number of elements of a set, sequence or bag"),
    # sequences
    "seq": Operator(None, "the sequence of the arguments"),
    "in_seq": Operator(2, "a is an element of b"),
    "concat": Operator(2, "a, then b"),
    "append": Operator(2, "a with b at its end"),
    "first": Operator(1, "the oldest element", "empty"),
    "last": Operator(1, "the newest element", "empty"),
    "rest": Operator(1, "all but the oldest", "empty"),
    "butlast": Operator(1, "all but the newest", "empty"),
    "item": Operator(2, "the element of a at place b, from 0", "key"),
    "replace": Operator(3, "sequence a with c at place b", "key"),
    "without": Operator(2, "sequence a without the element at place b", "key"),
    # maps and records; values are tuples in the order of the keys, of the fields
    "map": Operator(None, "the map of the arguments, one for each key in order"),
    "get": Operator(2, "the value of map a at key b", "key"),
    "put": Operator(3, "map a with c at key b", "key"),
    "record": Operator(None, "the record of the arguments, one for each field in order"),
    "field": Operator(2, "the field of record a at place b (a Const)"),
    "with_field": Operator(3, "record a with c at place b (a Const)"),
    # bags
    "bag_add": Operator(2, "bag a and one more b"),
    "bag_remove": Operator(2, "bag a and one b less", "key"),
}


def conjuncts(condition: Expr) -> list[Expr]:
    """What all has to be true for `condition`, in the order of evaluation."""
    if isinstance(condition, Apply) and condition.operator == "and":
        return [part for argument in condition.arguments for part in conjuncts(argument)]
    return [condition]
