"""What may stand at a place, and what was found there, in the language's words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from checker.language.tokens import words

if TYPE_CHECKING:
    from checker.language.lalr import Parser
    from checker.language.tokens import Token

EXPRESSION = frozenset(("NAME", "NUMBER", "(", "{", "[", "-", "not", "if", "true", "false", "none"))
OPERATORS = words("and or implies == != < <= > >= in not is at subset | & + - * // % . [ ( ! ?") | {"at most"}
STATEMENT = words("NAME let choose send broadcast assert return progress spawn stop pass await if for either while")
MEMBER = words("var durable action on run may strongly pass")
DECLARATION = words("import enum type record ids const shared message meter def role done")
SPEC_LINE = words("instance faults timeouts def always never step sometimes eventually infinitely ltl whenever no check expect")
QUANTIFIER_WORDS = words("all any count sum min max those majority forall exists every some")
PROPERTIES = words("always never step sometimes eventually infinitely ltl whenever")
CALLED = {
    "NAME": "a name",
    "NUMBER": "a number",
    "STRING": "a text in double quotes",
    "_NEWLINE": "the end of the line",
    "_INDENT": "an indented block",
    "_DEDENT": "the end of the block",
    "$END": "the end of the file",
    "DOC": "a description",
}
GROUPS = (
    ("a statement", frozenset(("send", "let")), STATEMENT),
    ("a part of the role (`var`, `durable var`, `action`, `on` or `run`)", frozenset(("var", "action")), MEMBER),
    ("a declaration", frozenset(("shared", "role")), DECLARATION),
    ("a property, `instance`, `faults`, `check`, `expect` or `def`", frozenset(("always", "check")), SPEC_LINE),
    ("a type", frozenset(("set", "map", "NUMBER")), EXPRESSION | {"set", "map", "seq"}),
    ("an expression", frozenset(("NUMBER", "{")), EXPRESSION),
)


def found_words(token: Token) -> str:
    """What stands at a place: "`x`", "the end of the line"."""
    if token.kind in ("STRING", "DOC"):
        return "a text in quotes" if token.kind == "STRING" else "a description"
    return CALLED[token.kind] if token.kind in CALLED and not token.text else f"`{token.text}`"


def expected_words(terminals: Iterable[str], most: int = 9) -> str:
    """What may stand at a place: "`:` or the end of the line". Operators are left out where the expression may also end."""
    left = {t for t in terminals if t not in ("_ERROR", "DECIMAL", "state", "transition")}
    said = []
    for said_as, sign, members in GROUPS:
        if sign <= left:
            said.append(said_as)
            left -= members
    if left - OPERATORS and ("and" in left or "+" in left):
        left -= OPERATORS
    if len(left) + len(said) > 1:
        left -= {"_DEDENT", "_INDENT", "DOC"}
    ends = [CALLED[t] for t in ("_NEWLINE", "$END") if t in left]
    names = [CALLED[t] for t in sorted(left) if t in CALLED and CALLED[t] not in ends]
    said += names + [f"`{_shown(t)}`" for t in sorted(left, key=_rank) if t not in CALLED]
    said = said[: most - len(ends)] + ends
    return said[0] if len(said) == 1 else ", ".join(said[:-1]) + " or " + said[-1] if said else "nothing more"


def _shown(terminal: str) -> str:
    return terminal.rstrip(":") if terminal == "from:" else terminal


def _rank(terminal: str) -> tuple[int, str]:
    return (0 if terminal in (":", "=", ")", "]", "}", ",") else 1, terminal)


# --- advice --------------------------------------------------------------------------------------------------


def context(terminals: set[str]) -> str:
    """The kind of line that may start here: statement, branch, member, declaration, spec, or "" inside a line."""
    if "_ERROR" not in terminals:
        return ""
    if "send" in terminals:
        return "statement"
    if "var" in terminals:
        return "member"
    if "shared" in terminals:
        return "declaration"
    return "spec" if "always" in terminals else "branch"


KIND_OF_LINE = {
    "statement": "statement",
    "branch": "branch of an await",
    "member": "part of a role",
    "declaration": "declaration",
    "spec": "line of a spec",
}
PLACE = {
    "statement": "these are the statements of an activity",
    "branch": "these are the branches of an await",
    "member": "this is the block of a role",
    "declaration": "this is the left margin of a protocol",
    "spec": "this is the left margin of a spec",
}
OTHER_LANGUAGES = {
    "break": "there is no `break`: say in the condition of the `while` when it ends",
    "continue": "there is no `continue`: put the rest of the block under an `if`",
    "case": "write `if`, `elif` and `else`",
    "match": "write `if`, `elif` and `else`",
    "switch": "write `if`, `elif` and `else`",
    "try": "what may fail is a choice: `either:` and `or:`",
    "except": "what may fail is a choice: `either:` and `or:`",
    "raise": "an error with a trace is `assert false`",
    "throw": "an error with a trace is `assert false`",
    "del": "write `-= {x}` for a set",
    "wait": "write `await`",
    "yield": "write `await`",
    "sleep": "write `await sleep()`; time itself is not modelled",
    "loop": "write `while true:`",
    "class": "an agent's code is in a `role`",
    "agent": "an agent's code is in a `role`",
    "process": "an agent's code is in a `role`",
    "function": "an expression with a name is a `def`; what an agent does is an `action`",
    "func": "an expression with a name is a `def`; what an agent does is an `action`",
    "fn": "an expression with a name is a `def`; what an agent does is an `action`",
    "global": "variables of the team are `shared`",
    "invariant": "write `always NAME: condition` in the spec",
    "property": "write `always NAME: condition` in the spec",
    "forever": "write `while true:`",
    "init": "give the initial value where the variable is declared: `shared x: T = value`",
}


NOT_YET = {
    "refines": "delete it",
    "linearizable": "use `no lost update on v`, `no stale write on v` and `no overwrite on v`",
    "sequential": "use `no lost update on v`, `no stale write on v` and `no overwrite on v`",
    "converges": "use `always NAME: condition` for the states with nothing in flight",
    "tokens": "delete it",
    "messages": "delete it",
    "rounds": "delete it",
}


def misplaced(word: str, where: str) -> str | None:
    """What to do about a word that starts another kind of line than the lines at this place; None if it starts none."""
    if word in ("protocol", "spec"):
        return "the header is the first line of its file, and there is one"
    kinds = (
        ("spec", SPEC_LINE - {"def"}, "properties and what goes with them stand in the spec, a file of its own: `NAME.spec`"),
        ("declaration", DECLARATION, "it stands at the left margin of the protocol"),
        ("member", MEMBER - {"pass"}, "it belongs to a role: indent it by four spaces, under `role NAME:`"),
        ("statement", STATEMENT - {"NAME"}, "statements belong to an `action`, an `on` or a `run` of a role"),
    )
    for kind, starts, advice in kinds:
        if kind == where or word not in starts:
            continue
        if kind == "member" and where in ("statement", "branch"):
            return "give it the indentation of the other parts of its role" + (
                "; a value for this activity is `let x = e`" if word == "var" else ""
            )
        if kind == "spec" and where in ("statement", "branch", "member"):
            return advice
        if kind == "declaration" and where == "spec":
            return "declarations stand in the protocol, not in the spec"
        return advice
    return None


def advice(parser: Parser, token: Token, terminals: set[str]) -> str:
    """One thing to do about an unexpected token, "" if nothing better than what was expected can be said."""
    lines = parser.marks[:-1] if token.kind == "_DEDENT" else parser.marks
    first = parser.tokens[lines[-1].at].text if lines else ""
    before = parser.text(parser.at - 1) if parser.at else ""
    said = _by_line(token, terminals, first, before) or _by_what_was_found(token, terminals, before)
    if not said and token.kind == "WORD" and token.text != "not":
        from difflib import get_close_matches

        near = get_close_matches(token.text, [t for t in terminals if t.isalpha() and t.islower()], n=1, cutoff=0.75)
        said = f"write `{near[0]}`" if near else ""
    return said or _by_what_was_expected(parser, token, terminals)


def _by_line(token: Token, terminals: set[str], first: str, before: str) -> str:
    """What is known of the kind of line, by its first word."""
    said = (
        _in_spec(token, terminals, first)
        or _in_declaration(token.text, terminals, first)
        or _in_statement(token.text, terminals, first)
    )
    if not said and first in PROPERTIES and before in PROPERTIES and before != first and ":" in terminals:
        return f"a property has one of these words, then its name: `{before} NAME: p`"
    if not said and first in PROPERTIES and ({":", "STRING"} <= terminals or terminals == {"NAME"}):
        return 'write `NAME: condition`, or `NAME "text": condition`'
    return said


def _in_spec(token: Token, terminals: set[str], first: str) -> str:
    match first:
        case "spec":
            return 'write `spec NAME for "FILE.team"`'
        case "check":
            return "write `check INSTANCE, ... under FAULTS, ...`, or leave `under` away"
        case "timeouts":
            return "write `timeouts only when stuck`"
        case "expect" if token.kind == "NUMBER":
            return "write `expect 131 states, 228 transitions in INSTANCE under FAULTS`"
        case "expect" if "violated" in terminals:
            return "write `expect NAME violated`; what is not expected to be violated is expected to hold"
        case "infinitely":
            return "write `infinitely often NAME: p`"
        case "whenever" if {"step", "steps"} & terminals:
            return "write `within 10 steps` or `within 2 rounds`"
        case "whenever" if "leads" in terminals:
            return "write `whenever NAME: p leads to q`"
    return ""


def _in_declaration(text: str, terminals: set[str], first: str) -> str:
    match first:
        case "protocol" if text == "-":
            return "names are made of letters, digits and `_`"
        case "protocol" if text == ":":
            return "the header has no colon: the declarations follow at the left margin"
        case "message" if "to" in terminals:
            return "write `message M(field: T) to Role`"
        case "message" if text == "," and ":" in terminals:
            return "a message goes to one role: declare a kind of message for each"
        case "done" if text == ":":
            return "write `done when condition`"
        case "var" | "durable" | "shared" | "const" if text == "=" and ":" in terminals:
            return f"write `{first} NAME: TYPE = value`"
        case "def" if text == "->":
            return "a def has no result type: `def f(x: T): e`"
        case "role" | "ids" if text in ("(", "["):
            return f"write `{first} NAME * number`"
        case "run" if text in ("when", "("):
            return "`run` starts once, without condition or parameters: let it begin with `await c`, or write an action"
        case "action" | "may" | "strongly" | "def" | "record" | "message" if text == "in" and ":" in terminals:
            return "a parameter or field is written `name: TYPE`"
    return ""


def _in_statement(text: str, terminals: set[str], first: str) -> str:
    match first:
        case "send" | "broadcast" if "to" in terminals:
            return f"write `{first} M(...) to {'w' if first == 'send' else 'Role'}`"
        case "choose" if text in ("from", "with", "when", "if", "of"):
            return "write `choose x in S where c`"
        case "for" if text == "if":
            return "write `for x in those(y in S: c):`"
        case "either" | "or" if text == "%":
            return "a probability is written `0.9`"
        case "timeout":
            return "a timeout has no length: write `timeout:`, and name the wait with `await as LABEL:`"
        case "return":
            return "an activity returns no value"
        case "assert" if text == ":":
            return 'write `assert c, "text"`'
        case "let" if text == ":":
            return "a `let` takes no type: write `let x = e`"
    return ""


def _by_what_was_found(token: Token, terminals: set[str], before: str) -> str:
    text = token.text
    if before in QUANTIFIER_WORDS and token.kind == "WORD":
        return "a quantifier has brackets: `all(x in D: p)`, `any(x in D: p)`"
    if text in ("<", "(", "{") and before in ("set", "map", "seq"):
        return f"types take square brackets: `{before}[...]`"
    match text:
        case "then":
            return "a statement is `if c:` and its block; `if c then a else b` is an expression"
        case "?" | "if" if "_NEWLINE" in terminals:
            return "a value that depends on a condition is `if c then a else b`"
        case "->" if "implies" in terminals and "," not in terminals:
            return "write `implies`"
        case "leads":
            return "write `whenever NAME: p leads to q`"
        case "until" if "_NEWLINE" in terminals:
            return "`until` stands in a formula: `ltl NAME: p until q`"
        case "{" if ":" in terminals:
            return "braces open no block: write `:`"
        case "|" | "&" | "*" | "//" | "%" if "+=" in terminals:
            return f"there are `+=` and `-=`, of numbers and of sets; else write `x = x {text} ...`"
        case "|" if "NUMBER" in terminals:
            return "the size of a set is `len(s)`"
        case "where" if "when" in terminals:
            return "write `when`"
        case "and" if "," in terminals:
            return "names are separated by commas"
        case "of" | "from" | ":" if ")" in terminals:
            return "what a quantifier ranges over is written `x in D`: `all(x in D: p)`"
        case ":" if terminals == {"="}:
            return "write `=`"
        case ":" if "+=" in terminals:
            return "a value for the rest of the block is `let x = e`; a variable of the agent is `var x: T = e` in its role"
    if token.kind == "DOC":
        return "one description may stand in the file, before the header; elsewhere write comments with `#`"
    if token.kind == "STRING" and "NUMBER" in terminals:
        return "texts are no values; give the values names with `enum`"
    return ""


def _by_what_was_expected(parser: Parser, token: Token, terminals: set[str]) -> str:
    if "then" in terminals and token.text == ":":
        return "the expression is `if c then a else b`"
    if "else" in terminals and "_NEWLINE" not in terminals and ":" not in terminals:
        return "an `if` expression gives a value in both cases: `if c then a else b`"
    if token.kind == "_NEWLINE" and "NUMBER" in terminals:
        return "the line ends too soon; inside brackets lines may break freely"
    if "max" in terminals or ("," in terminals and "?" in terminals and _in_brackets_of(parser, "seq")):
        return "a sequence has a bound: `seq[T, max 3]`"
    if "," in terminals and _in_brackets_of(parser, "map"):
        return "a map is `map[K, V]`"
    return ""


def _in_brackets_of(parser: Parser, word: str) -> bool:
    """Whether the innermost open bracket is that of `word[`."""
    depth = 0
    for at in range(parser.at - 1, max(parser.marks[-1].at if parser.marks else 0, parser.at - 200), -1):
        text = parser.tokens[at].text
        depth += text in (")", "]", "}")
        if text in ("(", "[", "{"):
            if depth == 0:
                return text == "[" and parser.text(at - 1) == word
            depth -= 1
    return False
