"""Texts that the grammar allows, made at random, and texts that it nearly allows."""

from __future__ import annotations

from functools import lru_cache
from random import Random

from checker.language.compile_grammar import GRAMMAR

PLAIN_NAMES = ("a", "b", "c", "task", "Worker", "x1", "_", "self", "status")
SOFT_WORDS = (
    *(
        "done",
        "open",
        "stop",
        "round",
        "step",
        "state",
        "states",
        "waiting",
        "Stop",
        "count",
        "all",
        "min",
        "first",
        "old",
        "timeout",
        "action",
    ),
    *(
        "on",
        "run",
        "may",
        "var",
        "role",
        "when",
        "should",
        "to",
        "from",
        "at",
        "most",
        "as",
        "set",
        "map",
        "seq",
        "max",
        "no",
        "none_",
        "progress",
    ),
    *(
        "either",
        "send",
        "choose",
        "spawn",
        "pass",
        "always",
        "never",
        "under",
        "violated",
        "error",
        "block",
        "drop",
        "lost",
        "down",
        "fair",
    ),
)
OTHER_TEXT = (
    "&&",
    "||",
    "!",
    "==",
    "=",
    "'a'",
    '"',
    "\t",
    "    ",
    "\n",
    "\n    ",
    "(",
    ")",
    "]",
    "{",
    "}",
    ":",
    "§",
    "\r",
    "\0",
    "3x",
    "True",
    "\ufeff",
    "..",
    "\\",
)


@lru_cache(maxsize=1)
def expansions() -> dict[str, list[tuple[str, ...]]]:
    """Symbol -> its expansions; terminals are written as their text."""
    import lark

    made = lark.Lark(GRAMMAR.read_text(encoding="utf-8"), parser="lalr", lexer="basic", start=["protocol", "spec"])
    texts = {t.name: t.pattern.value for t in made.terminals if t.pattern is not None}
    found: dict[str, list[tuple[str, ...]]] = {}
    for rule in made.rules:
        symbols = tuple(texts.get(s.name, s.name) if s.is_term else f"<{s.name}>" for s in rule.expansion)
        if "_ERROR" not in symbols and (symbols := sensible(symbols)):
            found.setdefault(f"<{rule.origin.name}>", []).append(symbols)
    return found


def sensible(symbols: tuple[str, ...]) -> tuple[str, ...] | None:
    """An expansion without what the grammar allows only to explain that it is wrong; None if nothing is left of it."""
    kinds = tuple(symbol.partition("{")[0] + ">" if "{" in symbol[1:] else symbol for symbol in symbols)
    if kinds == ("<postfix>", "<arguments>"):
        return ("NAME", symbols[1])
    if kinds == ("<union>", "is", "NAME"):
        return (symbols[0], "is", "busy")
    is_chain = kinds[:3] == ("<union>", "<comparator>", "<union>") and len(kinds) > 3
    if is_chain or kinds in (("<union>", "is", "not", "NAME"), ("{", "<item>", "for", "<expression>", "}")):
        return None
    if symbols in (("<expression>", ":", "<expression>"), ("<formula>", ":", "<formula>")):
        return ("NAME", "in", f"<sum{{{symbols[0].strip('<>')}}}>", ":", symbols[0])
    return symbols


@lru_cache(maxsize=1)
def least_depths() -> dict[str, int]:
    """Symbol -> the depth of its flattest text."""
    depths: dict[str, int] = {}
    changed = True
    while changed:
        changed = False
        for symbol, choices in expansions().items():
            depth = 1 + min(max((depth_of(s, depths) for s in choice), default=0) for choice in choices)
            if depth < depths.get(symbol, 10**6):
                depths[symbol] = depth
                changed = True
    return depths


def depth_of(symbol: str, depths: dict[str, int]) -> int:
    return depths.get(symbol, 10**6) if symbol in expansions() else 0


def terminals(random: Random, start: str, budget: int) -> list[str]:
    """The terminals of a random text, with about `budget` expansions before it ends as soon as it can."""
    waiting, found = [f"<{start}>"], []
    while waiting:
        symbol = waiting.pop()
        if symbol not in expansions():
            found.append(symbol)
            continue
        choices = expansions()[symbol]
        budget -= 1
        if budget < 0:
            choices = [min(choices, key=lambda c: max((depth_of(s, least_depths()) for s in c), default=0))]
        waiting += reversed(random.choice(choices))
    return found


def written(random: Random, found: list[str], names: tuple[str, ...]) -> str:
    """The text of terminals: one space between them, four for each level."""
    lines: list[str] = []
    line: list[str] = []
    level = 0
    for terminal in found:
        if terminal == "_INDENT":
            level += 1
        elif terminal == "_DEDENT":
            level -= 1
        elif terminal == "_NEWLINE":
            lines.append("    " * level + " ".join(line))
            line = []
            if random.random() < 0.1:
                lines.append(random.choice(("", "# a comment", "  # a comment", "            # a comment")))
            elif random.random() < 0.1:
                lines[-1] += random.choice(("  # behind", "            # behind"))
        elif terminal == "(" and random.random() < 0.05:
            line.append("(\n  ")
        else:
            line.append(text_of(random, terminal, names))
    return "\n".join(lines) + "\n"


def text_of(random: Random, terminal: str, names: tuple[str, ...]) -> str:
    match terminal:
        case "NAME":
            return random.choice(names)
        case "NUMBER":
            return random.choice(("0", "1", "2", "12", "2_000"))
        case "DECIMAL":
            return random.choice(("0.5", "0.25"))
        case "STRING":
            return random.choice(('"text"', '""', '"a \\" b"', '"# no comment"'))
        case "DOC":
            return random.choice(('"""doc"""', '"""two\n  lines"""'))
        case "from:":
            return ":"
    return terminal


def grammatical(random: Random, start: str, budget: int = 200, names: tuple[str, ...] = PLAIN_NAMES) -> str:
    """A text that the grammar of `start` allows."""
    return written(random, terminals(random, start, budget), names)


def nearly(random: Random, start: str, budget: int = 120) -> str:
    """A text of the grammar with some of its tokens or characters lost, doubled, moved, or replaced."""
    found = terminals(random, start, budget)
    for _ in range(random.randrange(4)):
        at = random.randrange(len(found))
        match random.randrange(4):
            case 0:
                del found[at : at + random.randrange(1, 4)]
            case 1:
                found.insert(at, random.choice(found))
            case 2:
                found.insert(at, random.choice(OTHER_TEXT))
            case 3:
                found[at] = random.choice(found)
        if not found:
            break
    text = written(random, found, PLAIN_NAMES + SOFT_WORDS)
    for _ in range(random.randrange(4)):
        at = random.randrange(len(text) + 1)
        text = text[:at] + random.choice(("", *OTHER_TEXT)) + text[at + random.randrange(3) :]
    return text
