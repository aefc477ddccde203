"""The model: one typed, finite, flat form of a protocol under one instance and one fault model.

`Variable`s are arrays of cells; the state is one value for each cell. A `Step` is what one agent, or a fault, or the
barrier of a round does at once: its `prelude` binds who and what (every combination that passes the guards is one enabled
step), its `body` says how the cells change. Activities, awaits, rounds, channels, crashes are gone: they have become variables
and steps. If a function takes a `Model`, every static check has passed.

Read `Model` first, then `Step`, then the statements.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, final

from msgspec import Struct

from checker.language.source import Span
from checker.language.types import Sort, Type, Value, cardinality
from checker.model.expr import Expr, FailureKind, Local

if TYPE_CHECKING:
    from checker.model.formula import Formula

VariableKind = Literal["shared", "agent", "control", "frame", "up", "stalled", "channel", "budget", "ghost", "meter"]


@final
class Variable(Struct, frozen=True, kw_only=True, eq=False):
    """An array of cells of one type: `status[Task]`, `Worker.seen[Worker]`, or a single cell when `index` is empty.

    `offset` is the place of its first cell in the state; the cell at the values (i, j, ...) of the index types is at offset + its
    place in the order of `itertools.product` of their values. `initial` holds, for each cell, the values it may start with.
    Kinds: `agent` a role's own variable (first index: the agent), `control` where an activity waits (an enum whose first member is
    "idle", or "unstarted" for a run), `frame` a parameter or let of a waiting activity (none outside it), `channel` the
    messages in flight, `budget` how much of a fault was used, `meter` how much was spent: at every size any number from 0, whatever
    its type says.
    """

    name: str
    kind: VariableKind
    index: tuple[Type, ...]
    type: Type
    initial: tuple[tuple[Value, ...], ...]
    offset: int
    durable: bool = True
    at: Span | None = None

    @property
    def cells(self) -> int:
        total = 1
        for t in self.index:
            total *= cardinality(t)
        return total

    def __repr__(self) -> str:
        return f"Variable({self.name})"


# --- statements ------------------------------------------------------------------------------------------


@final
class Let(Struct, frozen=True, kw_only=True):
    """Set a register (again, where it was set before)."""

    local: Local
    value: Expr


@final
class Assign(Struct, frozen=True, kw_only=True):
    """Set one cell. The value is within the cell's type: the lowering puts a `narrow` where that is not certain."""

    variable: Variable
    indices: tuple[Expr, ...]
    value: Expr


@final
class If(Struct, frozen=True, kw_only=True):
    condition: Expr
    then: Body
    orelse: Body = ()


@final
class For(Struct, frozen=True, kw_only=True):
    """The body once for each element, one after another. Unless `independent` (shown by the lowering), the outcome must not
    depend on the order: for every subset of the elements all orders must lead to the same cells, else the step fails ("order").
    """

    local: Local
    domain: Type | Expr
    body: Body
    independent: bool
    at: Span


@final
class While(Struct, frozen=True, kw_only=True):
    """At most `limit` times; still true then: the step fails ("bound")."""

    condition: Expr
    limit: int
    body: Body
    at: Span


@final
class Choose(Struct, frozen=True, kw_only=True):
    """Set a register to any element of the domain that satisfies `where`: one outcome for each, none where there is none."""

    local: Local
    domain: Type | Expr
    where: Expr | None = None


@final
class Either(Struct, frozen=True, kw_only=True):
    """One outcome for each branch; probabilities are in lowest terms (numerator, denominator) or None."""

    branches: tuple[Body, ...]
    probabilities: tuple[tuple[int, int], ...] | None = None


@final
class Require(Struct, frozen=True, kw_only=True):
    """Where the condition is false this outcome does not exist (a send to a full channel that blocks)."""

    condition: Expr


@final
class Assert(Struct, frozen=True, kw_only=True):
    """Where the condition is false the step fails."""

    condition: Expr
    kind: FailureKind
    text: str
    at: Span


@final
class Mark(Struct, frozen=True, kw_only=True):
    """The transition carries `mark` when the condition holds here: "progress", or the name of a goal that it violates."""

    mark: str
    condition: Expr | None = None


@final
class Note(Struct, frozen=True, kw_only=True):
    """Told to readers of a trace, changes nothing. `send`/`take`/`drop`: `agent` is the other end (receiver or sender). `costs`: of `awaits`, what
    the calls that begin here cost, by meter."""

    kind: Literal["send", "take", "drop", "spawn", "stop", "ends", "awaits"]
    text: str
    agent: Expr | None = None
    values: tuple[Expr, ...] = ()
    costs: tuple[tuple[str, int], ...] = ()


Statement: TypeAlias = Let | Assign | If | For | While | Choose | Either | Require | Assert | Mark | Note
Body: TypeAlias = tuple[Statement, ...]


# --- steps -----------------------------------------------------------------------------------------------


@final
class Bind(Struct, frozen=True, kw_only=True):
    """Any element of the domain, in its order: one candidate for each."""

    local: Local
    domain: Type | Expr


@final
class Guard(Struct, frozen=True, kw_only=True):
    """Candidates that do not satisfy it are not enabled. Where it has no value, the step is enabled and fails."""

    condition: Expr


Prelude: TypeAlias = tuple[Bind | Let | Guard, ...]

StepKind = Literal["start", "resume", "take", "timeout", "round", "fault"]


@final
class Step(Struct, frozen=True, kw_only=True):
    """`name` is unique and stable: "Worker.work", "Worker.work.planning" (goes on from there), "Worker.on Assign", "crash Worker".

    `agent` is the register of who acts (for a fault: who suffers), None for faults of messages, stores and rounds. `parameters` are
    the registers that are shown and that, with the agent, tell one instance of the step from another for fairness. `fault` is the fault model's item
    ("crash Worker"), None for what agents and rounds do. `role` and `activity` say where it belongs; `phrase` is how a reader is told:
    "starts work", "goes on after planning". `awaited`: the condition that it waits for at an await, as written; else "".
    """

    name: str
    phrase: str
    kind: StepKind
    role: str | None
    activity: str | None
    agent: Local | None
    parameters: tuple[Local, ...]
    prelude: Prelude
    body: Body
    fairness: Literal["weak", "strong", "may"]
    fault: str | None = None
    awaited: str = ""
    at: Span


# --- goals -----------------------------------------------------------------------------------------------

GoalKind = Literal[
    "always",
    "never",
    "step",
    "sometimes",
    "eventually",
    "eventually always",
    "infinitely often",
    "ltl",
    "whenever",
    "no deadlock",
    "no livelock",
    "no starvation",
    "no unhandled message",
    "no lost update",
    "no stale write",
    "no overwrite",
    "no error",
]


@final
class Goal(Struct, frozen=True, kw_only=True):
    """What a spec asks of the model. `conditions`: one predicate, trigger and goal for `whenever`, those that its formula speaks of for `ltl`, none
    for most of the `no ...` kinds.

    `formula`: of `ltl`. `texts`: how the conditions were written, where a reason names them. `within`: of a `whenever` with a bound, how many and of
    what. `role`: of `no starvation`, whose conditions are for each of its agents: it is up, not stalled, and an activity of it waits; and of
    each control variable of the role, in the order of the variables, that the activity does not wait.

    `premises` are closed predicates, one for each implication in the condition, that hold where its left side does for some
    values of its quantifiers: a premise that never holds makes the implication vacuous. `mark` is set for the kinds that a `Mark` reports.
    """

    name: str
    kind: GoalKind
    text: str | None
    conditions: tuple[Expr, ...] = ()
    premises: tuple[tuple[str, Expr], ...] = ()
    mark: str | None = None
    formula: Formula | None = None
    texts: tuple[str, ...] = ()
    within: tuple[int, Literal["steps", "rounds"]] | None = None
    role: str | None = None
    at: Span


@final
class Model(Struct, frozen=True, kw_only=True):
    """`protocol`, `instance`, `faults`: names; `parameters`: the instance's values as text. `done`: `done when`, or None: no state is done.

    `channels` tells of each channel variable the message, the receiver's place among its indices and what a message of it looks like.
    `reentrant`: the roles whose agents start activities while others of theirs wait.
    """

    protocol: str
    instance: str
    faults: str
    parameters: tuple[tuple[str, str], ...]
    sorts: tuple[Sort, ...]
    variables: tuple[Variable, ...]
    steps: tuple[Step, ...]
    goals: tuple[Goal, ...]
    done: Expr | None
    timeouts_only_when_stuck: bool = False
    has_progress: bool = False
    channels: tuple[Channel, ...] = ()
    reentrant: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Cells in a state."""
        return sum(v.cells for v in self.variables)


@final
class Channel(Struct, frozen=True, kw_only=True):
    """The messages of one kind from one role. The value of a cell of `variable` is a sequence (`fifo`), a bag (`unordered`) or a
    set (`persistent`) of records: the message's fields, and before them `sender` where `with_sender`.
    The variable is indexed by sender and receiver (`fifo`) or by receiver.
    """

    message: str
    sender: Sort
    receiver: Sort
    kind: Literal["fifo", "unordered", "persistent"]
    variable: Variable
    with_sender: bool
