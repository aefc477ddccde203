"""Common mistakes in expressions and statements (T122 to T140, T155).

The docstring of a class is its page in `teamcheck explain`.
"""

from __future__ import annotations

from checker.language.diagnostics import Diagnostic
from checker.language.source import Span

_EXAMPLES = {  # types without a name of their own, by the word that shows them
    "..": ("Index", "0..3"),
    "set": ("Group", "set[T]"),
    "map": ("Table", "map[K, V]"),
    "seq": ("List", "seq[T, max 3]"),
}


class AssignInExpression(Diagnostic, frozen=True, kw_only=True):
    """`=` stands in an expression. `=` assigns, `==` compares."""

    code = "T122"
    title = "`=` assigns; to compare, write `==`"
    label = "in an expression"
    help = "write `==`"


class CompareInAssignment(Diagnostic, frozen=True, kw_only=True):
    """`==` stands where something is given a value. `=` assigns, `==` compares."""

    code = "T123"
    title = "`==` compares; to give a value, write `=`"
    label = "a value is given here"
    help = "write `=`"


class ChainedComparison(Diagnostic, frozen=True, kw_only=True):
    """Comparisons do not chain: `a < b < c` is `a < b and b < c`."""

    code = "T124"
    title = "comparisons cannot be chained"
    label = "more than one comparison"
    help = "join two comparisons with `and`: instead of one chain write `{both}`"
    both: str


class ReturnInDef(Diagnostic, frozen=True, kw_only=True):
    """A `def` is one expression, its value; there is no `return` in it."""

    code = "T125"
    title = "a `def` is one expression: there is no `return` in it"
    label = "no `return` here"
    help = "delete `return`; cases are written `if a then b else c`"


class AwaitInExpression(Diagnostic, frozen=True, kw_only=True):
    """An await is a statement and has no value.

    What comes back from a call is not in the model: choose it. `await llm() as thinking` and then `choose answer: Answer`. What a message brings is
    bound by its pattern: `await Reply(v) from w`.
    """

    code = "T126"
    title = "`await` is a statement and has no value"
    label = "not in an expression"
    help = "await on a line of its own, then `choose` what came back: `choose answer: TYPE`"


class CallAsStatement(Diagnostic, frozen=True, kw_only=True):
    """A call stands as a statement.

    Defs are pure, so calling one does nothing. Calls to the outside are awaited (`await tool()`), messages are sent (`send M(x) to w`).
    """

    code = "T127"
    title = "a call by itself does nothing"
    label = "not a statement"
    help = "write `await {name}(...)` for a call to the outside, `send {name}(...) to w` for a message, or assign the value"
    name: str


class IncrementSign(Diagnostic, frozen=True, kw_only=True):
    """`x++` and `x--` of other languages."""

    code = "T128"
    title = "`{found}` is not an operator of the language"
    label = "`{meant}` is meant?"
    help = "write `{meant}`"
    found: str
    meant: str


class TypeInExpression(Diagnostic, frozen=True, kw_only=True):
    """A type that has no name of its own stands in an expression: a range `lo..hi`, `set[T]`, `map[K, V]` or `seq[T, max n]`.

    Where all values of a type may be gone over, its name may stand: name it with `type` and use the name.
    """

    code = "T129"
    title = "{what} is a type, not an expression"
    label = "{what} cannot stand here"
    help = "name it at the top of the protocol, `type {name} = {type}`, and write `{name}` here"
    what: str
    name: str
    type: str

    @classmethod
    def of(cls, span: Span, word: str) -> TypeInExpression:
        """`word`: `..`, or what stands before the bracket."""
        what = "a range" if word == ".." else f"`{word}[...]`"
        name, type = _EXAMPLES[word]
        return cls(span=span, what=what, name=name, type=type)


class SetComprehension(Diagnostic, frozen=True, kw_only=True):
    """`{x for x in S}` and `{x in S: condition}` of other languages are `those(x in S: condition)`."""

    code = "T130"
    title = "a set of the elements with a property is written with `those`"
    label = "not a set"
    help = "write `those({name} in D: condition)` for the elements with a condition"
    name: str


class SetOrMap(Diagnostic, frozen=True, kw_only=True):
    """Braces hold elements (a set) and `key: value` entries (a map) at once."""

    code = "T131"
    title = "braces hold either the elements of a set or the entries of a map"
    label = "the others are not like this one"
    help = "write every item as `key: value`, or none"


class NoBinder(Diagnostic, frozen=True, kw_only=True):
    """What a quantifier or comprehension ranges over is not written `x in D`."""

    code = "T132"
    title = "expected `x in D`: a name, `in`, and a type or set"
    label = "not of the form `x in D`"
    help = "write `{form}`"
    form: str


class OneBinder(Diagnostic, frozen=True, kw_only=True):
    """`those` and `majority` range over one name."""

    code = "T133"
    title = "`{kind}` takes one `x in D`"
    label = "one too many"
    help = "use one `{kind}` inside another, or `count`"
    kind: str


class UnknownQuantifier(Diagnostic, frozen=True, kw_only=True):
    """`NAME(x in D: e)` with a name that is no quantifier."""

    code = "T134"
    title = "`{found}` is not a quantifier"
    label = "the quantifiers are {kinds}"
    help = "write `{near}`"
    found: str
    kinds: str
    near: str


class MixedArguments(Diagnostic, frozen=True, kw_only=True):
    """Arguments are either all in order (`f(a, b)`) or all named (`Entry(task: t, by: none)`)."""

    code = "T135"
    title = "arguments are either all named or all in order"
    label = "not like the others"
    help = "write every argument as `name: value`, or none"


class NamedField(Diagnostic, frozen=True, kw_only=True):
    """The fields of a message that is sent are given in order, without names."""

    code = "T136"
    title = "the fields of a message are given in order, without names"
    label = "named"
    help = "write the value only"


class NotCallable(Diagnostic, frozen=True, kw_only=True):
    """Only a name can be called."""

    code = "T137"
    title = "this cannot be called"
    label = "not a name"
    help = "call a `def`, a built-in or a record by its name"


class NotAType(Diagnostic, frozen=True, kw_only=True):
    """Something that is no type stands where a type is wanted."""

    code = "T138"
    title = "this is not a type"
    label = "expected a type"
    help = "types are `bool`, `0..3`, a name, `T?`, `set[T]`, `map[K, V]`, `seq[T, max n]`"


class TypeInParentheses(Diagnostic, frozen=True, kw_only=True):
    """A range stands in parentheses where a type is wanted. `0..3?` is a number from 0 to 3, or none."""

    code = "T155"
    title = "a range stands without parentheses"
    label = "leave them out"
    help = "write `0..3` for `(0..3)`, and `0..3?` for `(0..3)?`"


class IsNot(Diagnostic, frozen=True, kw_only=True):
    """`w is not busy` is written `not (w is busy)`."""

    code = "T139"
    title = "`is not` is not an operator of the language"
    label = "negate the whole"
    help = "write {meant}"
    meant: str


class UnknownFact(Diagnostic, frozen=True, kw_only=True):
    """`w is X` with a word that says nothing about an agent. Values are compared with `==`."""

    code = "T140"
    title = "`is {found}` says nothing about an agent"
    label = "expected one of {facts}"
    help = "{advice}"
    found: str
    facts: str
    advice: str
