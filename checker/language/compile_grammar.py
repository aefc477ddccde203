"""Compiles grammar.lark to the tables that lalr.py drives: `python -m checker.language.compile_grammar`.

Lark checks the grammar and makes the LALR tables; they are kept in grammar.json, so that using teamcheck neither imports Lark nor
waits for it. A test holds the file to be what this makes of the grammar.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
GRAMMAR = FOLDER / "grammar.lark"
TABLES = FOLDER / "grammar.json"


class ConflictingGrammar(Exception):
    """The grammar has a shift/reduce conflict."""


class _Conflicts(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        raise ConflictingGrammar(record.getMessage())


def compile_grammar(text: str) -> dict[str, Any]:
    """The tables of `lalr.Tables`, as plain data."""
    import lark

    watch = _Conflicts(level=logging.WARNING)
    lark.logger.addHandler(watch)
    try:
        made = lark.Lark(text, parser="lalr", lexer="basic", start=["protocol", "spec"], maybe_placeholders=True, debug=True)
    finally:
        lark.logger.removeHandler(watch)
    names = {t.name: t.pattern.value for t in made.terminals if t.pattern is not None}
    made_of = {rule: json.dumps(_rule(rule)) for rule in made.rules}
    rules = sorted(set(made_of.values()))  # rules that reduce alike are one
    numbers = {rule: rules.index(text) for rule, text in made_of.items()}
    table = made.parser.parser._parse_table
    places = {state: {_symbol(s, names): action for s, action in actions.items()} for state, actions in table.states.items()}
    order = _in_order([table.start_states[name] for name in sorted(table.start_states)], places)
    return {
        "starts": {name: [order[table.start_states[name]], order[table.end_states[name]]] for name in sorted(table.start_states)},
        "words": sorted(names.values()),
        "rules": [json.loads(text) for text in rules],
        "states": [
            {s: order[to] if kind.name == "Shift" else -1 - numbers[to] for s, (kind, to) in sorted(places[state].items())}
            for state in order
        ],
    }


def _symbol(name: str, texts: dict[str, str]) -> str:
    """A terminal is called by its text, or NAME, _NEWLINE ...; a rule is written <rule>."""
    return texts.get(name) or (name if name.isupper() or name == "$END" else f"<{name}>")


def _in_order(starts: list[Any], places: dict[Any, dict[str, Any]]) -> dict[Any, int]:
    """The states numbered breadth first, so that the numbers depend on the grammar alone."""
    order: dict[Any, int] = {}
    waiting = list(starts)
    for state in waiting:
        if state not in order:
            order[state] = len(order)
            waiting += [to for _, (kind, to) in sorted(places[state].items()) if kind.name == "Shift"]
    return order


def _rule(rule: Any) -> list[Any]:
    """[symbol, builder, length, children]: builder is "" for a list to be spliced into its parent, "=" for the only child itself;
    children are places of the expansion: i itself, ~i to be spliced, null for an option that is not there."""
    gaps = [0] * (len(rule.expansion) + 1)
    if rule.options.empty_indices:
        gaps = [len(ones) for ones in "".join(str(int(b)) for b in rule.options.empty_indices).split("0")]
    children: list[int | None] = []
    spliced = False
    for i, symbol in enumerate(rule.expansion):
        children += [None] * gaps[i]
        if not symbol.is_term and symbol.name.startswith("_"):
            children.append(~i)
            spliced = True
        elif not symbol.is_term or rule.options.keep_all_tokens or not symbol.filter_out:
            children.append(i)
    children += [None] * gaps[-1]
    builder = str(rule.alias or rule.origin.name)
    if rule.origin.name.startswith("_"):
        builder = ""
    elif rule.options.expand1 and not rule.alias and len(children) == 1 and not spliced:
        builder = "="
    return [f"<{rule.origin.name}>", builder, len(rule.expansion), children]


def compiled_text() -> str:
    """What grammar.json must hold."""
    tables = compile_grammar(GRAMMAR.read_text(encoding="utf-8"))
    parts = [f'"{key}": {_lines(value)}' for key, value in tables.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _lines(value: Any) -> str:
    """JSON with one line for each rule or state."""
    if isinstance(value, list) and not isinstance(value[0], str):
        return "[\n" + ",\n".join(json.dumps(v, separators=(",", ":")) for v in value) + "\n]"
    return json.dumps(value)


if __name__ == "__main__":
    TABLES.write_text(compiled_text(), encoding="utf-8")
