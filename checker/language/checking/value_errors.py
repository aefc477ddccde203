"""What can be wrong with values, ranges and sizes (T4xx).

The docstring of a class is its page in `teamcheck explain`.
"""

from __future__ import annotations

from checker.language.diagnostics import Diagnostic

# --- values outside their type -----------------------------------------------------------------------------------


class OutOfRange(Diagnostic, frozen=True, kw_only=True):
    """A value that leaves its type's range is an error of the protocol. Here no value that the expression can have is within the range."""

    code = "T401"
    title = "{value} is outside {wanted}"
    label = "this never fits"
    help = "widen the range, or change the value"
    value: str
    wanted: str


class ValueOutOfRange(Diagnostic, frozen=True, kw_only=True):
    """The value that an instance, a default or a const gives is outside the declared type."""

    code = "T402"
    title = "`{name}` = {value} is outside {wanted}"
    label = "`{name}` is declared {wanted}"
    help = "give a value within {wanted}"
    name: str
    value: str
    wanted: str


class BadOverride(Diagnostic, frozen=True, kw_only=True):
    """`--set NAME=VALUE` gives a parameter another value: a number within its range, `true` or `false`, or a member of its enum."""

    code = "T403"
    title = "`{name}={text}` does not fit `{name}: {wanted}`"
    help = "give a value within {wanted}"
    name: str
    text: str
    wanted: str


class NoSuchNumber(Diagnostic, frozen=True, kw_only=True):
    """In the values that instances and consts give, elements of ids and roles may be written as numbers."""

    code = "T404"
    title = "{sort} has no element number {value}"
    label = "{elements}"
    help = "elements are numbered from 0"
    value: int
    sort: str
    elements: str


class NoSuchKey(Diagnostic, frozen=True, kw_only=True):
    """A map has an entry for each value of its key type, and no others."""

    code = "T405"
    title = "{key} is no key"
    label = "the keys are {type}"
    help = "leave it out"
    key: str
    type: str


class KeyTwice(Diagnostic, frozen=True, kw_only=True):
    """A map has one value for each key."""

    code = "T406"
    title = "{key} is given twice"
    label = "given again"
    help = "leave one out"
    key: str


class KeysMissing(Diagnostic, frozen=True, kw_only=True):
    """A map has a value for every key. In the values that instances and consts give, keys may be left out where the value
    has an empty form: `{}`, `none`, `[]`, `0`, `false`.
    """

    code = "T407"
    title = "keys are missing: {keys}"
    label = "a value for every {type} is wanted"
    help = "add them, or write `{{k: v for k in {type}}}`"
    keys: str
    type: str


class NoEmptyValue(Diagnostic, frozen=True, kw_only=True):
    """In the values of instances and consts, keys left out keep an empty value: `{}`, `none`, `[]`, `0` or `false`.

    Enums, ids and records have none.
    """

    code = "T408"
    title = "keys are missing: {keys}"
    label = "there is no empty {value} to stand there"
    help = "give every key a value"
    keys: str
    value: str


class TooLong(Diagnostic, frozen=True, kw_only=True):
    """A sequence has at most as many elements as its type says."""

    code = "T409"
    title = "{length} elements do not fit"
    label = "into a `{type}`"
    help = "raise `max`, or give fewer"
    length: int
    type: str


class NoSuchPlace(Diagnostic, frozen=True, kw_only=True):
    """Places in a sequence count from 0."""

    code = "T410"
    title = "there is no place {text}"
    label = "places of a `{type}`: {places}"
    help = "places count from 0"
    text: str
    type: str
    places: str


class DividesByZero(Diagnostic, frozen=True, kw_only=True):
    """No number is the quotient of a division by zero."""

    code = "T411"
    title = "`{text}` divides by 0"
    label = "always"
    help = "divide by something else"
    text: str


class NoConstantValue(Diagnostic, frozen=True, kw_only=True):
    """The expression is settled before the run, and it has no value.

    It divides by zero, takes the `!` of none or an element of nothing, or leaves its type.
    """

    code = "T412"
    title = "{what} has no value: {why}"
    label = "{why}"
    help = "change the expression"
    what: str
    why: str


# --- sizes, ranges, capacities -----------------------------------------------------------------------------------


class EmptyRange(Diagnostic, frozen=True, kw_only=True):
    """A range holds the whole numbers from its low end to its high end, both included."""

    code = "T421"
    title = "`{text}` is empty: {low} is more than {high}"
    label = "{low}..{high} in instance {instance}"
    help = "give the range at least one number"
    text: str
    low: int
    high: int
    instance: str


class NegativeSize(Diagnostic, frozen=True, kw_only=True):
    """Sizes, lengths, bounds, costs and budgets are not negative."""

    code = "T422"
    title = "{what} is {value}"
    label = "less than 0"
    help = "give 0 or more"
    what: str
    value: int


class CapacityTooSmall(Diagnostic, frozen=True, kw_only=True):
    """A channel holds at least one message."""

    code = "T423"
    title = "the capacity of `{message}` is {value}"
    label = "less than 1"
    help = "give at least 1"
    message: str
    value: int


class PersistentCapacity(Diagnostic, frozen=True, kw_only=True):
    """A persistent message stays for ever once it was sent: each one that can be sent is there or is not."""

    code = "T424"
    title = "`{message}` is persistent and has no capacity"
    label = "a capacity has no meaning here"
    help = "leave `capacity` out"
    message: str


class Probabilities(Diagnostic, frozen=True, kw_only=True):
    """`either 0.9:` and `or 0.1:` give the branches probabilities."""

    code = "T425"
    title = "{problem}"
    label = "the probabilities of the branches must make 1"
    help = "give every branch a probability, 1 in all, or none at all"
    problem: str


# --- what an instance must give ----------------------------------------------------------------------------------


class ParameterNotGiven(Diagnostic, frozen=True, kw_only=True):
    """A parameter without a default gets its value from each instance."""

    code = "T431"
    title = "instance {instance} gives no value for `{name}`"
    label = "`{name}: {type}` has no default"
    help = "give it in the instance, with `--set {name}=...`, or a default here"
    name: str
    type: str
    instance: str


class ConstNotGiven(Diagnostic, frozen=True, kw_only=True):
    """A const without `= ...` gets its value from each instance."""

    code = "T432"
    title = "instance {instance} gives no value for const `{name}`"
    label = "`{name}: {type}` has no value of its own"
    help = "write `instance {instance}: ..., {name} = ...` in the spec, or `= ...` here"
    name: str
    type: str
    instance: str
