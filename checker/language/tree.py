"""The surface tree: what was written, nothing more.

Every node is a frozen dataclass with the span of its text. Facts that are found later (types, resolved names) live in side
tables keyed by node identity (`checker.language.names`), so nodes are compared with `is`, never with `==`.
Statement lists are tuples. A name is kept as written; a qualified name of an imported protocol (`lock.holder`) is one
`Name` with a dot in it once imports are resolved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from checker.language.source import Span


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Node:
    span: Span


# --- expressions -------------------------------------------------------------------------------


class Expr(Node):
    """An expression."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Number(Expr):
    value: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Truth(Expr):
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NoneValue(Expr):
    """`none`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Name(Expr):
    """A name in the place of a value, `self` included."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field(Expr):
    """`of.name`: a record's field, an agent's variable, an activity, `Enum.member`, or a qualified name."""

    of: Expr
    name: str
    name_span: Span


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Index(Expr):
    """`of[key]`, of a map or a sequence."""

    of: Expr
    key: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Call(Expr):
    """`name(arguments)`: a def, a built-in; `name(field: e, ...)`: a record (then `named` is not empty)."""

    name: str
    name_span: Span
    arguments: tuple[Expr, ...] = ()
    named: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Argument(Node):
    """`name: value` in a record, or in the named call of an await."""

    name: str
    value: Expr


UnaryOperator = Literal["-", "not"]
BinaryOperator = Literal[
    "implies", "or", "and", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "subset", "|", "&", "+", "-", "*", "//", "%"
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Unary(Expr):
    operator: UnaryOperator
    operand: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Binary(Expr):
    """`left operator right`. Comparisons do not chain (`a < b < c` is a syntax error with a hint)."""

    operator: BinaryOperator
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Unwrap(Expr):
    """`operand!`."""

    operand: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Conditional(Expr):
    """`if condition then then else orelse`."""

    condition: Expr
    then: Expr
    orelse: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Binder(Node):
    """`name in domain`: the domain is a `Name` of a type (enum, ids, role, alias), or an expression for a set."""

    name: str
    domain: Expr


QuantifierKind = Literal["all", "any", "count", "sum", "min", "max", "those", "majority"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quantifier(Expr):
    """`kind(binders: body)`; `those` and `majority` have one binder."""

    kind: QuantifierKind
    binders: tuple[Binder, ...]
    body: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Braces(Expr):
    """`{a, b}` or `{}`: a set (`{}` is also an empty map where a map is wanted)."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MapLiteral(Expr):
    """`{k: v, ...}`, at least one entry."""

    entries: tuple[tuple[Expr, Expr], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MapComprehension(Expr):
    """`{key: value for binder}`; `key` is the binder's name."""

    key: Expr
    value: Expr
    binder: Binder


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeqLiteral(Expr):
    """`[a, b]`."""

    items: tuple[Expr, ...]


AgentFact = Literal["busy", "idle", "up", "down", "stalled", "finished"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Is(Expr):
    """`agent is busy`."""

    agent: Expr
    fact: AgentFact


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class At(Expr):
    """`agent at label`, or `agent at activity.label` (then `activity` is not None; `run` names the run activity)."""

    agent: Expr
    activity: str | None
    label: str
    label_span: Span


# --- types as written --------------------------------------------------------------------------


class TypeExpr(Node):
    """A type as written."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NamedType(TypeExpr):
    """`bool`, or the name of an enum, ids, role, record or alias."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RangeType(TypeExpr):
    low: Expr
    high: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OptionType(TypeExpr):
    of: TypeExpr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SetType(TypeExpr):
    of: TypeExpr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MapType(TypeExpr):
    key: TypeExpr
    value: TypeExpr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeqType(TypeExpr):
    of: TypeExpr
    max: Expr


# --- statements --------------------------------------------------------------------------------


class Statement(Node):
    __slots__ = ()


Block = tuple[Statement, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Assign(Statement):
    """`target operator value`; the target is a `Name`, or `Index`/`Field` on one."""

    target: Expr
    operator: Literal["=", "+=", "-="]
    value: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Let(Statement):
    name: str
    value: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class If(Statement):
    """`if`/`elif` arms in order, then `else` (empty when there is none)."""

    arms: tuple[tuple[Expr, Block], ...]
    orelse: Block


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class For(Statement):
    binder: Binder
    body: Block


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choose(Statement):
    """`choose name in domain where c` (`domain` set) or `choose name: TYPE where c` (`type` set)."""

    name: str
    domain: Expr | None
    type: TypeExpr | None
    where: Expr | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Either(Statement):
    """Branches with their probabilities in thousandths-exact text (`"0.9"`), or None."""

    branches: tuple[tuple[str | None, Block], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Send(Statement):
    message: str
    message_span: Span
    arguments: tuple[Expr, ...]
    to: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Broadcast(Statement):
    """`to` is the `Name` of a role, or an expression for a set of agents."""

    message: str
    message_span: Span
    arguments: tuple[Expr, ...]
    to: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Assert(Statement):
    condition: Expr
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Return(Statement):
    pass


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class While(Statement):
    """`at_most` is a constant expression, or None."""

    condition: Expr
    at_most: Expr | None
    body: Block


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Progress(Statement):
    pass


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spawn(Statement):
    agent: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stop(Statement):
    agent: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pass(Statement):
    pass


class Awaitable(Node):
    """What an await waits for."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AwaitCall(Awaitable):
    """`llm(tokens: 2_000)`; also `tests()` when `tests` is neither a def nor a message (see `checker.language.names`)."""

    name: str
    name_span: Span
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pattern(Node):
    """`M(a, _) from x: Role`: fields are names, or None for `_`; `sender` and `sender_role` may be absent."""

    message: str
    message_span: Span
    fields: tuple[str | None, ...]
    field_spans: tuple[Span, ...]
    sender: str | None
    sender_role: str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AwaitMessage(Awaitable):
    pattern: Pattern
    guard: Expr | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AwaitCondition(Awaitable):
    condition: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AwaitRound(Awaitable):
    pass


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AwaitTimeout(Awaitable):
    """`timeout:`, in branches only."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Await(Statement):
    """One await: a single branch with an empty body, or the branches of an `await:` block. `label` is as written."""

    branches: tuple[AwaitBranch, ...]
    label: str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AwaitBranch(Node):
    what: Awaitable
    body: Block


# --- declarations of a protocol ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parameter(Node):
    """A parameter of a protocol: a `RangeType` or `bool`, with its default."""

    name: str
    type: TypeExpr
    default: Expr | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TypedName(Node):
    """`name: type` of an action's parameter, a message's or a record's field, a def's parameter."""

    name: str
    type: TypeExpr


class Declaration(Node):
    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Import(Declaration):
    path: str
    alias: str
    bindings: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EnumDecl(Declaration):
    name: str
    members: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TypeAlias(Declaration):
    name: str
    type: TypeExpr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecordDecl(Declaration):
    name: str
    fields: tuple[TypedName, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IdsDecl(Declaration):
    name: str
    size: Expr
    ordered: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ConstDecl(Declaration):
    name: str
    type: TypeExpr
    value: Expr | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VarDecl(Declaration):
    """A `shared` store (kind "shared") or an agent's variable ("var", "durable"). `any_of`: `in SET` instead of `= e`."""

    kind: Literal["shared", "var", "durable"]
    name: str
    type: TypeExpr
    initial: Expr
    any_of: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MessageDecl(Declaration):
    name: str
    fields: tuple[TypedName, ...]
    to: str
    to_span: Span
    channel: Literal["fifo", "unordered", "persistent"]
    capacity: Expr | None
    policy: Literal["block", "drop", "error"]
    lost_if_down: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeterDecl(Declaration):
    name: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DefDecl(Declaration):
    name: str
    parameters: tuple[TypedName, ...]
    body: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DoneDecl(Declaration):
    """`done when condition`."""

    condition: Expr


Fairness = Literal["weak", "strong", "may"]


class Activity(Node):
    """An action, a handler or a run."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Action(Activity):
    name: str
    fairness: Fairness
    parameters: tuple[TypedName, ...]
    guard: Expr | None
    advice: Expr | None
    body: Block


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Handler(Activity):
    """`on pattern when guard:`. Its activity's name is the message's; a second handler of one message gets `_2`."""

    fairness: Fairness
    pattern: Pattern
    guard: Expr | None
    body: Block


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run(Activity):
    body: Block


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoleDecl(Declaration):
    """A role line, a role block, or both; a later block of the same role has no size and no attributes.
    `size` is None for a bare block or for a role of one agent."""

    name: str
    name_span: Span
    size: Expr | None
    ordered: bool
    reentrant: bool
    starts_down: bool
    variables: tuple[VarDecl, ...]
    activities: tuple[Activity, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Protocol(Node):
    """A whole `.team` file. `declarations` are in the order written."""

    doc: str | None
    name: str
    parameters: tuple[Parameter, ...]
    declarations: tuple[Declaration, ...]


# --- specs ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InstanceDecl(Node):
    name: str
    bindings: tuple[tuple[str, Expr], ...]


FaultKind = Literal[
    "crash",
    "restart",
    "stall",
    "forget",
    "skip",
    "repeat",
    "disobey",
    "byzantine",
    "lose",
    "duplicate",
    "reorder",
    "garble",
    "stale",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FaultItem(Node):
    """`kind target <= budget`; `budget` is None for `unlimited`."""

    kind: FaultKind
    target: str
    target_span: Span
    budget: Expr | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FaultsDecl(Node):
    """A fault model; `faults NAME: none` and `faults none` have no items."""

    name: str
    items: tuple[FaultItem, ...]


class PropertyDecl(Node):
    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StateProperty(PropertyDecl):
    """`kind name "text": condition`."""

    kind: Literal["always", "never", "step", "sometimes", "eventually"]
    name: str
    text: str | None
    condition: Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Whenever(PropertyDecl):
    """`whenever name "text": trigger leads to goal`."""

    name: str
    text: str | None
    trigger: Expr
    goal: Expr


AbsenceKind = Literal[
    "no deadlock", "no livelock", "no unhandled message", "no lost update", "no stale write", "no overwrite", "no error"
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Absence(PropertyDecl):
    """`no deadlock`, or `no lost update on v` (`on` is the variable). Its name is its text as one would write it."""

    kind: AbsenceKind
    on: str | None
    on_span: Span | None

    @property
    def name(self) -> str:
        return f"{self.kind} on {self.on}" if self.on is not None else self.kind


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CheckDecl(Node):
    """`check instances under faults`; an empty tuple of faults means `none`."""

    instances: tuple[Name, ...]
    faults: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExpectViolated(Node):
    """`expect p, q violated in ... under ...`; empty tuples mean everywhere. A property is named as in its `.name`."""

    properties: tuple[Name, ...]
    instances: tuple[Name, ...]
    faults: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExpectCounts(Node):
    """`expect 131 states, 228 transitions in pair under none`; `transitions` may be None."""

    states: int
    transitions: int | None
    instances: tuple[Name, ...]
    faults: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spec(Node):
    """A whole `.spec` file; each tuple is in the order written."""

    doc: str | None
    name: str
    path: str
    path_span: Span
    instances: tuple[InstanceDecl, ...]
    faults: tuple[FaultsDecl, ...]
    timeouts_only_when_stuck: bool
    defs: tuple[DefDecl, ...]
    properties: tuple[PropertyDecl, ...]
    checks: tuple[CheckDecl, ...]
    expectations: tuple[ExpectViolated | ExpectCounts, ...]
