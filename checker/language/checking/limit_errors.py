"""Limits of this version (T7xx).

The docstring of a class is its page in `teamcheck explain`.
"""

from __future__ import annotations

from checker.language.diagnostics import Diagnostic


class TooManyElements(Diagnostic, frozen=True, kw_only=True):
    """Some types are listed value by value: ids and roles, the elements of sets, the keys of maps, the places of sequences, what `choose`,
    `for`, quantifiers and parameters range over. They have a limit, and so have the combinations of the names that one quantifier binds
    and the rounds of a `while ... at most`.
    """

    code = "T701"
    title = "{what}"
    label = "at most {most} can be handled here"
    help = "{advice}"
    what: str
    most: str
    advice: str


class NumberTooLarge(Diagnostic, frozen=True, kw_only=True):
    """Numbers are kept in 32 bits."""

    code = "T702"
    title = "this range is too wide"
    label = "numbers lie between -{most} and {most}"
    help = "use smaller numbers"
    most: int


class TooDeep(Diagnostic, frozen=True, kw_only=True):
    """The checks follow the nesting of the text, and there is a limit to it."""

    code = "T703"
    title = "this is nested too deeply"
    label = "more than {most} expressions and blocks within one another"
    help = "name parts of it with `def` or `let`"
    most: int


class MapsTogether(Diagnostic, frozen=True, kw_only=True):
    """A variable that starts `in` a set has one initial state for each element. Each entry of a map starts on its own, so the set must hold every
    combination of the entries that its elements have.
    """

    code = "T704"
    title = "the entries of `{name}` cannot start together"
    label = "{given} maps, but {combined} combinations of their entries"
    help = "start each entry on its own, or choose the map in the first step of a `run`"
    name: str
    given: int
    combined: int


class ExpandsTooFar(Diagnostic, frozen=True, kw_only=True):
    """A call of a def stands for the def's expression, with the arguments in the places of the parameters. A def that calls another one
    twice, which calls a third one twice, and so on, soon stands for more than can be handled.
    """

    code = "T705"
    title = "{what} too large with the defs in place: {found} operations"
    label = "at most {most} can be handled here"
    help = "keep what is computed again and again in a variable, or `let` a step name it once"
    what: str
    found: str
    most: str


class ChainTooLong(Diagnostic, frozen=True, kw_only=True):
    """A type, const or def may be made of others, those of others again; there is a limit to that."""

    code = "T706"
    title = "this is made of others that are made of others, more than {most} times"
    label = "the limit is passed here"
    help = "say it with fewer names in between"
    most: int


class TooManyImports(Diagnostic, frozen=True, kw_only=True):
    """What a file imports is read once for each `import` that brings it: a file that imports two that import the same two, and so on, soon
    brings more than can be handled.
    """

    code = "T707"
    title = "more than {most} files are imported, those that imported files import included"
    label = "the limit is passed here"
    help = "import a part once, and bind it in the others with `with`"
    most: int
