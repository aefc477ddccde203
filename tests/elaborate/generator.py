"""Small well-typed protocols, as text, for Hypothesis.

One or two roles of one or two agents, a few variables of few values, messages, nested control flow with awaits, and one fault model with
budgets of 1. Biased to what interleaves: shared variables that all read and write, guards on them, awaits in the middle of everything.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from hypothesis import strategies as st

from tests.elaborate.generator_code import Message, Writer
from tests.elaborate.generator_types import BOOL, Expressions, Kind, NoExpression, Scope, map_of, number, option, seq_of, set_of


@dataclass(frozen=True)
class Generated:
    """A protocol and what follows the first line of its spec; its fault model is `f`, its stores are `stores`."""

    protocol: str
    spec: str
    stores: tuple[str, ...]

    def __repr__(self) -> str:
        return f"{self.protocol}\n--- spec\n{self.spec}"


# --- declarations ------------------------------------------------------------------------------------------------------


def _declare(w: Writer) -> list[str]:
    """Types, roles and stores."""
    lines: list[str] = []
    enum = Kind("enum", "E", names=("a", "b", "c")[: w.pick([2, 2, 3])])
    lines.append(f"enum E: {', '.join(enum.names)}")
    ids = Kind("ids", "I", high=2, ordered=w.chance(40))
    lines.append(f"ids I * 2{', ordered' if ids.ordered else ''}")
    w.kinds = [BOOL, number(0, w.pick([1, 1, 2])), enum, ids]
    for name in ("R", "S")[: w.pick([1, 2, 2])]:
        size = w.pick([1, 2, 2] if name == "R" else [1, 1, 2])
        role = Kind("role", name, low=0 if size > 1 else 1, high=size, ordered=w.chance(30))
        starts_down = w.chance(15)
        attributes = ", ordered" * role.ordered + ", reentrant" * w.chance(30) + ", starts down" * starts_down
        lines.append(f"role {name}{f' * {size}' if size > 1 else ''}{attributes}")
        w.roles.append(role)
        w.kinds.append(role)
        w.own[name] = []
    record = Kind("record", "T", (number(0, 1), w.pick(w.kinds)), ("f", "g"))
    lines.append(f"record T: f: 0..1, g: {record.of[1].text}")
    for place in range(1 if w.aim in ("stale", "race") else w.pick([1, 1, 2, 3])):
        kind, initial = _store_with_value(w, record, Scope())
        lines.append(f"shared v{place}: {kind.text} {initial}")
        w.shared.append((f"v{place}", kind))
    return lines


def _store(w: Writer, record: Kind) -> Kind:
    """The type of a variable: small."""
    plain = w.pick([kind for kind in w.kinds if kind.shape != "role" or kind.high > 1])
    match w.pick(["plain", "plain", "plain", "map", "map", "option", "set", "seq", "record", "map of set"]):
        case "option":
            return option(plain)
        case "set":
            return set_of(w.pick([k for k in w.kinds if k.shape in ("ids", "role", "bool")]))
        case "seq":
            return seq_of(number(0, 1), w.pick([1, 2]))
        case "map":
            return map_of(w.pick([k for k in w.kinds if k.shape in ("ids", "role", "bool")]), w.pick([plain, option(plain)]))
        case "map of set":
            return map_of(w.pick([k for k in w.kinds if k.shape in ("role", "ids")]), set_of(w.kinds[3]))
        case "record":
            return record
    return plain


def _store_with_value(w: Writer, record: Kind, scope: Scope) -> tuple[Kind, str]:
    """The type of a variable and how it starts; a bool where no value of the type can be written."""
    kind = _store(w, record)
    if kind.shape in ("bool", "enum", "ids", "role") and scope.role is None and w.chance(20):
        return kind, f"in {kind.text}" if kind.shape != "bool" else "in {false, true}"
    constants = Expressions(w.below, kinds=w.kinds, roles=[])
    try:
        return kind, f"= {constants.expression(kind, scope, 0 if kind.shape == 'int' else 1)}"
    except NoExpression:
        if kind.shape in ("ids", "role"):
            return kind, f"in {kind.text}"
        return BOOL, "= false"


CHANNELS = ["fifo", "fifo", "unordered", "persistent"]


def _messages(w: Writer) -> list[str]:
    lines = []
    aimed = w.aim in ("byzantine", "lose", "duplicate", "reorder", "garble")
    for place in range(1 if aimed else w.pick([0, 1, 1, 1, 2])):
        fields = tuple(w.pick(w.kinds) for _ in range(1 if w.aim == "garble" else w.pick([0, 1, 1])))
        channel = w.pick(["fifo"] if w.aim == "reorder" else ["fifo", "fifo", "unordered"] if aimed else CHANNELS)
        attributes, capacity = channel, 2 if w.aim == "reorder" else w.pick([1, 1, 2, 2])
        if channel != "persistent":
            attributes += f", capacity {capacity}{w.pick(['', ', drop', ', error'])}"
        attributes += ", lost if down" * w.chance(25)
        message = Message(f"M{place}", w.pick(w.roles), fields, channel, capacity, w.pick(w.roles))
        w.sent.append(message)
        declared = ", ".join(f"f{i}: {kind.text}" for i, kind in enumerate(fields))
        lines.append(f"message {message.name}({declared}) to {message.to.text}: {attributes}")
    return lines


def _defs(w: Writer) -> list[str]:
    lines = []
    for place in range(w.pick([0, 0, 1])):
        parameters = tuple(w.pick(w.kinds) for _ in range(w.pick([0, 1])))
        kind = w.pick([BOOL, BOOL, w.kinds[1]])
        scope = Scope(tuple(w.shared))
        names = []
        for parameter in parameters:
            name = scope.fresh("arg")
            names.append(f"{name}: {parameter.text}")
            scope = scope.bind(name, parameter)
        lines.append(f"def d{place}({', '.join(names)}): {w.expression(kind, scope, 2)}")
        w.defs.append((f"d{place}", parameters, kind))
    return lines


def _faults(w: Writer, code: str) -> list[str]:
    """One or two faults that can happen, each kind as often as any other."""
    options: dict[str, list[str]] = {}
    written = [name for name, _ in w.shared if re.search(rf"\b{name}(\[.*\]|\.\w)? [-+]?= ", code)]
    if written:
        options["stale"] = written
    for role in w.roles:
        mine = code.split(f"role {role.text}:")[-1].split("\nrole ")[0]
        possible = {
            **dict.fromkeys(("crash", "restart", "stall", "forget", "repeat"), True),
            "skip": "await " in mine or "await:" in mine,
            "disobey": " should " in mine,
            "byzantine": any(role.text in senders for senders in w.senders.values()),
        }
        for kind in (kind for kind, can in possible.items() if can):
            options.setdefault(kind, []).append(role.text)
    for message in w.sent:
        persistent = message.channel == "persistent"
        possible = {
            "garble": bool(message.fields),
            "lose": not persistent,
            "duplicate": not persistent,
            "reorder": message.channel == "fifo" and message.capacity > 1,
        }
        for kind in (kind for kind, can in possible.items() if can):
            options.setdefault(kind, []).append(message.name)
    kinds = {w.aim} if w.aim in options else {w.pick(list(options)) for _ in range(w.pick([1, 1, 2]))}
    if "restart" in kinds:
        kinds.add("crash")  # else there is nobody to restart
    targets = {kind: w.pick(options[kind]) for kind in sorted(kinds)}
    if "restart" in targets:
        targets["restart"] = targets["crash"]
    return [f"{kind} {target} {_budget(w, kind)}" for kind, target in targets.items()]


def _budget(w: Writer, kind: str) -> str:
    return "unlimited" if kind in ("restart", "crash", "stall", "lose") and w.chance(30) else "<= 1"


@st.composite
def protocols(draw: st.DrawFn, *, shrinks: bool = False) -> Generated:
    """A protocol and a spec with one fault model, `f`. `shrinks`: every decision is one of Hypothesis, which it can make simpler
    where a test fails; else they are those of a seed, which spreads better and is faster."""
    if shrinks:
        return protocol(lambda n: draw(st.integers(0, n - 1)))
    return protocol(Random(draw(st.integers(0, 2**64 - 1))).randrange)


def protocol(below: Callable[[int], int], *, aim: str = "", most: int = 6) -> Generated:
    """The protocol that these decisions make. `aim`: a kind of fault for which it should have a use, or "race"; `most`: statements of an activity."""
    w = Writer(below, aim=aim, most=most)
    lines = ["protocol p", *_declare(w), *_messages(w), *_defs(w)]
    code: list[str] = []
    for role in w.roles:
        members = []
        remembers = w.aim in ("crash", "restart", "forget")
        for place in range(w.pick([1, 2] if remembers else [0, 0, 1])):
            kind, initial = _store_with_value(w, w.kinds[0], Scope(role=role))
            durable = "durable " if w.chance(50 if remembers else 30) else ""
            name = f"{role.text.lower()}{place}"
            members.append(f"{durable}var {name}: {kind.text} {initial}")
            w.own[role.text].append((name, kind))
        members += w.activities(role)
        code += [f"role {role.text}:", *(f"    {line}" for line in members)]
    lines += code
    if w.chance(60):
        scope = Scope(tuple(w.shared), of_all=True, defs=tuple(w.defs))
        lines.append(f"done when {w.expression(BOOL, scope)}")
    spec = []
    if (aim and aim != "race") or w.chance(70 if not aim else 30):
        spec.append(f"faults f: {', '.join(_faults(w, chr(10).join(lines)))}")
    if w.chance(20):
        spec.append("timeouts only when stuck")
    return Generated("\n".join(lines) + "\n", "\n".join(spec) + "\n", tuple(name for name, _ in w.shared))
