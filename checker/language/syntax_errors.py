"""What can be wrong with the text of a protocol or spec beyond its layout (T101 to T103, T119 to T121, T141 to T154), and T901.

The docstring of a class is its page in `teamcheck explain`.
"""

from __future__ import annotations

from checker.language.diagnostics import Diagnostic

# --- what stands where it cannot --------------------------------------------------------------------------


class Unexpected(Diagnostic, frozen=True, kw_only=True):
    """Something stands where the grammar wants something else.

    The message says what was found and what may stand there. The carets are at the first place where the line stops making
    sense; the mistake is there or just before it.
    """

    code = "T101"
    title = "found {found}, expected {expected}"
    label = "expected {expected}"
    help = "{advice}"
    found: str
    expected: str
    advice: str = ""


class MissingColon(Diagnostic, frozen=True, kw_only=True):
    """A line that opens a block, or has its expression after it, ends without its colon.

    `if`, `for`, `while`, `either`, `action`, `on`, `run`, `role` with a block, `def`, and properties all have a colon before what belongs to them.
    """

    code = "T102"
    title = "a colon is missing"
    label = "expected `:` here"
    help = "write `:` here"


class MissingBlock(Diagnostic, frozen=True, kw_only=True):
    """A line ends with a colon, and nothing that is indented deeper follows.

    A block is indented by four spaces more than the line that opens it. A block that does nothing is `pass`.
    """

    code = "T103"
    title = "an indented block is missing after this line"
    label = "a block must follow"
    help = "indent the lines of the block by four spaces more, or write `pass`"


class ReservedName(Diagnostic, frozen=True, kw_only=True):
    """A word that has a fixed meaning in expressions cannot be a name.

    Few words are reserved: and or not implies in is if then else elif true false none for while await return let assert. Every other word of the
    language may be a name where it cannot be mistaken.
    """

    code = "T119"
    title = "`{found}` is a word of the language and cannot be a name"
    label = "a name is expected here"
    help = "choose another name, for example `{found}_`"
    found: str


class BlockInLine(Diagnostic, frozen=True, kw_only=True):
    """A block of one simple statement may stand on the line of its colon. `if`, `for`, `while`, `either` and `await:` have blocks of their own:
    they begin a line.
    """

    code = "T154"
    title = "`{found}` cannot stand on the line of another colon"
    label = "it has a block of its own"
    help = "write it on the next line, four spaces further in"
    found: str


class UnknownWord(Diagnostic, frozen=True, kw_only=True):
    """A line starts with a word that nothing here starts with."""

    code = "T120"
    title = "`{found}` starts no {what}"
    label = "not known here"
    help = "{advice}"
    found: str
    what: str
    advice: str


class Misplaced(Diagnostic, frozen=True, kw_only=True):
    """A declaration or statement stands where it does not belong.

    Variables, actions, handlers and `run` belong to a role; statements belong to an action, a handler or `run`; everything else stands at the
    left margin. Properties, instances, faults and expectations belong to the spec, declarations to the protocol.
    """

    code = "T121"
    title = "`{found}` cannot stand here"
    label = "{found_in}"
    help = "{advice}"
    found: str
    found_in: str
    advice: str


# --- common mistakes in declarations and blocks -------------------------------------------------------------


class NoInitialValue(Diagnostic, frozen=True, kw_only=True):
    """A variable has no initial value: every run starts in a known state, or in any of a set of them (`in SET`)."""

    code = "T141"
    title = "`{name}` has no initial value"
    label = "what does it start as?"
    help = "write `= value` after the type, or `in SET` for any element of a set"
    name: str


class AttributeTwice(Diagnostic, frozen=True, kw_only=True):
    """Two words say the same thing of a message, role or ids: two channels, two policies, or one word twice."""

    code = "T142"
    title = "`{found}` comes after `{other}`: only one of them can hold"
    label = "once too often"
    help = "keep one of the two"
    found: str
    other: str


class WrongAttribute(Diagnostic, frozen=True, kw_only=True):
    """A word after the comma does not go with this declaration."""

    code = "T143"
    title = "`{found}` does not go with {what}"
    label = "not allowed here"
    help = "allowed: {known}"
    found: str
    what: str
    known: str


class EitherAlone(Diagnostic, frozen=True, kw_only=True):
    """An `either` has no `or`: there is nothing to choose from."""

    code = "T144"
    title = "`either` without `or`"
    label = "only one branch"
    help = "write `or:` and its block after this one, in the same column"


class ElseAlone(Diagnostic, frozen=True, kw_only=True):
    """`else`, `elif` or `or:` does not follow the block that it belongs to, in the same column."""

    code = "T145"
    title = "`{found}` without {wanted} before it"
    label = "belongs to nothing"
    help = "put it in the same column as its {wanted}, right after that block"
    found: str
    wanted: str


class TimeoutAlone(Diagnostic, frozen=True, kw_only=True):
    """`await timeout` waits for nothing that could time out. A timeout is one branch of an await with several."""

    code = "T146"
    title = "`timeout` is a branch of an await, not something to wait for"
    label = "alone"
    help = "write `await:` and, indented under it, the branches, one of them `timeout:`"


class NotABranch(Diagnostic, frozen=True, kw_only=True):
    """A line in an `await:` block opens no branch.

    Branches are `M(x) from w:`, `when condition:`, `llm(seconds: 3):` and `timeout:`, each with its block.
    """

    code = "T147"
    title = "this is not a branch of an await"
    label = "not something to wait for"
    help = "write `M(x) from w:` for a message, `when condition:` for a condition, `tool():` for a call, or `timeout:`"


class NotAPattern(Diagnostic, frozen=True, kw_only=True):
    """What stands before `from` or `when` in an await is not a message with names for its fields.

    A pattern binds names, it does not compare: write `M(v) from w when v == 3`.
    """

    code = "T148"
    title = "expected a message and names for its fields"
    label = "not a pattern"
    help = "write `M(a, b)`, with `_` for a field that is not needed, and compare after `when`"


class WrongHeader(Diagnostic, frozen=True, kw_only=True):
    """The file does not start with its header.

    A protocol starts with `protocol NAME(parameters)`, a spec with `spec NAME for "FILE.team"`; only comments and one description in triple
    quotes may stand before it.
    """

    code = "T149"
    title = "a {what} starts with `{header}`"
    label = "expected `{header}`"
    help = "{advice}"
    what: str
    header: str
    advice: str


class UnknownFault(Diagnostic, frozen=True, kw_only=True):
    """A fault of a name that teamcheck does not know."""

    code = "T150"
    title = "`{found}` is not a fault"
    label = "the faults are {kinds}"
    help = "write `{near}`"
    found: str
    kinds: str
    near: str


class NoBudget(Diagnostic, frozen=True, kw_only=True):
    """A fault has no budget: how often it may strike."""

    code = "T151"
    title = "`{fault}` has no budget"
    label = "how often?"
    help = "write `{fault} <= 1`, or `{fault} unlimited`"
    fault: str


class EmptyFaults(Diagnostic, frozen=True, kw_only=True):
    """A fault model has a name and no faults."""

    code = "T152"
    title = "`faults {name}` lists no faults"
    label = "which faults?"
    help = "write `faults {name}: crash Worker <= 1`"
    name: str


class TooManyMistakes(Diagnostic, frozen=True, kw_only=True):
    """The file has more mistakes than are worth listing at once."""

    code = "T153"
    title = "there are more than {most} errors; the others are not shown"
    label = "stopped here"
    help = "mend the first ones, then check again"
    most: int


class NotInThisVersion(Diagnostic, frozen=True, kw_only=True):
    """A property that the language has room for and this version does not check.

    It checks `always`, `never`, `step`, `sometimes`, `eventually`, `eventually always`, `infinitely often`, `ltl`, `whenever ... leads to ...`, and
    `no deadlock`, `no livelock`, `no starvation of R`, `no unhandled message`, `no lost update on v`, `no stale write on v`,
    `no overwrite on v`, `no error`, and `tokens <= 9` of any meter.
    """

    code = "T901"
    title = "this version of teamcheck does not check `{found}`"
    label = "not supported"
    help = "{advice}"
    found: str
    advice: str
