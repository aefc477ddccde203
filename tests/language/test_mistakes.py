"""One mistake, one error: its code, its title, and its help."""

from __future__ import annotations

import pytest

from checker.language.diagnostics import BadInput, Diagnostic
from checker.language.parse import parse_protocol, parse_spec
from checker.language.source import Source


def errors(text: str, kind: str = "protocol") -> tuple[Diagnostic, ...]:
    with pytest.raises(BadInput) as caught:
        (parse_protocol if kind == "protocol" else parse_spec)(Source("x", text))
    return caught.value.diagnostics


def in_run(statements: str) -> str:
    return "protocol p\nrole W:\n    run:\n" + "".join(f"        {line}\n" for line in statements.split("\n"))


def only(found: tuple[Diagnostic, ...]) -> Diagnostic:
    (error,) = found
    return error


MISTAKES_IN_STATEMENTS = {
    "if x = 1: pass": ("T122", "`=` assigns; to compare, write `==`", "write `==`"),
    "if x: for a in A: pass": (
        "T154",
        "`for` cannot stand on the line of another colon",
        "write it on the next line, four spaces further in",
    ),
    "x == 3": ("T123", "`==` compares; to give a value, write `=`", "write `=`"),
    "let x == 3": ("T123", "`==` compares; to give a value, write `=`", "write `=`"),
    "x = a && b": ("T117", "`&&` is not an operator of the language", "write `and`"),
    "x = a || b": ("T117", "`||` is not an operator of the language", "write `or`"),
    "x = !a": ("T117", "`!` is not an operator of the language", "write `not`"),
    "x = a ≤ b": ("T117", "`≤` is not an operator of the language", "write `<=`"),
    "x = a === b": ("T117", "`===` is not an operator of the language", "write `==`"),
    "x = a / 2": ("T117", "`/` is not an operator of the language", "write `//`"),
    "x |= {a}": (
        "T101",
        "found `|`, expected `=`, `+=`, `-=`, `.` or `[`",
        "there are `+=` and `-=`, of numbers and of sets; else write `x = x | ...`",
    ),
    "x := 2": ("T117", "`:=` is not an operator of the language", "write `=`"),
    "if a: pass\nelse if b: pass": ("T118", "`else if` is written `elif` here", "write `elif`"),
    "x = True": ("T118", "`True` is written `true` here", "write `true`"),
    "x = None": ("T118", "`None` is written `none` here", "write `none`"),
    "x = null": ("T118", "`null` is written `none` here", "write `none`"),
    "if a\n    pass": ("T102", "a colon is missing", "write `:` here"),
    "while a b": ("T102", "a colon is missing", "write `:` here"),
    "if a:\nx = 1": (
        "T103",
        "an indented block is missing after this line",
        "indent the lines of the block by four spaces more, or write `pass`",
    ),
    "x = 1\n    y = 2": ("T104", "this line is indented deeper, but no block was opened", None),
    "if a:\n    pass\n  x = 1": (
        "T105",
        "the indentation of this line fits no open block",
        "indent it by 0 or 4 or 8 or 12 spaces",
    ),
    "if a:\n\tpass": ("T106", "a tab is used to indent a line", "use spaces: four for each level of indentation"),
    "x = 1\t+ 2": ("T106", "a tab is used between words", "use spaces: four for each level of indentation"),
    "x = a\n    and b": ("T107", "a line cannot start with `and`", None),
    "x = f(a": ("T108", "`(` is never closed", "write the `)` that belongs to it"),
    "x = a)": ("T109", "`)` closes nothing", "delete it, or open a bracket before it"),
    "x = [a)": ("T110", "`[` is closed by `)`", "write `]`"),
    "x = " + "(" * 70: (
        "T111",
        "nested too deeply: more than 64 brackets inside one another",
        "give parts of it a name with `def` or `let`",
    ),
    "x = a" + " + a" * 200: ("T111", "nested too deeply: more than 150 expressions and blocks inside one another", None),
    "x = 1; y = 2": ("T112", "the character ';' (U+003B) is not part of the language", "write one statement a line"),
    "x = größe": ("T112", "the character 'ö' (U+00F6) is not part of the language", None),
    'assert x, "text': ("T113", "this text has no closing quotes", 'write `"` at its end'),
    "assert x, 'text'": ("T114", "texts are written in double quotes", 'write `"text"`'),
    "x = 3rd": ("T115", "`3rd` is neither a number nor a name", None),
    "x = 1234567890123456789": ("T116", "this number has 19 digits; at most 18 are allowed", "use a smaller number"),
    "let in = 3": ("T119", "`in` is a word of the language and cannot be a name", "choose another name, for example `in_`"),
    "sned M(x) to w": ("T120", "`sned` starts no statement", "write `send`"),
    "break": ("T120", "`break` starts no statement", "there is no `break`: say in the condition of the `while` when it ends"),
    "action a: pass": ("T121", "`action` cannot stand here", "give it the indentation of the other parts of its role"),
    "var x: T = 1": (
        "T121",
        "`var` cannot stand here",
        "give it the indentation of the other parts of its role; a value for this activity is `let x = e`",
    ),
    "x = 1 < y < 3": (
        "T124",
        "comparisons cannot be chained",
        "join two comparisons with `and`: instead of one chain write `a < b and b < c`",
    ),
    "x = await llm()": ("T126", "`await` is a statement and has no value", None),
    "work(x)": ("T127", "a call by itself does nothing", None),
    "x.y++": ("T128", "`++` is not an operator of the language", "write `x.y += 1`"),
    "for i in 0..3: pass": ("T129", "a range is a type, not an expression", None),
    "choose x: (0..3)?": (
        "T155",
        "a range stands without parentheses",
        "write `0..3` for `(0..3)`, and `0..3?` for `(0..3)?`",
    ),
    "x = all(s in map[K, V]: p)": (
        "T129",
        "`map[...]` is a type, not an expression",
        "name it at the top of the protocol, `type Table = map[K, V]`, and write `Table` here",
    ),
    "for q in seq[K, max 2]: pass": (
        "T129",
        "`seq[...]` is a type, not an expression",
        "name it at the top of the protocol, `type List = seq[T, max 3]`, and write `List` here",
    ),
    "x = {y for y in S}": (
        "T130",
        "a set of the elements with a property is written with `those`",
        "write `those(y in D: condition)` for the elements with a condition",
    ),
    "x = {a, b: c}": (
        "T131",
        "braces hold either the elements of a set or the entries of a map",
        "write every item as `key: value`, or none",
    ),
    "x = all(t: T, u in U: p)": ("T132", "expected `x in D`: a name, `in`, and a type or set", "write `all(x in D: ...)`"),
    "x = all(t in T, p)": ("T132", "expected `x in D`: a name, `in`, and a type or set", "write `all(x in D: ...)`"),
    "x = majority(t in T, u in U: p)": ("T133", "`majority` takes one `x in D`", "use one `majority` inside another, or `count`"),
    "x = exists(t in T: p)": ("T134", "`exists` is not a quantifier", "write `any`"),
    "x = f(a, b: c)": (
        "T135",
        "arguments are either all named or all in order",
        "write every argument as `name: value`, or none",
    ),
    "send M(a: 1) to w": ("T136", "the fields of a message are given in order, without names", "write the value only"),
    "x = (a)(b)!(c)": ("T137", "this cannot be called", "call a `def`, a built-in or a record by its name"),
    "choose x: a + 1": ("T138", "this is not a type", None),
    "x = w is not busy": ("T139", "`is not` is not an operator of the language", "write `not (... is busy)`"),
    "x = y is not none": ("T139", "`is not` is not an operator of the language", "write `!= none`"),
    "x = w is bsy": ("T140", "`is bsy` says nothing about an agent", "write `is busy`"),
    "x = y is none": ("T140", "`is none` says nothing about an agent", "to compare values, write `== none`"),
    "either: pass": ("T144", "`either` without `or`", "write `or:` and its block after this one, in the same column"),
    "else: pass": ("T145", "`else` without `if` before it", "put it in the same column as its `if`, right after that block"),
    "await timeout": ("T146", "`timeout` is a branch of an await, not something to wait for", None),
    "await:\n    x > 1: pass": ("T147", "this is not a branch of an await", None),
    "await M(1) from w": ("T148", "expected a message and names for its fields", None),
    "x = {y in S: c}": ("T130", "a set of the elements with a property is written with `those`", None),
    "x = y if c else z": (
        "T101",
        "found `if`, expected the end of the line",
        "a value that depends on a condition is `if c then a else b`",
    ),
    "x = all t in T: p": (
        "T101",
        "found `t`, expected the end of the line",
        "a quantifier has brackets: `all(x in D: p)`, `any(x in D: p)`",
    ),
    "let x: T = 3": ("T101", "found `:`, expected `=`", "a `let` takes no type: write `let x = e`"),
    "return x": ("T101", "found `x`, expected the end of the line", "an activity returns no value"),
    "choose x from S": ("T101", "found `from`, expected `:` or `in`", "write `choose x in S where c`"),
    "x = 4 4": ("T101", "found `4`, expected the end of the line", ""),
    "x =": (
        "T101",
        "found the end of the line, expected an expression",
        "the line ends too soon; inside brackets lines may break freely",
    ),
    "x = a ? b : c": (
        "T101",
        "found `?`, expected the end of the line",
        "a value that depends on a condition is `if c then a else b`",
    ),
    "x = if a then b": (
        "T101",
        "found the end of the line, expected `else`",
        "an `if` expression gives a value in both cases: `if c then a else b`",
    ),
    "if a then b": (
        "T101",
        "found `then`, expected `:`",
        "a statement is `if c:` and its block; `if c then a else b` is an expression",
    ),
    "x: T = 1": (
        "T101",
        "found `:`, expected `=`, `+=`, `-=`, `.` or `[`",
        "a value for the rest of the block is `let x = e`; a variable of the agent is `var x: T = e` in its role",
    ),
    "send M(x)": ("T101", "found the end of the line, expected `to`", "write `send M(...) to w`"),
    "choose x in S wehre c": ("T101", "found `wehre`, expected `where` or the end of the line", "write `where`"),
    "x = all(t of T: p)": (
        "T101",
        "found `of`, expected `)`, `,` or `:`",
        "what a quantifier ranges over is written `x in D`: `all(x in D: p)`",
    ),
    "if a { x = 1 }": ("T101", "found `{`, expected `:`", "braces open no block: write `:`"),
}


@pytest.mark.parametrize("text", MISTAKES_IN_STATEMENTS)
def test_a_mistake_in_a_statement(text: str) -> None:
    error = only(errors(in_run(text)))
    code, title, help_text = MISTAKES_IN_STATEMENTS[text]
    assert (error.code, error.title_text) == (code, title)
    assert error.help_text if help_text is None else error.help_text == help_text


MISTAKES_IN_DECLARATIONS = {
    "shard x: T = 1": ("T120", "`shard` starts no declaration", "write `shared`"),
    "class W": ("T120", "`class` starts no declaration", "an agent's code is in a `role`"),
    "always p: x": (
        "T121",
        "`always` cannot stand here",
        "properties and what goes with them stand in the spec, a file of its own: `NAME.spec`",
    ),
    "action a: pass": (
        "T121",
        "`action` cannot stand here",
        "it belongs to a role: indent it by four spaces, under `role NAME:`",
    ),
    "x = 1": ("T121", "`x` cannot stand here", "statements belong to an `action`, an `on` or a `run` of a role"),
    "def f(x: T): return x": (
        "T125",
        "a `def` is one expression: there is no `return` in it",
        "delete `return`; cases are written `if a then b else c`",
    ),
    "def f(x: T):\n    return x": ("T125", "a `def` is one expression: there is no `return` in it", None),
    "def f(x: T) -> T: x": ("T101", "found `->`, expected `:`", "a def has no result type: `def f(x: T): e`"),
    "shared x: T": ("T141", "`x` has no initial value", "write `= value` after the type, or `in SET` for any element of a set"),
    "shared x = 1": ("T101", "found `=`, expected `:`", "write `shared NAME: TYPE = value`"),
    "shared x: set<T> = {}": (
        "T101",
        "found `<`, expected `=`, `..` or the end of the line",
        "types take square brackets: `set[...]`",
    ),
    "shared x: map[K: V] = a": ("T101", "found `:`, expected `,` or `..`", "a map is `map[K, V]`"),
    "role W:\n    action a\n        when c:\n        pass": ("T107", "a line cannot start with `when`", None),
    "role W:\n    on M\n        when c:\n            pass": ("T107", "a line cannot start with `when`", None),
    "shared x: seq[T] = []": ("T101", "found `]`, expected `,` or `?`", "a sequence has a bound: `seq[T, max 3]`"),
    "message M() to W: fifo, unordered": (
        "T142",
        "`unordered` comes after `fifo`: only one of them can hold",
        "keep one of the two",
    ),
    "message M() to W: fast": (
        "T101",
        "found `fast`, expected `block`, `capacity`, `drop`, `error`, `fifo`, `lost`, `persistent` or `unordered`",
        "",
    ),
    "message M() Worker": ("T101", "found `Worker`, expected `to`", "write `message M(field: T) to Role`"),
    "ids T * 2, reentrant": ("T143", "`reentrant` does not go with ids", "allowed: ordered"),
    "role W(2)": ("T101", "found `(`, expected `,`, `:`, `*` or the end of the line", "write `role NAME * number`"),
    "role W\n    var x: T = 1": ("T102", "a colon is missing", "write `:` here"),
    "enum E: a, if": ("T119", "`if` is a word of the language and cannot be a name", "choose another name, for example `if_`"),
    "enum E:\nmeter m": ("T103", "an indented block is missing after this line", None),
    '"""late"""': (
        "T101",
        "found a description, expected a declaration or the end of the file",
        "one description may stand in the file, before the header; elsewhere write comments with `#`",
    ),
    "protocol q": ("T121", "`protocol` cannot stand here", "the header is the first line of its file, and there is one"),
    "role W:\n    run when ready: pass": (
        "T101",
        "found `when`, expected `:`",
        "`run` starts once, without condition or parameters: let it begin with `await c`, or write an action",
    ),
    "role W:\n    action a(t in T): pass": ("T101", "found `in`, expected `:`", "a parameter or field is written `name: TYPE`"),
    "role W:\n    actoin a: pass": ("T120", "`actoin` starts no part of a role", "write `action`"),
    "role W:\n    x = 1": ("T121", "`x` cannot stand here", "statements belong to an `action`, an `on` or a `run` of a role"),
    "role W:\n    shared x: T = 1": ("T121", "`shared` cannot stand here", "it stands at the left margin of the protocol"),
}


@pytest.mark.parametrize("text", MISTAKES_IN_DECLARATIONS)
def test_a_mistake_in_a_declaration(text: str) -> None:
    error = only(errors("protocol p\n" + text + "\n"))
    code, title, help_text = MISTAKES_IN_DECLARATIONS[text]
    assert (error.code, error.title_text) == (code, title)
    assert error.help_text if help_text is None else error.help_text == help_text


MISTAKES_IN_SPECS = {
    "always p x": ("T102", "a colon is missing", "write `:` here"),
    "always: x": ("T101", "found `:`, expected a name", 'write `NAME: condition`, or `NAME "text": condition`'),
    "alwys p: x": ("T120", "`alwys` starts no line of a spec", "write `always`"),
    "invariant p: x": ("T120", "`invariant` starts no line of a spec", "write `always NAME: condition` in the spec"),
    "shared x: T = 1": ("T121", "`shared` cannot stand here", "declarations stand in the protocol, not in the spec"),
    "always p:\n    a\n    and b": ("T107", "a line cannot start with `and`", None),
    "faults f: crsh W <= 1": ("T150", "`crsh` is not a fault", "write `crash`"),
    "faults f: lose M": ("T151", "`lose M` has no budget", "write `lose M <= 1`, or `lose M unlimited`"),
    "faults f": ("T152", "`faults f` lists no faults", "write `faults f: crash Worker <= 1`"),
    "instance a: n == 2": ("T123", "`==` compares; to give a value, write `=`", "write `=`"),
    "instance a\n    n = 2": ("T102", "a colon is missing", "write `:` here"),
    "expect p holds": (
        "T101",
        "found `holds`, expected `,`, `unreachable` or `violated`",
        "write `expect NAME violated`; what is not expected to be violated is expected to hold",
    ),
    "no deadlok": (
        "T101",
        "found `deadlok`, expected `deadlock`, `error`, `livelock`, `lost`, `overwrite`, `stale`, `starvation` or `unhandled`",
        "write `deadlock`",
    ),
    "no lost update status": ("T101", "found `status`, expected `on`", ""),
    "whenever w:\n    p": ("T101", "found the end of the block, expected `leads`", "write `whenever NAME: p leads to q`"),
    "always w: p leads to q": (
        "T101",
        "found `leads`, expected the end of the line",
        "write `whenever NAME: p leads to q`",
    ),
    "always w: p until q": (
        "T101",
        "found `until`, expected the end of the line",
        "`until` stands in a formula: `ltl NAME: p until q`",
    ),
    "sometimes always w: p": (
        "T101",
        "found `w`, expected a text in double quotes or `:`",
        "a property has one of these words, then its name: `always NAME: p`",
    ),
    "ltl w: always p implies eventually q": (
        "T157",
        "how far does `always` reach here?",
        "write `always (... implies ...)`, or `(always ...) implies ...` if that is meant",
    ),
    "ltl w: next(t) == u": (
        "T158",
        "in a formula `next` is the next step, not the next element",
        "write `next (... == ...)` for the next step; for the next element, put the condition into a `def`",
    ),
    "infinitely w: p": ("T101", "found `w`, expected `often`", "write `infinitely often NAME: p`"),
    "whenever w: p leads to q within 3 turns": (
        "T101",
        "found `turns`, expected `round`, `rounds`, `step` or `steps`",
        "write `within 10 steps` or `within 2 rounds`",
    ),
    "timeouts when stuck": ("T101", "found `when`, expected `only`", "write `timeouts only when stuck`"),
    "refines p: x": ("T901", "this version of teamcheck does not check `refines`", None),
    "no starvation on W": ("T101", "found `on`, expected `of`", ""),
    "check under none": ("T101", "found `none`, expected `,`, `under` or the end of the line", None),
}


@pytest.mark.parametrize("text", MISTAKES_IN_SPECS)
def test_a_mistake_in_a_spec(text: str) -> None:
    error = only(errors('spec s for "a.team"\n' + text + "\n", "spec"))
    code, title, help_text = MISTAKES_IN_SPECS[text]
    assert (error.code, error.title_text) == (code, title)
    assert error.help_text if help_text is None else error.help_text == help_text
