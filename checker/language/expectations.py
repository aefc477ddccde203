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
SPEC_LINE = words("instance faults timeouts def always never step sometimes eventually whenever no check expect")
PROPERTIES = words("always never step sometimes eventually whenever")
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
    "ltl": "use `always`, `eventually` or `whenever NAME: p leads to q`",
    "starvation": "use `whenever NAME: ... leads to ...` for one agent",
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
    if token.kind == "WORD":
        from difflib import get_close_matches

        words = [t for t in terminals if t.isalpha() and t.islower()]
        if near := get_close_matches(token.text, words, n=1, cutoff=0.75):
            return f"write `{near[0]}`"
    return _by_what_was_found(token, terminals, first) or _by_what_was_expected(parser, token, terminals, first)


def _by_what_was_found(token: Token, terminals: set[str], first: str) -> str:
    text = token.text
    if text == "then":
        return "a statement is `if c:` and its block; `if c then a else b` is an expression"
    if text == "?" and "_NEWLINE" in terminals:
        return "a value that depends on a condition is `if c then a else b`"
    if text == "->":
        return "a def has no result type: `def f(x: T): e`" if first == "def" else "write `implies`"
    if text == "{" and ":" in terminals:
        return "braces open no block: write `:`"
    if text in ("(", "[") and first in ("role", "ids"):
        return f"write `{first} NAME * number`"
    if text == "in" and ":" in terminals and first in ("action", "may", "strongly", "def", "message", "record"):
        return "a parameter or field is written `name: TYPE`"
    if text in ("of", "from", ":") and ")" in terminals:
        return "what a quantifier ranges over is written `x in D`: `all(x in D: p)`"
    if token.kind == "DOC":
        return "one description may stand in the file, before the header; elsewhere write comments with `#`"
    if token.kind == "STRING" and "NUMBER" in terminals:
        return "texts are no values; give the values names with `enum`"
    if text == ":" and "=" in terminals and first not in ("let", "shared", "var", "durable", "const", "type"):
        return "a value for the rest of the block is `let x = e`; a variable of the agent is `var x: T = e` in its role"
    return ""


def _by_what_was_expected(parser: Parser, token: Token, terminals: set[str], first: str) -> str:
    if "then" in terminals and token.text == ":":
        return "the expression is `if c then a else b`"
    if "else" in terminals and "_NEWLINE" not in terminals and ":" not in terminals:
        return "an `if` expression gives a value in both cases: `if c then a else b`"
    if token.kind == "_NEWLINE" and "NUMBER" in terminals:
        return "the line ends too soon; inside brackets lines may break freely"
    if "max" in terminals or ("," in terminals and "?" in terminals and _in_seq(parser)):
        return "a sequence has a bound: `seq[T, max 3]`"
    if "violated" in terminals:
        return "write `expect NAME violated`; what is not expected to be violated is expected to hold"
    if "to" in terminals and first in ("send", "broadcast"):
        return f"write `{first} M(...) to {'w' if first == 'send' else 'Role'}`"
    if "to" in terminals and first == "message":
        return "write `message M(field: T) to Role`"
    if first == "check":
        return "write `check INSTANCE, ... under FAULTS, ...`, or leave `under` away"
    if first == "timeouts":
        return "write `timeouts only when stuck`"
    if terminals == {"STRING"}:
        return "write the file name in double quotes"
    if {":", "STRING"} <= terminals or (first in PROPERTIES and terminals == {"NAME"}):
        return 'write `NAME: condition`, or `NAME "text": condition`'
    if "leads" in terminals and first == "whenever":
        return "write `whenever NAME: p leads to q`"
    return ""


def _in_seq(parser: Parser) -> bool:
    """Whether the innermost open bracket is that of `seq[`."""
    depth = 0
    for at in range(parser.at - 1, max(parser.marks[-1].at if parser.marks else 0, parser.at - 200), -1):
        text = parser.tokens[at].text
        depth += text in (")", "]", "}")
        if text in ("(", "[", "{"):
            if depth == 0:
                return text == "[" and parser.text(at - 1) == "seq"
            depth -= 1
    return False
