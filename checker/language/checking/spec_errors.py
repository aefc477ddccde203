"""What can be wrong with specs (T5xx).

The docstring of a class is its page in `teamcheck explain`.
"""

from __future__ import annotations

from checker.language.diagnostics import Diagnostic


class UnknownInSpec(Diagnostic, frozen=True, kw_only=True):
    """A check or an expectation, or the command line, names an instance, a fault model or a property that the spec does not have.
    A `no ...` property is named as it is written: `no lost update on status`.
    """

    code = "T501"
    title = "there is no {what} `{name}`"
    label = "there is {existing}"
    help = "{advice}"
    name: str
    what: str
    existing: str
    advice: str = ""


class SpecNameTwice(Diagnostic, frozen=True, kw_only=True):
    """Instances, fault models and properties have names of their own, and a fault model has each fault once."""

    code = "T502"
    title = "{what} `{name}` is declared twice"
    label = "the second one"
    help = "give one of them another name"
    name: str
    what: str


class NotAParameter(Diagnostic, frozen=True, kw_only=True):
    """An instance gives values to the parameters and the consts of the protocol."""

    code = "T503"
    title = "`{name}` is not a parameter of {protocol}"
    label = "it has {names}"
    help = "{advice}"
    name: str
    protocol: str
    names: str
    advice: str = ""


class GivenTwice(Diagnostic, frozen=True, kw_only=True):
    """An instance gives each parameter one value."""

    code = "T504"
    title = "instance {instance} gives `{name}` twice"
    label = "the second value"
    help = "leave one out"
    name: str
    instance: str


class NoneHasFaults(Diagnostic, frozen=True, kw_only=True):
    """`none` is the fault model without faults; it always exists."""

    code = "T505"
    title = "the fault model `none` has no faults"
    label = "a name of its own is wanted"
    help = "write `faults NAME: ...`"


class FaultTarget(Diagnostic, frozen=True, kw_only=True):
    """`crash`, `restart`, `stall`, `forget`, `skip`, `repeat`, `disobey` and `byzantine` befall a role; `lose`, `duplicate`, `reorder` and
    `garble` a message; `stale` a shared variable.
    """

    code = "T506"
    title = "`{kind}` needs {wanted}, and `{name}` is none"
    label = "there is {names}"
    help = "{advice}"
    name: str
    kind: str
    wanted: str
    names: str
    advice: str = ""


class PointlessFault(Diagnostic, frozen=True, kw_only=True):
    """A fault that can never happen, or that is part of the protocol already, would make a verdict look stronger than it is."""

    code = "T507"
    title = "`{fault}` would change nothing"
    label = "{why}"
    help = "leave it out"
    fault: str
    why: str


class NotAStore(Diagnostic, frozen=True, kw_only=True):
    """`no lost update`, `no stale write` and `no overwrite` are about the writes of agents to one shared variable."""

    code = "T508"
    title = "`{name}` is not a shared variable"
    label = "there is {names}"
    help = "{advice}"
    name: str
    property: str
    names: str
    advice: str = ""


class NotLookedFor(Diagnostic, frozen=True, kw_only=True):
    """`expect NAME unreachable` says that no reachable state satisfies a `sometimes` property: it means `expect NAME violated`, which is
    what can be said of other properties.
    """

    code = "T511"
    title = "`{name}` is not a `sometimes` property"
    label = "only what a `sometimes` looks for is reachable or not"
    help = "write `expect {name} violated`"
    name: str


class NeverLookedAt(Diagnostic, frozen=True, kw_only=True):
    """An expectation that no check looks at would pass whatever happens."""

    code = "T509"
    title = "this expectation is never looked at"
    label = "no `check` has this instance under these faults"
    help = "add a `check`, or remove the expectation"


class DoneTwice(Diagnostic, frozen=True, kw_only=True):
    """A protocol has one condition that says when its work is done."""

    code = "T510"
    title = "`done when` is said twice"
    label = "the second one"
    help = "join them with `and` or `or`"


class TemporalInside(Diagnostic, frozen=True, kw_only=True):
    """`always`, `eventually`, `next`, `until`, `weak until` and `release` make formulas, and a formula is no value: it may stand under `not`,
    `and`, `or`, `implies`, other temporal operators, and `all` and `any` over a type, and nowhere else.
    """

    code = "T512"
    title = "a formula with `{word}` is no value"
    label = "it cannot stand here"
    help = "temporal operators stand under `not`, `and`, `or`, `implies`, each other, `all(x in T: ...)` and `any(x in T: ...)`"
    word: str


class MovingDomain(Diagnostic, frozen=True, kw_only=True):
    """`all` and `any` around temporal operators stand for one formula for each element, so they range over a type: a set could be another one at
    each step. Say in the formula which elements are meant: `all(t in Task: always (t in s implies ...))`.
    """

    code = "T513"
    title = "`{text}` is no type, and a formula is quantified over a type"
    label = "a set may change from step to step"
    help = "write `all(x in T: always (x in {text} implies ...))`"
    text: str


class NotARole(Diagnostic, frozen=True, kw_only=True):
    """`no starvation of R` names a role."""

    code = "T514"
    title = "`{property}` is about a role, and `{name}` is none"
    label = "there is {names}"
    help = "{advice}"
    name: str
    property: str
    names: str
    advice: str = ""


class BoundOutOfReach(Diagnostic, frozen=True, kw_only=True):
    """The bound of `within` is a number of steps or rounds, at least one, that the instance settles."""

    code = "T515"
    title = "`within {value} {unit}` is not from 1 to {most}"
    label = "its value is {value}"
    help = "give a number from 1 to {most}; without a bound, leave `within` away"
    value: int
    unit: str
    most: str


class NotAMeter(Diagnostic, frozen=True, kw_only=True):
    """`meter NAME <= BOUND` in a spec says how much of a meter a run spends at most. Meters are `tokens`, `seconds`, those that the protocol
    declares, and `messages`, `rounds` and `steps`. What is said of a variable is said in every state: `always few: count <= 3`."""

    code = "T516"
    title = "there is no meter `{name}`"
    label = "the meters are {meters}"
    help = "{advice}"
    name: str
    meters: str
    advice: str = ""


class SpendingOutOfReach(Diagnostic, frozen=True, kw_only=True):
    """The bound on what a run spends is a number from 0 that the instance settles."""

    code = "T517"
    title = "`{meter} <= {value}` is not from 0 to {most}"
    label = "its value is {value}"
    help = "give a number from 0 to {most}"
    value: int
    meter: str
    most: str
