"""What can be wrong with the text of a file: syntax and layout (T1xx), and the file itself (T6xx).

The docstring of a class is its page in `teamcheck explain`.
"""

from __future__ import annotations

from dataclasses import dataclass

from checker.language.diagnostics import Diagnostic

# --- what stands where it cannot ---------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Unexpected(Diagnostic):
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


@dataclass(frozen=True, kw_only=True)
class MissingColon(Diagnostic):
    """A line that opens a block, or has its expression after it, ends without its colon.

    `if`, `for`, `while`, `either`, `action`, `on`, `run`, `role` with a block, `def`, and properties all have a colon before what belongs to them.
    """

    code = "T102"
    title = "a colon is missing"
    label = "expected `:` here"
    help = "write `:` at the end of this line"


@dataclass(frozen=True, kw_only=True)
class MissingBlock(Diagnostic):
    """A line ends with a colon, and nothing that is indented deeper follows.

    A block is indented by four spaces more than the line that opens it. A block that does nothing is `pass`.
    """

    code = "T103"
    title = "an indented block is missing after this line"
    label = "a block must follow"
    help = "indent the lines of the block by four spaces more, or write `pass`"


@dataclass(frozen=True, kw_only=True)
class UnexpectedIndent(Diagnostic):
    """A line is indented deeper than the one before it, which opens no block.

    Only a line that ends with a colon opens a block. An expression that needs several lines stands in brackets.
    """

    code = "T104"
    title = "this line is indented deeper, but no block was opened"
    label = "indented deeper than the line before"
    help = "give it the indentation of the line before; or put `:` at the end of that line; or put an expression of several lines in brackets"


@dataclass(frozen=True, kw_only=True)
class InconsistentDedent(Diagnostic):
    """A line goes back to an indentation that no open block has.

    The lines of a block all start in the same column, and the line after a block starts where an outer block does.
    """

    code = "T105"
    title = "the indentation of this line fits no open block"
    label = "indented by {found} spaces; the open blocks have {widths}"
    help = "indent it by {widths} spaces"
    found: int
    widths: str


@dataclass(frozen=True, kw_only=True)
class TabUsed(Diagnostic):
    """A tab stands outside of a comment or string.

    How far a tab indents is not the same for everyone, so blocks are indented by spaces, four a level by custom.
    """

    code = "T106"
    title = "a tab is used {where}"
    label = "a tab"
    help = "use spaces: four for each level of indentation"
    where: str


@dataclass(frozen=True, kw_only=True)
class LineGoesOn(Diagnostic):
    """A line starts with an operator, as if it went on with the line before.

    A line ends where it ends, but inside brackets lines may break freely: put the whole expression in brackets.
    """

    code = "T107"
    title = "a line cannot start with `{found}`"
    label = "the line before has already ended"
    help = "put brackets around the whole expression, then its lines may break anywhere: `(a` … `{found} b)`"
    found: str


@dataclass(frozen=True, kw_only=True)
class UnclosedBracket(Diagnostic):
    """A bracket is opened and never closed.

    Inside brackets lines may break freely, so a bracket that is not closed reaches to the next line that can only start something new.
    """

    code = "T108"
    title = "`{opened}` is never closed"
    label = "opened here"
    help = "write the `{closing}` that belongs to it"
    opened: str
    closing: str


@dataclass(frozen=True, kw_only=True)
class UnopenedBracket(Diagnostic):
    """A closing bracket has no opening one."""

    code = "T109"
    title = "`{found}` closes nothing"
    label = "no bracket is open here"
    help = "delete it, or open a bracket before it"
    found: str


@dataclass(frozen=True, kw_only=True)
class WrongBracket(Diagnostic):
    """A bracket is closed by one of another kind."""

    code = "T110"
    title = "`{opened}` is closed by `{found}`"
    label = "expected `{wanted}`"
    help = "write `{wanted}`"
    found: str
    wanted: str
    opened: str


@dataclass(frozen=True, kw_only=True)
class NestedTooDeeply(Diagnostic):
    """Brackets, blocks or expressions stand inside one another more often than teamcheck allows.

    The limits (64 brackets, 40 blocks, 150 expressions) are far beyond what people write; a long chain of operators counts as
    one inside the other. Name parts of it with `def` or `let`.
    """

    code = "T111"
    title = "nested too deeply: more than {most} {what} inside one another"
    label = "the limit is passed here"
    help = "give parts of it a name with `def` or `let`"
    most: int
    what: str


# --- single characters and words ---------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class UnknownCharacter(Diagnostic):
    """A character that the language does not use stands outside of comments and strings.

    Names are made of the letters a to z and A to Z, digits and `_`.
    """

    code = "T112"
    title = "the character {found!r} ({number}) is not part of the language"
    label = "not known"
    help = "delete it; names are made of letters a-z and A-Z, digits and `_`"
    found: str
    number: str


@dataclass(frozen=True, kw_only=True)
class UnfinishedString(Diagnostic):
    """A text in quotes does not end.

    A string ends on the line where it starts; a description in triple quotes may have several lines.
    """

    code = "T113"
    title = "this text has no closing quotes"
    label = "starts here"
    help = "write `{quotes}` at its end"
    quotes: str


@dataclass(frozen=True, kw_only=True)
class SingleQuotes(Diagnostic):
    """Texts stand in double quotes."""

    code = "T114"
    title = "texts are written in double quotes"
    label = "in single quotes"
    help = 'write `"{inside}"`'
    inside: str


@dataclass(frozen=True, kw_only=True)
class NameStartsWithDigit(Diagnostic):
    """A name starts with a digit, or a number has letters in it.

    Numbers are decimal and may hold underscores: `2_000`.
    """

    code = "T115"
    title = "`{found}` is neither a number nor a name"
    label = "a name cannot start with a digit"
    help = "start the name with a letter, or separate the number from what follows"
    found: str


@dataclass(frozen=True, kw_only=True)
class NumberTooLarge(Diagnostic):
    """A number has more than 18 digits. Types are finite and small; use small numbers that stand for the large ones."""

    code = "T116"
    title = "this number has {digits} digits; at most 18 are allowed"
    label = "too large"
    help = "use a smaller number"
    digits: int


@dataclass(frozen=True, kw_only=True)
class ForeignOperator(Diagnostic):
    """An operator of another language: the language writes `and`, `or`, `not`, `implies`, `==`, `!=`, `<=`, `>=`, `//`."""

    code = "T117"
    title = "`{found}` is not an operator of the language"
    label = "`{meant}` is meant?"
    help = "write `{meant}`"
    found: str
    meant: str


@dataclass(frozen=True, kw_only=True)
class ForeignWord(Diagnostic):
    """A word of another language: `true`, `false` and `none` are written small, `else if` is `elif`, `null` is `none`."""

    code = "T118"
    title = "`{found}` is written `{meant}` here"
    label = "`{meant}` is meant?"
    help = "write `{meant}`"
    found: str
    meant: str


@dataclass(frozen=True, kw_only=True)
class ReservedName(Diagnostic):
    """A word that has a fixed meaning in expressions cannot be a name.

    Few words are reserved: and or not implies in is if then else elif true false none for while await return let assert. Every other word of the
    language may be a name where it cannot be mistaken.
    """

    code = "T119"
    title = "`{found}` is a word of the language and cannot be a name"
    label = "a name is expected here"
    help = "choose another name, for example `{found}_`"
    found: str


@dataclass(frozen=True, kw_only=True)
class UnknownWord(Diagnostic):
    """A line starts with a word that nothing here starts with."""

    code = "T120"
    title = "`{found}` starts no {what}"
    label = "not known here"
    help = "{advice}"
    found: str
    what: str
    advice: str


@dataclass(frozen=True, kw_only=True)
class Misplaced(Diagnostic):
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


# --- common mistakes in expressions and statements --------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class AssignInExpression(Diagnostic):
    """`=` stands in an expression. `=` assigns, `==` compares."""

    code = "T122"
    title = "`=` assigns; to compare, write `==`"
    label = "in an expression"
    help = "write `==`"


@dataclass(frozen=True, kw_only=True)
class CompareInAssignment(Diagnostic):
    """`==` stands where something is given a value. `=` assigns, `==` compares."""

    code = "T123"
    title = "`==` compares; to give a value, write `=`"
    label = "a value is given here"
    help = "write `=`"


@dataclass(frozen=True, kw_only=True)
class ChainedComparison(Diagnostic):
    """Comparisons do not chain: `a < b < c` is `a < b and b < c`."""

    code = "T124"
    title = "comparisons cannot be chained"
    label = "more than one comparison"
    help = "join two comparisons with `and`: instead of one chain write `{both}`"
    first: str
    both: str


@dataclass(frozen=True, kw_only=True)
class ReturnInDef(Diagnostic):
    """A `def` is one expression, its value; there is no `return` in it."""

    code = "T125"
    title = "a `def` is one expression: there is no `return` in it"
    label = "no `return` here"
    help = "delete `return`; cases are written `if a then b else c`"


@dataclass(frozen=True, kw_only=True)
class AwaitInExpression(Diagnostic):
    """An await is a statement and has no value.

    What comes back from a call is not in the model: choose it. `await llm() as thinking` and then `choose answer: Answer`. What a message brings is
    bound by its pattern: `await Reply(v) from w`.
    """

    code = "T126"
    title = "`await` is a statement and has no value"
    label = "not in an expression"
    help = "await on a line of its own, then `choose` what came back: `choose answer: TYPE`"


@dataclass(frozen=True, kw_only=True)
class CallAsStatement(Diagnostic):
    """A call stands as a statement.

    Defs are pure, so calling one does nothing. Calls to the outside are awaited (`await tool()`), messages are sent (`send M(x) to w`).
    """

    code = "T127"
    title = "a call by itself does nothing"
    label = "not a statement"
    help = "write `await {name}(...)` for a call to the outside, `send {name}(...) to w` for a message, or assign the value"
    name: str


@dataclass(frozen=True, kw_only=True)
class IncrementSign(Diagnostic):
    """`x++` and `x--` of other languages."""

    code = "T128"
    title = "`{found}` is not an operator of the language"
    label = "`{meant}` is meant?"
    help = "write `{meant}`"
    found: str
    meant: str


@dataclass(frozen=True, kw_only=True)
class RangeAsDomain(Diagnostic):
    """A range `lo..hi` stands in an expression. Ranges are types: name one with `type` and use the name."""

    code = "T129"
    title = "a range is a type, not an expression"
    label = "a range cannot stand here"
    help = "name it at the top of the protocol, `type Index = 0..3`, and write `Index` here"


@dataclass(frozen=True, kw_only=True)
class SetComprehension(Diagnostic):
    """`{x for x in S}` of other languages is `those(x in S: condition)`."""

    code = "T130"
    title = "sets are not written with `for`"
    label = "not a set"
    help = "write `those({name} in D: condition)` for the elements with a condition"
    name: str


@dataclass(frozen=True, kw_only=True)
class SetOrMap(Diagnostic):
    """Braces hold elements (a set) and `key: value` entries (a map) at once."""

    code = "T131"
    title = "braces hold either the elements of a set or the entries of a map"
    label = "the others are not like this one"
    help = "write every item as `key: value`, or none"


@dataclass(frozen=True, kw_only=True)
class NoBinder(Diagnostic):
    """What a quantifier or comprehension ranges over is not written `x in D`."""

    code = "T132"
    title = "expected `x in D`: a name, `in`, and a type or set"
    label = "not of the form `x in D`"
    help = "write `{form}`"
    form: str


@dataclass(frozen=True, kw_only=True)
class OneBinder(Diagnostic):
    """`those` and `majority` range over one name."""

    code = "T133"
    title = "`{kind}` takes one `x in D`"
    label = "one too many"
    help = "use one `{kind}` inside another, or `count`"
    kind: str


@dataclass(frozen=True, kw_only=True)
class UnknownQuantifier(Diagnostic):
    """`NAME(x in D: e)` with a name that is no quantifier."""

    code = "T134"
    title = "`{found}` is not a quantifier"
    label = "the quantifiers are {kinds}"
    help = "write `{near}`"
    found: str
    kinds: str
    near: str


@dataclass(frozen=True, kw_only=True)
class MixedArguments(Diagnostic):
    """Arguments are either all in order (`f(a, b)`) or all named (`Entry(task: t, by: none)`)."""

    code = "T135"
    title = "arguments are either all named or all in order"
    label = "not like the others"
    help = "write every argument as `name: value`, or none"


@dataclass(frozen=True, kw_only=True)
class NamedField(Diagnostic):
    """The fields of a message that is sent are given in order, without names."""

    code = "T136"
    title = "the fields of a message are given in order, without names"
    label = "named"
    help = "write the value only"


@dataclass(frozen=True, kw_only=True)
class NotCallable(Diagnostic):
    """Only a name can be called."""

    code = "T137"
    title = "this cannot be called"
    label = "not a name"
    help = "call a `def`, a built-in or a record by its name"


@dataclass(frozen=True, kw_only=True)
class NotAType(Diagnostic):
    """Something that is no type stands where a type is wanted."""

    code = "T138"
    title = "this is not a type"
    label = "expected a type"
    help = "types are `bool`, `0..3`, a name, `T?`, `set[T]`, `map[K, V]`, `seq[T, max n]`"


@dataclass(frozen=True, kw_only=True)
class IsNot(Diagnostic):
    """`w is not busy` is written `not (w is busy)`."""

    code = "T139"
    title = "`is not` is not an operator of the language"
    label = "negate the whole"
    help = "write `not (... is {fact})`"
    fact: str


@dataclass(frozen=True, kw_only=True)
class UnknownFact(Diagnostic):
    """`w is X` with a word that says nothing about an agent. Values are compared with `==`."""

    code = "T140"
    title = "`is {found}` says nothing about an agent"
    label = "expected one of {facts}"
    help = "write `is {near}`; to compare values, write `==`"
    found: str
    facts: str
    near: str


# --- common mistakes in declarations and blocks -----------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class NoInitialValue(Diagnostic):
    """A variable has no initial value: every run starts in a known state, or in any of a set of them (`in SET`)."""

    code = "T141"
    title = "`{name}` has no initial value"
    label = "what does it start as?"
    help = "write `= value` after the type, or `in SET` for any element of a set"
    name: str


@dataclass(frozen=True, kw_only=True)
class AttributeTwice(Diagnostic):
    """Two words say the same thing of a message, role or ids: two channels, two policies, or one word twice."""

    code = "T142"
    title = "`{found}` comes after `{other}`: only one of them can hold"
    label = "once too often"
    help = "keep one of the two"
    found: str
    other: str


@dataclass(frozen=True, kw_only=True)
class WrongAttribute(Diagnostic):
    """A word after the comma does not go with this declaration."""

    code = "T143"
    title = "`{found}` does not go with {what}"
    label = "not allowed here"
    help = "allowed: {known}"
    found: str
    what: str
    known: str


@dataclass(frozen=True, kw_only=True)
class EitherAlone(Diagnostic):
    """An `either` has no `or`: there is nothing to choose from."""

    code = "T144"
    title = "`either` without `or`"
    label = "only one branch"
    help = "write `or:` and its block after this one, in the same column"


@dataclass(frozen=True, kw_only=True)
class ElseAlone(Diagnostic):
    """`else`, `elif` or `or:` does not follow the block that it belongs to, in the same column."""

    code = "T145"
    title = "`{found}` without {wanted} before it"
    label = "belongs to nothing"
    help = "put it in the same column as its {wanted}, right after that block"
    found: str
    wanted: str


@dataclass(frozen=True, kw_only=True)
class TimeoutAlone(Diagnostic):
    """`await timeout` waits for nothing that could time out. A timeout is one branch of an await with several."""

    code = "T146"
    title = "`timeout` is a branch of an await, not something to wait for"
    label = "alone"
    help = "write `await:` and, indented under it, the branches, one of them `timeout:`"


@dataclass(frozen=True, kw_only=True)
class NotABranch(Diagnostic):
    """A line in an `await:` block opens no branch.

    Branches are `M(x) from w:`, `when condition:`, `llm(seconds: 3):` and `timeout:`, each with its block.
    """

    code = "T147"
    title = "this is not a branch of an await"
    label = "not something to wait for"
    help = "write `M(x) from w:` for a message, `when condition:` for a condition, `tool():` for a call, or `timeout:`"


@dataclass(frozen=True, kw_only=True)
class NotAPattern(Diagnostic):
    """What stands before `from` or `when` in an await is not a message with names for its fields.

    A pattern binds names, it does not compare: write `M(v) from w when v == 3`.
    """

    code = "T148"
    title = "expected a message and names for its fields"
    label = "not a pattern"
    help = "write `M(a, b)`, with `_` for a field that is not needed, and compare after `when`"


@dataclass(frozen=True, kw_only=True)
class WrongHeader(Diagnostic):
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


@dataclass(frozen=True, kw_only=True)
class UnknownFault(Diagnostic):
    """A fault of a name that teamcheck does not know."""

    code = "T150"
    title = "`{found}` is not a fault"
    label = "the faults are {kinds}"
    help = "write `{near}`"
    found: str
    kinds: str
    near: str


@dataclass(frozen=True, kw_only=True)
class NoBudget(Diagnostic):
    """A fault has no budget: how often it may strike."""

    code = "T151"
    title = "`{fault}` has no budget"
    label = "how often?"
    help = "write `{fault} <= 1`, or `{fault} unlimited`"
    fault: str


@dataclass(frozen=True, kw_only=True)
class EmptyFaults(Diagnostic):
    """A fault model has a name and no faults."""

    code = "T152"
    title = "`faults {name}` lists no faults"
    label = "which faults?"
    help = "write `faults {name}: crash Worker <= 1`"
    name: str


@dataclass(frozen=True, kw_only=True)
class TooManyMistakes(Diagnostic):
    """The file has more mistakes than are worth listing at once."""

    code = "T153"
    title = "there are more than {most} errors; the others are not shown"
    label = "stopped here"
    help = "mend the first ones, then check again"
    most: int


# --- files ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class FileMissing(Diagnostic):
    """There is no file of this name."""

    code = "T601"
    title = "there is no file `{path}`"
    help = "check the path"
    path: str


@dataclass(frozen=True, kw_only=True)
class FileIsFolder(Diagnostic):
    """A folder was given where a file is wanted."""

    code = "T602"
    title = "`{path}` is a folder, not a file"
    help = "name a file in it"
    path: str


@dataclass(frozen=True, kw_only=True)
class FileUnreadable(Diagnostic):
    """The system refuses to read the file."""

    code = "T603"
    title = "`{path}` cannot be read: {why}"
    help = "check the path and its permissions"
    path: str
    why: str


@dataclass(frozen=True, kw_only=True)
class NotText(Diagnostic):
    """The file is not UTF-8 text: it is binary, or in another encoding."""

    code = "T604"
    title = "`{path}` is not UTF-8 text: {why}"
    help = "give a text file; if it is text in another encoding, save it as UTF-8"
    path: str
    why: str


@dataclass(frozen=True, kw_only=True)
class FileTooLarge(Diagnostic):
    """The file is larger than 1 MiB (1,048,576 bytes), beyond any protocol that could be checked."""

    code = "T605"
    title = "`{path}` has {size} bytes; at most {most} are read"
    help = "split the protocol with `import`"
    path: str
    size: int
    most: int


@dataclass(frozen=True, kw_only=True)
class EmptyFile(Diagnostic):
    """The file has nothing in it. `teamcheck new` writes a protocol and a spec to start from."""

    code = "T606"
    title = "`{path}` is empty"
    help = "`teamcheck new NAME` writes a protocol and a spec to start from"
    path: str
