"""What can be wrong with the use of names that exist (T2xx): the wrong kind of name, or the wrong place for it.

The docstring of a class is its page in `teamcheck explain`.
"""

from __future__ import annotations

from checker.language.diagnostics import Diagnostic

# --- the wrong kind of name --------------------------------------------------------------------------------------


class NotAValue(Diagnostic, frozen=True, kw_only=True):
    """The name of a type, a message or a def stands where a value is wanted."""

    code = "T231"
    title = "`{name}` is {what}, not a value"
    label = "a value is wanted here"
    help = "{advice}"
    name: str
    what: str
    advice: str


class NotAType(Diagnostic, frozen=True, kw_only=True):
    """A type is wanted, and the name belongs to something else."""

    code = "T232"
    title = "`{name}` is {what}, not a type"
    label = "a type is wanted here"
    help = "name an enum, ids, role, record or type"
    name: str
    what: str


class NotAMessage(Diagnostic, frozen=True, kw_only=True):
    """Only declared messages are sent and taken."""

    code = "T233"
    title = "`{name}` is {what}, not a message"
    label = "a message is wanted here"
    help = "name a message"
    name: str
    what: str


class NotCalled(Diagnostic, frozen=True, kw_only=True):
    """Defs, records and built-in functions are called; values are not, and messages are sent or awaited."""

    code = "T234"
    title = "`{name}` is {what} and cannot be called"
    label = "called here"
    help = "leave the parentheses out"
    name: str
    what: str


class MeterAsValue(Diagnostic, frozen=True, kw_only=True):
    """A meter adds up what awaits cost. It is no part of the state, so no expression can read it."""

    code = "T235"
    title = "`{name}` is a meter, not a value"
    label = "meters are added to, never read"
    help = "count in a variable what guards depend on"
    name: str


class ActivityAsValue(Diagnostic, frozen=True, kw_only=True):
    """`w.work.t` is the parameter or `let` named `t` of activity `work` of agent `w`. The activity itself is no value."""

    code = "T236"
    title = "`{activity}` is an activity of {role}, not a value"
    label = "{text} by itself has no value"
    help = "write `{text}.NAME` for a name that it keeps, or `is busy`"
    text: str
    role: str
    activity: str


class WhoseVariable(Diagnostic, frozen=True, kw_only=True):
    """Outside the code of its role a variable is read with the agent before it."""

    code = "T237"
    title = "`{name}` is a variable of each {role}"
    label = "whose?"
    help = "write `x.{name}` for an agent `x`, as in `all(x in {role}: x.{name} ...)`"
    name: str
    role: str


# --- the wrong place ---------------------------------------------------------------------------------------------


class OthersVariable(Diagnostic, frozen=True, kw_only=True):
    """An agent knows what it was sent and what it reads from a shared store. Reading or writing the variables of another agent is
    refused in protocols; specs and `done when` may read them.
    """

    code = "T241"
    title = "`{name}` belongs to another {role}"
    label = "an agent cannot see the variables of others"
    help = "send it in a message, or keep it in a shared variable"
    name: str
    role: str


class SpecOnly(Diagnostic, frozen=True, kw_only=True):
    """What an agent is doing (`is busy`, `at planning`, `w.work.t`) and how many messages wait is known to specs and to `done when`. In
    protocols only `is up` and `is down` may be asked.
    """

    code = "T242"
    title = "`{text}` can only be asked in a spec"
    label = "an agent cannot see what others are doing"
    help = "keep what agents must know in a shared variable"
    text: str


class ObservingDef(Diagnostic, frozen=True, kw_only=True):
    """The def looks at agents, as only specs and `done when` may."""

    code = "T243"
    title = "`{name}` cannot be called in the code of agents"
    label = "it {what}"
    help = "move what agents must know into a shared variable"
    name: str
    what: str


class ElementInProtocol(Diagnostic, frozen=True, kw_only=True):
    """The elements of ids and roles are symmetric unless they are declared `ordered`: the protocol treats all alike, so that the checker may
    exchange them. Naming one breaks that. To begin with any of them: `shared first: {sort} in {sort}`.
    """

    code = "T244"
    title = "`{name}` cannot be named in the protocol"
    label = "the elements of {sort} are interchangeable"
    help = "name it in the spec or in a const, or declare `{sort}` as `ordered`"
    name: str
    sort: str


class SelfOutside(Diagnostic, frozen=True, kw_only=True):
    """`self` is the agent whose code runs, in activities and in the initial values of its variables."""

    code = "T245"
    title = "`self` has no meaning here"
    label = "no agent acts here"
    help = "name the agent"


class OldOutside(Diagnostic, frozen=True, kw_only=True):
    """`old(e)` is the value of `e` before a step. It stands in `step` properties, once deep."""

    code = "T246"
    title = "`old` has no meaning here"
    label = "only `step` properties compare a state with the one before"
    help = "write a `step` property"


class NotConstant(Diagnostic, frozen=True, kw_only=True):
    """Ranges, sizes, capacities, consts, initial values and the keys of map literals are settled before the run."""

    code = "T247"
    title = "{what} cannot depend on `{name}`"
    label = "it is known only while the protocol runs"
    help = "use parameters, consts and literals"
    what: str
    name: str


class NotAssignable(Diagnostic, frozen=True, kw_only=True):
    """Only shared variables and the agent's own variables change. Parameters, `let`s and what a message brought are fixed."""

    code = "T248"
    title = "`{text}` cannot be assigned"
    label = "it is {what}"
    help = "{advice}"
    text: str
    what: str
    advice: str


class SelfTarget(Diagnostic, frozen=True, kw_only=True):
    """The code of a role writes `x = 1` for the agent's own variable `x`."""

    code = "T249"
    title = "an own variable is assigned by its bare name"
    label = "without `self`"
    help = "write `{name}`"
    name: str
