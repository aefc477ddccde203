"""What the static checks establish: a protocol (and a spec) under one instance, with every name resolved and every type known.

`checker.language.names` makes a `Checked`; the lowering reads it and has no errors of its own to report but those of values.
The side tables are keyed by `id(node)`; the trees are kept alive by the `Checked` that holds them.
"""

from __future__ import annotations

from typing import TypeAlias, final

from msgspec import Struct, field

from checker.language import tree
from checker.language.types import Enum, Sort, Type, Value

# --- what a name, a field or a call refers to ----------------------------------------------------------------


@final
class Constant(Struct, frozen=True):
    """A parameter, a const, an enum member, an element (`Task0`), or the agent of a role of one: a value known now."""

    value: Value
    type: Type


@final
class Bound(Struct, frozen=True):
    """A binder, `let`, parameter, field, sender or chosen name, or `self`: the innermost one of this name that is in scope."""

    name: str
    type: Type


@final
class SharedVariable(Struct, frozen=True):
    name: str


@final
class AgentVariable(Struct, frozen=True):
    """A variable of a role. Of a bare name: the agent's own; of `w.x`: of the agent that `Field.of` gives."""

    role: str
    name: str


@final
class FrameVariable(Struct, frozen=True):
    """`w.work.t`: the parameter or let `name` of activity `activity`; `Field.of` is the `Field` `w.work`, whose `of` is the agent."""

    role: str
    activity: str
    name: str


@final
class RecordField(Struct, frozen=True):
    """`Field.of` is a record value."""

    name: str


@final
class TypeName(Struct, frozen=True):
    """A type in the place of a domain or of an argument (`x in Task`, `first(Slot)`)."""

    type: Type


@final
class Def(Struct, frozen=True):
    """A `Call` of a def."""

    name: str


@final
class RecordMaker(Struct, frozen=True):
    """A `Call` with named arguments that makes a record."""

    name: str


@final
class Builtin(Struct, frozen=True):
    """A `Call` of a built-in: min max len first last rest butlast append without next previous next_in_ring index waiting old."""

    name: str


Symbol: TypeAlias = (
    Constant | Bound | SharedVariable | AgentVariable | FrameVariable | RecordField | TypeName | Def | RecordMaker | Builtin
)


# --- declarations, resolved -----------------------------------------------------------------------------------


class VariableInfo(Struct, frozen=True, kw_only=True):
    """A shared store or an agent's variable (`role` set)."""

    name: str
    role: str | None
    declaration: tree.VarDecl
    type: Type


class MessageInfo(Struct, frozen=True, kw_only=True):
    """`capacity` is a number (4 unless given; unused for `persistent`); `senders`: names of the roles whose code sends it."""

    name: str
    declaration: tree.MessageDecl
    fields: tuple[tuple[str, Type], ...]
    receiver: Sort
    capacity: int
    senders: tuple[str, ...]
    takes_sender: bool  # some handler or await binds its sender


class AwaitInfo(Struct, frozen=True, kw_only=True):
    """An await of an activity, with its final label (unique in the activity) and the names in scope there that its frame keeps.

    `kept` holds the parameters, lets, chosen names and taken fields in scope, in order of binding. `whats` gives for each branch
    what it waits for, with ambiguous calls settled (a `tree.AwaitCall`, never a call in a condition).
    """

    node: tree.Await
    label: str
    kept: tuple[tuple[str, Type], ...]
    whats: tuple[tree.Awaitable, ...]


class ActivityInfo(Struct, frozen=True, kw_only=True):
    """`name`: the action's name, the message's (`Assign`, `Assign_2`) for a handler, "run". `parameters`: an action's parameters, a handler's
    bound fields and sender. `awaits`: in the order of the text. `frame`: every name that some await keeps, with its type (a name
    bound at two places with two types is an error).
    """

    name: str
    node: tree.Activity
    parameters: tuple[tuple[str, Type], ...]
    awaits: tuple[AwaitInfo, ...]
    frame: tuple[tuple[str, Type], ...]


class RoleInfo(Struct, frozen=True, kw_only=True):
    """`activities` in the order of the text over all blocks of the role, those bound in from imports last."""

    name: str
    sort: Sort
    reentrant: bool
    starts_down: bool
    variables: tuple[VariableInfo, ...]
    activities: tuple[ActivityInfo, ...]
    at: tree.RoleDecl


class DefInfo(Struct, frozen=True, kw_only=True):
    name: str
    parameters: tuple[tuple[str, Type], ...]
    body: tree.Expr
    type: Type


class FaultInfo(Struct, frozen=True, kw_only=True):
    """One item of a fault model, `budget` None for unlimited."""

    kind: tree.FaultKind
    target: str
    budget: int | None
    at: tree.FaultItem


class Checked(Struct, kw_only=True):
    """A protocol under one instance. All dictionaries are in the order of declaration.

    `type_of` gives the type that the expression has by itself, before it is fitted to where it stands: `open` has the type of its enum
    although a `Status?` is wanted there; `none`, `{}` and `[]` have the type that is wanted. `Int` types are as
    narrow as the operands allow (interval arithmetic), so the lowering can tell where a range check is needed.
    `given`: what the instance gives to parameters and constants, as written; without those that are overridden.
    """

    protocol: tree.Protocol
    instance: str
    parameters: dict[str, Constant]
    given: dict[str, tree.Expr] = field(default_factory=dict)
    sorts: dict[str, Sort] = field(default_factory=dict)
    enums: dict[str, Enum] = field(default_factory=dict)
    constants: dict[str, Constant] = field(default_factory=dict)
    shared: dict[str, VariableInfo] = field(default_factory=dict)
    roles: dict[str, RoleInfo] = field(default_factory=dict)
    messages: dict[str, MessageInfo] = field(default_factory=dict)
    defs: dict[str, DefInfo] = field(default_factory=dict)
    done: tree.Expr | None = None
    properties: tuple[tree.PropertyDecl, ...] = ()
    faults: dict[str, tuple[FaultInfo, ...]] = field(default_factory=dict)
    timeouts_only_when_stuck: bool = False
    types: dict[int, Type] = field(default_factory=dict)
    symbols: dict[int, Symbol] = field(default_factory=dict)
    type_expressions: dict[int, Type] = field(default_factory=dict)  # id(tree.TypeExpr) -> type
    bounds: dict[int, int] = field(default_factory=dict)  # id of the expression after `at most` or `within` -> its value

    def type_of(self, node: tree.Expr) -> Type:
        return self.types[id(node)]

    def symbol_of(self, node: tree.Node) -> Symbol:
        return self.symbols[id(node)]
