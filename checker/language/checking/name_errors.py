"""What can be wrong with names (T2xx).

The docstring of a class is its page in `teamcheck explain`.
"""

from __future__ import annotations

from checker.language.diagnostics import Diagnostic

# --- names that are not there ------------------------------------------------------------------------------------


class UnknownName(Diagnostic, frozen=True, kw_only=True):
    """A name is used that is neither bound around this place nor declared by the protocol.

    Values are: parameters, consts, shared variables, the agent's own variables, enum members, and what the code around binds
    (action parameters, `let`, `choose`, message fields, quantifiers). A `let` is known from its line to the end of its block.
    """

    code = "T201"
    title = "`{name}` is not declared"
    label = "nothing of this name is known here"
    help = "{advice}"
    name: str
    advice: str = ""


class UnknownType(Diagnostic, frozen=True, kw_only=True):
    """A type is named that the protocol does not declare.

    Types are `bool`, ranges (`0..3`), the names of `enum`, `ids`, `role`, `record` and `type` declarations, and what is made
    of them: `T?`, `set[T]`, `map[K, V]`, `seq[T, max 3]`.
    """

    code = "T202"
    title = "there is no type `{name}`"
    label = "not an enum, ids, role, record or type"
    help = "{advice}"
    name: str
    advice: str = ""


class UnknownMessage(Diagnostic, frozen=True, kw_only=True):
    """A message is sent, taken or counted that the protocol does not declare.

    message Assign(t: Task) to Worker
    """

    code = "T203"
    title = "there is no message `{name}`"
    label = "no `message {name}` is declared"
    help = "{advice}"
    name: str
    advice: str = ""


class NotAMember(Diagnostic, frozen=True, kw_only=True):
    """A value of an enum is wanted, and the name is not one of its members.

    Where two enums share a member, `Status.open` says which one is meant.
    """

    code = "T204"
    title = "`{name}` is not a {enum}"
    label = "`{enum}` has {members}"
    help = "{advice}"
    name: str
    enum: str
    members: str
    advice: str = ""


class UnknownRole(Diagnostic, frozen=True, kw_only=True):
    """A role is named, as the receiver or the sender of a message, that the protocol does not declare."""

    code = "T205"
    title = "there is no role `{name}`"
    label = "no `role {name}` is declared"
    help = "{advice}"
    name: str
    advice: str = ""


class UnknownField(Diagnostic, frozen=True, kw_only=True):
    """A field of a record is read or written that the record does not have."""

    code = "T206"
    title = "`{record}` has no field `{name}`"
    label = "it has {fields}"
    help = "{advice}"
    name: str
    record: str
    fields: str
    advice: str = ""


class UnknownVariable(Diagnostic, frozen=True, kw_only=True):
    """`w.x` reads variable `x` of agent `w`, and `w.work.t` the parameter or `let` named `t` of its activity `work`.
    The role of this agent has neither a variable nor an activity of that name.
    """

    code = "T207"
    title = "a {role} has no `{name}`"
    label = "it has {names}"
    help = "{advice}"
    name: str
    role: str
    names: str
    advice: str = ""


class UnknownLabel(Diagnostic, frozen=True, kw_only=True):
    """`w at planning` asks whether agent `w` waits at the await with the label `planning`, and no await of its role has it.

    An await's label is what `as` gives it; without `as` it is the name of the call or of the message, `round`, or `waiting`, and
    a second one in the same activity gets `_2`.
    """

    code = "T208"
    title = "{where} never waits at `{name}`"
    label = "labels: {labels}"
    help = "{advice}"
    name: str
    where: str
    labels: str
    advice: str = ""


class UnknownActivity(Diagnostic, frozen=True, kw_only=True):
    """`w at work.planning` names an activity of the role: an action, a message that it handles, or `run`."""

    code = "T209"
    title = "{role} has no activity `{name}`"
    label = "activities: {activities}"
    help = "{advice}"
    name: str
    role: str
    activities: str
    advice: str = ""


class UnknownFunction(Diagnostic, frozen=True, kw_only=True):
    """Something is called that the protocol does not define.

    `def ready(t: Task): all(d in needs[t]: status[d] == done)` defines an expression of one's own. Calls of the outside
    (`llm`, `tests`, `human`) stand only after `await`.
    """

    code = "T210"
    title = "there is no def or function `{name}`"
    label = "not a def, a record or a built-in function"
    help = "{advice}"
    name: str
    advice: str = ""


class UnknownMeter(Diagnostic, frozen=True, kw_only=True):
    """The arguments of an awaited call say what it costs, in meters. `tokens` and `seconds` are always there; others are declared:

    meter dollars
    """

    code = "T211"
    title = "there is no meter `{name}`"
    label = "the costs of a call are meters"
    help = "{advice}"
    name: str
    advice: str = ""


class NotInFrame(Diagnostic, frozen=True, kw_only=True):
    """`w.work.t` is the parameter or `let` named `t` of the activity `work` while it waits. An await keeps the names that are
    bound around it; this one is not bound at any await of the activity.
    """

    code = "T212"
    title = "no await of {activity} keeps `{name}`"
    label = "kept: {kept}"
    help = "{advice}"
    name: str
    activity: str
    kept: str
    advice: str = ""


class NoSuchElement(Diagnostic, frozen=True, kw_only=True):
    """The elements of ids and roles are numbered from 0 up to their size in this instance."""

    code = "T213"
    title = "there is no `{name}`"
    label = "`{sort}` has {elements}"
    help = "name an element that each instance has, or give the instance more of them"
    name: str
    sort: str
    elements: str


class NoRun(Diagnostic, frozen=True, kw_only=True):
    """`w is finished` is true when the `run` of an agent has ended, and this role has no `run`."""

    code = "T214"
    title = "{role} has no `run`"
    label = "it never finishes"
    help = "ask `is idle` instead"
    role: str


class CallLikeName(Diagnostic, frozen=True, kw_only=True):
    """An awaited name without declaration is a call of the outside (`await llm()`), which answers some time. This one is spelled almost
    like a message or a def of the protocol: awaiting a call where a message was meant would hide that the message never comes.
    """

    code = "T215"
    title = "`{name}` is neither a message nor a def"
    label = "did you mean `{meant}`?"
    help = "write `{meant}`, or rename the call so that it cannot be mistaken"
    name: str
    meant: str


class NobodySends(Diagnostic, frozen=True, kw_only=True):
    """`from x` binds the sender of a message, and no role sends this message."""

    code = "T216"
    title = "nobody sends `{message}`"
    label = "so it has no sender to bind"
    help = "send it somewhere, or leave `from` out"
    message: str


class RoleSendsNot(Diagnostic, frozen=True, kw_only=True):
    """`from x: Role` takes only messages from that role, and no code of the role sends this message."""

    code = "T217"
    title = "{role} never sends `{message}`"
    label = "sent by: {senders}"
    help = "name a role that sends it"
    message: str
    role: str
    senders: str


# --- names that are there twice ----------------------------------------------------------------------------------


class DeclaredTwice(Diagnostic, frozen=True, kw_only=True):
    """Two declarations have one name. Types, roles, messages, defs, shared variables, consts and parameters share one space of names,
    and a variable of a role may not have the name of any of them.
    """

    code = "T221"
    title = "`{name}` is declared twice"
    label = "it is the name of {what} already"
    help = "give one of them another name"
    name: str
    what: str


class RoleTwice(Diagnostic, frozen=True, kw_only=True):
    """The size and the attributes of a role are given once. Later blocks add variables and activities:

    role Worker * workers, reentrant
    role Worker:
        action work: ...
    """

    code = "T222"
    title = "role {name} is declared twice"
    label = "a later block has no size and no attributes"
    help = "write `role {name}:`"
    name: str


class BoundTwice(Diagnostic, frozen=True, kw_only=True):
    """Inside an activity a name is bound once at a time: while the activity waits, its state has one place for each name, so an
    inner `{name}` would overwrite the outer one.
    """

    code = "T223"
    title = "`{name}` is already bound here"
    label = "bound again"
    help = "choose another name"
    name: str


class HidesVariable(Diagnostic, frozen=True, kw_only=True):
    """A parameter, a `let`, a field, the name of a `for`, a `choose` or a quantifier has the name of a variable that can be read there:
    a shared one, or one of the agent itself. What is written after it would not reach the variable, which is hardly ever meant.
    """

    code = "T227"
    title = "`{name}` is the name of a variable"
    label = "the variable could not be reached after this"
    help = "choose another name"
    name: str


class LabelTwice(Diagnostic, frozen=True, kw_only=True):
    """The label of an await is unique in its activity, so that `w at label` says where the agent waits."""

    code = "T224"
    title = "two awaits are labelled `{name}`"
    label = "the second one"
    help = "write another label after `as`"
    name: str


class ReservedName(Diagnostic, frozen=True, kw_only=True):
    """Built-in functions (`min`, `len`, `first`, `next`, `waiting`, `old` ...), `self`, `none`, `true`, `false` and `bool` keep their meaning."""

    code = "T225"
    title = "`{name}` cannot be declared"
    label = "the language uses this name itself"
    help = "choose another name"
    name: str


class AmbiguousMember(Diagnostic, frozen=True, kw_only=True):
    """Where the place of a member does not say which enum is wanted, the enum is written before it."""

    code = "T226"
    title = "`{name}` is a member of several enums"
    label = "which one?"
    help = "write {choices}"
    name: str
    choices: str
