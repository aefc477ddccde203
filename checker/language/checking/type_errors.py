"""What can be wrong with types (T3xx).

The docstring of a class is its page in `teamcheck explain`.
"""

from __future__ import annotations

from checker.language.diagnostics import Diagnostic

# --- a type that is not the wanted one ---------------------------------------------------------------------------


class WrongType(Diagnostic, frozen=True, kw_only=True):
    """An expression has one type, and where it stands another one is wanted. A `T` may stand where a `T?` is wanted; nothing else is
    converted by itself.
    """

    code = "T301"
    title = "`{text}` is {found}, not {wanted}"
    label = "{wanted} is wanted here"
    text: str
    found: str
    wanted: str


class MayBeNone(Diagnostic, frozen=True, kw_only=True):
    """An option (`T?`) is a `T` or `none`. `x!` is the value of `x`, and an error with a trace when it is none."""

    code = "T302"
    title = "`{text}` may be none"
    label = "it is a `{found}`, and {wanted} is wanted"
    help = "write `{text}!`, and make sure before that it is not none"
    text: str
    found: str
    wanted: str


class NeverNone(Diagnostic, frozen=True, kw_only=True):
    """`none` is a value of options (`T?`) only."""

    code = "T303"
    title = "`none` cannot stand here"
    label = "{wanted} is wanted, which is never none"
    help = "declare the type with `?` to allow none"
    wanted: str


class ElementForSet(Diagnostic, frozen=True, kw_only=True):
    """Sets take sets: `s | {{x}}`, `s += {{x}}`, `s = {{x}}`."""

    code = "T304"
    title = "`{text}` is an element, not a set"
    label = "a `{wanted}` is wanted"
    help = "write `{{{text}}}`"
    text: str
    wanted: str


class NumberForBool(Diagnostic, frozen=True, kw_only=True):
    """Numbers are not conditions."""

    code = "T305"
    title = "`{text}` is a number, not a bool"
    label = "a condition is wanted"
    help = "compare it: `{text} > 0`"
    text: str


class CannotTell(Diagnostic, frozen=True, kw_only=True):
    """`none`, `{}` and `[]` belong to many types. Their place must say which: an assignment, an argument, a comparison with a value."""

    code = "T306"
    title = "the type of `{text}` cannot be told here"
    label = "a `{text}` of what?"
    help = "put it where a type is known, as in a variable of type `{example}`"
    text: str
    example: str


class NothingInCommon(Diagnostic, frozen=True, kw_only=True):
    """The two sides of a comparison are of types that share no value, so the answer is always the same."""

    code = "T307"
    title = "`{left}` and `{right}` can never be equal"
    label = "{left_type} and {right_type}"
    help = "compare values of one type"
    left: str
    left_type: str
    right: str
    right_type: str


class NoCommonType(Diagnostic, frozen=True, kw_only=True):
    """The two answers of an `if`, the items of a set or a sequence, the sides of `<` or `|` have one type.

    Numbers of different ranges go together, and so do a `T` and a `T?`.
    """

    code = "T311"
    title = "`{left}` and `{right}` have no type in common"
    label = "{left_type} and {right_type}"
    help = "give both one type"
    left: str
    left_type: str
    right: str
    right_type: str


class NeverEqualNone(Diagnostic, frozen=True, kw_only=True):
    """Only options (`T?`) can be `none`."""

    code = "T308"
    title = "`{text}` is never none"
    label = "{found}"
    help = "leave the comparison out, or declare the type with `?`"
    text: str
    found: str


class NothingToUnwrap(Diagnostic, frozen=True, kw_only=True):
    """`x!` is the value of an option `x`. This is {found} already."""

    code = "T309"
    title = "`{text}` is never none"
    label = "`!` is for options"
    help = "write `{text}`"
    text: str
    found: str


class NestedOption(Diagnostic, frozen=True, kw_only=True):
    """`T??` would have two ways to be none."""

    code = "T310"
    title = "options do not nest"
    label = "`{inner}` may be none already"
    help = "write `{inner}`"
    inner: str


# --- operators and order -----------------------------------------------------------------------------------------


class NoOperator(Diagnostic, frozen=True, kw_only=True):
    """Numbers have `+ - * // %`, sets `|`, `&` and `-`, sequences `+`."""

    code = "T321"
    title = "`{operator}` is not defined here"
    label = "{left} {operator} {right}"
    help = "{advice}"
    operator: str
    left: str
    right: str
    advice: str


class Unordered(Diagnostic, frozen=True, kw_only=True):
    """Ids and roles are compared with `==` and `!=` only, for they are interchangeable, unless they are declared `ordered`."""

    code = "T322"
    title = "the elements of {sort} have no order"
    label = "`{operator}` needs one"
    help = "declare it: `{sort} * ..., ordered`"
    operator: str
    sort: str


class NoOrder(Diagnostic, frozen=True, kw_only=True):
    """Numbers, enums, and ordered ids and roles are compared with `<`."""

    code = "T323"
    title = "`{text}` has no order"
    label = "{found}: `{operator}` is for numbers, enums and ordered ids"
    help = "compare with `==`, or compare sets with `subset`"
    operator: str
    text: str
    found: str


class NoStep(Diagnostic, frozen=True, kw_only=True):
    """`+=` and `-=` add and take away numbers, or the elements of a set."""

    code = "T324"
    title = "`{operator}` is not defined for `{text}`"
    label = "{found}"
    help = "{advice}"
    operator: str
    text: str
    found: str
    advice: str


class NotIndexed(Diagnostic, frozen=True, kw_only=True):
    """`m[k]` is the value of map `m` at key `k`, `q[i]` the element of sequence `q` at place `i`."""

    code = "T325"
    title = "`{text}` has no entries"
    label = "{found}"
    help = "maps and sequences are indexed"
    text: str
    found: str


class NoFields(Diagnostic, frozen=True, kw_only=True):
    """What stands before the dot is a record or an agent."""

    code = "T326"
    title = "`{text}` has no field `{field}`"
    label = "{found}"
    help = "records have fields, agents have variables"
    text: str
    found: str
    field: str


class NoDomain(Diagnostic, frozen=True, kw_only=True):
    """A name ranges over a type (an enum, ids, a role, a `type` of numbers) or over a set."""

    code = "T327"
    title = "`{text}` cannot be gone over"
    label = "{found}"
    help = "{advice}"
    text: str
    found: str
    advice: str


class KeysOfType(Diagnostic, frozen=True, kw_only=True):
    """`{k: v for k in K}` goes over a type, so that every key has a value."""

    code = "T329"
    title = "a map has a value for every key"
    label = "`{text}` is a set: keys would be missing"
    help = "write the type of the keys"
    text: str


class KeyOfComprehension(Diagnostic, frozen=True, kw_only=True):
    """`{k: v for k in K}` has a value for each `k`."""

    code = "T330"
    title = "the key must be `{binder}`"
    label = "`{text}` could leave keys out"
    help = "write `{binder}: ... for {binder} in ...`"
    text: str
    binder: str


class EmptyMap(Diagnostic, frozen=True, kw_only=True):
    """In the values that an instance or a const gives keys may be left out; elsewhere a map is complete."""

    code = "T331"
    title = "a `{type}` needs a value for every key"
    label = "no values are given"
    help = "write the one value that all keys have, or `{{k: v for k in ...}}`"
    type: str


# --- calls, messages, records ------------------------------------------------------------------------------------


class Arguments(Diagnostic, frozen=True, kw_only=True):
    """A def, a built-in function or a message takes as many values as it declares."""

    code = "T341"
    title = "wrong arguments for `{name}`: {problem}"
    label = "`{signature}`"
    help = "write `{signature}`"
    name: str
    problem: str
    signature: str


class RecordFields(Diagnostic, frozen=True, kw_only=True):
    """A record is made with a value for each field, by name."""

    code = "T342"
    title = "wrong fields for `{record}`: {problem}"
    label = "`{signature}`"
    help = "write `{signature}`"
    record: str
    problem: str
    signature: str


class WrongReceiver(Diagnostic, frozen=True, kw_only=True):
    """A message is declared with the role that receives it."""

    code = "T343"
    title = "`{message}` goes to {to}, not to {role}"
    label = "a {role} never gets it"
    help = "take it in `role {to}`, or declare it `to {role}`"
    message: str
    to: str
    role: str


class WrongBroadcast(Diagnostic, frozen=True, kw_only=True):
    """A message is declared with the role that receives it."""

    code = "T344"
    title = "`{message}` goes to {to}, not to {given}"
    label = "broadcast to another role"
    help = "write `broadcast {message}(...) to {to}`"
    message: str
    to: str
    given: str


class WhichSender(Diagnostic, frozen=True, kw_only=True):
    """The sender has one type, so where several roles send a message the pattern says which one it takes from."""

    code = "T345"
    title = "several roles send `{message}`"
    label = "sent by {roles}"
    help = "write `from {sender}: {first}`"
    message: str
    roles: str
    sender: str
    first: str


# --- declarations ------------------------------------------------------------------------------------------------


class CircularType(Diagnostic, frozen=True, kw_only=True):
    """Every type is finite, so no type holds a value of itself."""

    code = "T351"
    title = "type `{name}` contains itself"
    label = "back at `{name}`"
    help = "refer to it by an id"
    name: str


class CircularConstant(Diagnostic, frozen=True, kw_only=True):
    """Parameters and consts are settled before the run, one after another."""

    code = "T352"
    title = "the value of `{name}` depends on itself"
    label = "back at `{name}`"
    help = "give one of them a value of its own"
    name: str


class RecursiveDef(Diagnostic, frozen=True, kw_only=True):
    """A def names an expression; its value must be known after finitely many steps."""

    code = "T353"
    title = "def `{name}` calls itself"
    label = "back at `{name}`"
    help = "use a quantifier, or keep the result in a variable"
    name: str


class TwoTypes(Diagnostic, frozen=True, kw_only=True):
    """While an activity waits, its state has one place for each name, so a name that is bound twice has one type."""

    code = "T354"
    title = "`{name}` has two types in `{activity}`"
    label = "{first} before, {second} here"
    help = "choose another name for one of them"
    name: str
    activity: str
    first: str
    second: str
