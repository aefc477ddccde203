"""Small well-typed protocols, as text, for Hypothesis.

One or two roles of one or two agents, a few variables of few values, messages, nested control flow with awaits, and one fault model with
budgets of 1. Biased to what interleaves: shared variables that all read and write, guards on them, awaits in the middle of everything.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

from tests.elaborate.generator_types import (
    BOOL,
    Expressions,
    Kind,
    NoExpression,
    Scope,
    map_of,
    number,
    option,
    seq_of,
    set_of,
    stem,
)


@dataclass(frozen=True)
class Generated:
    """A protocol and what follows the first line of its spec; its fault model is `f`, its stores are `stores`."""

    protocol: str
    spec: str
    stores: tuple[str, ...]

    def __repr__(self) -> str:
        return f"{self.protocol}\n--- spec\n{self.spec}"


@dataclass(frozen=True)
class Message:
    name: str
    to: Kind
    fields: tuple[Kind, ...]
    channel: str
    by: Kind  # the role that certainly sends it


@dataclass
class Writer(Expressions):
    shared: list[tuple[str, Kind]] = field(default_factory=list)
    own: dict[str, list[tuple[str, Kind]]] = field(default_factory=dict)
    sent: list[Message] = field(default_factory=list)
    senders: dict[str, set[str]] = field(default_factory=dict)
    labels: int = 0
    reads_everywhere: bool = False
    down: set[str] = field(default_factory=set)
    left: int = 12  # statements that may still be written

    # --- statements --------------------------------------------------------------------------------------------------

    def block(self, scope: Scope, depth: int, *, plain: bool, at_most: int = 3) -> list[str]:
        """Statements; `plain`: none that waits or returns."""
        lines: list[str] = []
        for _ in range(self.draw(st.integers(1, at_most))):
            if self.left <= 0:
                break
            self.left -= 1
            written, scope = self.statement(scope, depth, plain=plain)
            lines += written
        if not plain and self.chance(6):
            lines.append("return")
        return lines or ["pass"]

    def inner(self, scope: Scope, depth: int, *, plain: bool) -> list[str]:
        return [f"    {line}" for line in self.block(scope, depth - 1, plain=plain, at_most=2)]

    def statement(self, scope: Scope, depth: int, *, plain: bool) -> tuple[list[str], Scope]:
        ways = ["assign"] * 5 + ["step"] * 2 + ["send"] * 2 + ["let", "choose", "assert", "agents", "broadcast", "progress"]
        if depth > 0:
            ways += ["if", "if", "either", "for", "bounded"]
        if not plain:
            ways += ["await"] * 5 + ["race"] * 3 + (["while"] if depth > 0 else [])
        way = self.pick(ways)
        try:
            found = getattr(self, f"_write_{way}")(scope, depth, plain)
        except NoExpression:
            return ["pass"], scope
        return found if isinstance(found, tuple) else (found, scope)

    def targets(self, scope: Scope) -> list[tuple[str, Kind]]:
        assert scope.role is not None
        found: list[tuple[str, Kind]] = []
        for name, kind in [*self.shared, *self.own[scope.role.text]]:
            found.append((name, kind))
            if kind.shape == "map":
                keys = [name for name, own in scope.names if own.text == kind.of[0].text]
                found += [(f"{name}[{key}]", kind.of[1]) for key in keys or self._keys(kind.of[0], scope)] * 2
            if kind.shape == "record":
                found += [(f"{name}.{f}", of) for f, of in zip(kind.names, kind.of, strict=True)]
        return found

    def _write_assign(self, scope: Scope, depth: int, plain: bool) -> list[str]:
        name, kind = self.pick(self.targets(scope) or self._none())
        return [f"{name} = {self.expression(kind, scope)}"]

    def _write_race(self, scope: Scope, depth: int, plain: bool) -> tuple[list[str], Scope]:
        """Read, wait, write: what the others do meanwhile is lost, or not."""
        targets = [t for t in self.targets(scope) if t[0].startswith("v") and t[1].shape != "map"]
        name, kind = self.pick(targets or self._none())
        target, written = self.pick([t for t in targets if t[0][:2] == name[:2]])
        local = scope.fresh(stem(kind))
        after = scope.bind(local, kind)
        waits = self._write_await(after, 0, plain)[0]
        return [f"let {local} = {name}", *waits, f"{target} = {self.expression(written, after)}"], after

    def _write_step(self, scope: Scope, depth: int, plain: bool) -> list[str]:
        targets = [(name, kind) for name, kind in self.targets(scope) if kind.shape in ("int", "set")]
        name, kind = self.pick(targets or self._none())
        operator = self.pick(["+=", "-="])
        if kind.shape == "int":
            return [f"{name} {operator} {self.pick(['1', '1', self.expression(kind, scope, 1)])}"]
        return [f"{name} {operator} {{{self.expression(kind.of[0], scope, 1)}}}"]

    def _write_let(self, scope: Scope, depth: int, plain: bool) -> tuple[list[str], Scope]:
        kind = self.pick(self.kinds)
        name = scope.fresh(stem(kind))
        return [f"let {name} = {self.expression(kind, scope)}"], scope.bind(name, kind)

    def _write_choose(self, scope: Scope, depth: int, plain: bool) -> tuple[list[str], Scope]:
        sets = [(name, kind.of[0]) for name, kind in scope.names if kind.shape == "set"]
        if sets and self.chance(50):
            text, kind = self.pick(sets)
            name = scope.fresh(stem(kind))
            line = f"choose {name} in {text}"
        else:
            kind = self.pick(self.kinds)
            name = scope.fresh(stem(kind))
            line = f"choose {name}: {kind.text}"
        after = scope.bind(name, kind)
        if self.chance(30):
            line += f" where {self.expression(BOOL, after, 1)}"
        return [line], after

    def _write_assert(self, scope: Scope, depth: int, plain: bool) -> list[str]:
        return [f"assert {self.expression(BOOL, scope)}"]

    def _write_progress(self, scope: Scope, depth: int, plain: bool) -> list[str]:
        return ["progress"]

    def _write_send(self, scope: Scope, depth: int, plain: bool) -> list[str]:
        message = self.pick(self.sent or self._none())
        to = self.expression(message.to, scope, 1)
        return [f"send {self._said(message, scope)} to {to}"]

    def _said(self, message: Message, scope: Scope) -> str:
        assert scope.role is not None
        fields = ", ".join(self.expression(kind, scope, 1) for kind in message.fields)
        self.senders.setdefault(message.name, set()).add(scope.role.text)
        return f"{message.name}({fields})"

    def _write_broadcast(self, scope: Scope, depth: int, plain: bool) -> list[str]:
        message = self.pick(self.sent or self._none())
        sets = [name for name, kind in scope.names if kind.text == set_of(message.to).text]
        return [f"broadcast {self._said(message, scope)} to {self.pick([message.to.text, *sets])}"]

    def _write_agents(self, scope: Scope, depth: int, plain: bool) -> tuple[list[str], Scope]:
        role = self.pick(self.roles)
        word = self.pick(["spawn", "stop"])
        name = scope.fresh(stem(role))
        if self.chance(60):
            fact = "down" if word == "spawn" else "up"
            lines = [f"choose {name} in {role.text} where {name} is {fact}", f"{word} {name}"]
            return lines, scope.bind(name, role)
        return [f"{word} {self.expression(role, scope, 1)}"], scope

    def _write_if(self, scope: Scope, depth: int, plain: bool) -> list[str]:
        lines = [f"if {self.expression(BOOL, scope)}:", *self.inner(scope, depth, plain=plain)]
        if self.chance(25):
            lines += [f"elif {self.expression(BOOL, scope)}:", *self.inner(scope, depth, plain=plain)]
        if self.chance(50):
            lines += ["else:", *self.inner(scope, depth, plain=plain)]
        return lines

    def _write_either(self, scope: Scope, depth: int, plain: bool) -> list[str]:
        return ["either:", *self.inner(scope, depth, plain=plain), "or:", *self.inner(scope, depth, plain=plain)]

    def _write_for(self, scope: Scope, depth: int, plain: bool) -> list[str]:
        text, kind = self.domain(scope)
        name = scope.fresh(stem(kind))
        return [f"for {name} in {text}:", *self.inner(scope.bind(name, kind), depth, plain=True)]

    def _write_bounded(self, scope: Scope, depth: int, plain: bool) -> list[str]:
        most = self.pick(["1", "2"])
        return [f"while {self.expression(BOOL, scope)} at most {most}:", *self.inner(scope, depth, plain=True)]

    def _write_while(self, scope: Scope, depth: int, plain: bool) -> list[str]:
        waits, after = self._write_await(scope, 0, plain)
        body = [f"    {line}" for line in waits]
        condition = self.pick(["true", self.expression(BOOL, scope)])
        return [f"while {condition}:", *body, *self.inner(after, depth, plain=False)]

    # --- awaits ------------------------------------------------------------------------------------------------------

    def _label(self, role: Kind) -> str:
        if self.chance(60):
            return ""
        self.labels += 1
        self.at_labels.setdefault(role.text, []).append(f"at{self.labels}")
        return f" as at{self.labels}"

    def _write_await(self, scope: Scope, depth: int, plain: bool) -> tuple[list[str], Scope]:
        assert scope.role is not None
        label = self._label(scope.role)
        if depth > 0 and self.chance(40):
            lines = [f"await{label}:"]
            kinds = [self.pick(["message", "when", "call", "timeout", "round"]) for _ in range(self.draw(st.integers(1, 3)))]
            for way in kinds:
                head, inner = self._awaitable(way, scope, branch=True)
                lines += [f"    {head}:", *(f"    {line}" for line in self.inner(inner, depth, plain=False))]
            return lines, scope
        head, after = self._awaitable(self.pick(["call", "call", "condition", "message", "round"]), scope, branch=False)
        return [f"await {head}{label}"], after

    def _awaitable(self, way: str, scope: Scope, *, branch: bool) -> tuple[str, Scope]:
        if way == "message":
            try:
                return self._pattern(scope)
            except NoExpression:
                way = "call"
        if way in ("when", "condition"):
            condition = self.expression(BOOL, scope)
            return ("when " if branch else "") + condition, scope
        if way == "timeout":
            return "timeout", scope
        return ("round" if way == "round" else self.pick(["llm()", "tool()"])), scope

    def _pattern(self, scope: Scope) -> tuple[str, Scope]:
        """`M(a, _) from x when g`."""
        assert scope.role is not None
        mine = [message for message in self.sent if message.to.text == scope.role.text]
        message = self.pick(mine or self._none())
        fields, after = [], scope
        for kind in message.fields:
            name = "_" if self.chance(20) else after.fresh(stem(kind))
            fields.append(name)
            after = after if name == "_" else after.bind(name, kind)
        text = f"{message.name}({', '.join(fields)})"
        if self.chance(40):
            name = after.fresh(stem(message.by))
            text += f" from {name}: {message.by.text}"
            after = after.bind(name, message.by)
        if self.chance(40):
            text += f" when {self.expression(BOOL, after, 1)}"
        return text, after

    # --- activities --------------------------------------------------------------------------------------------------

    def activities(self, role: Kind) -> list[str]:
        scope = self.scope(role)
        lines: list[str] = []
        if self.chance(40):
            lines += ["run:", *self._body(scope)]
        for number_ in range(self.draw(st.integers(0 if lines else 1, 2))):
            lines += self._action(f"act{number_}", scope)
        for message in self.sent:
            if message.to.text == role.text and self.chance(60):
                lines += self._handler(scope)
            if message.by.text == role.text and role.text not in self.senders.get(message.name, ()):
                lines += self._teller(message, scope)
        return lines

    def _body(self, scope: Scope) -> list[str]:
        self.left = 8
        return [f"    {line}" for line in self.block(scope, 2, plain=False)]

    def scope(self, role: Kind) -> Scope:
        return Scope((*self.shared, *self.own[role.text]), role=role, defs=tuple(self.defs))

    defs: list[tuple[str, tuple[Kind, ...], Kind]] = field(default_factory=list)

    def _action(self, name: str, scope: Scope) -> list[str]:
        parameters = []
        inner = scope
        for _ in range(self.pick([0, 0, 1])):
            kind = self.pick([k for k in self.kinds if k.shape != "record"])
            parameter = inner.fresh(stem(kind))
            parameters.append(f"{parameter}: {kind.text}")
            inner = inner.bind(parameter, kind)
        line = f"action {name}" + (f"({', '.join(parameters)})" if parameters else "")
        if self.chance(60):
            line += f" when {self.expression(BOOL, inner)}"
        if self.chance(25):
            line += f" should {self.expression(BOOL, inner)}"
        return [f"{self.pick(['', '', 'may ', 'strongly fair '])}{line}:", *self._body(inner)]

    def _teller(self, message: Message, scope: Scope) -> list[str]:
        """An action that sends the message."""
        inner, parameters = scope, []
        for kind in (message.to, *message.fields):
            name = inner.fresh(stem(kind))
            parameters.append(name)
            inner = inner.bind(name, kind)
        kinds = ", ".join(f"{n}: {k.text}" for n, k in zip(parameters, (message.to, *message.fields), strict=True))
        self.senders.setdefault(message.name, set()).add(message.by.text)
        guard = f" when {self.expression(BOOL, inner)}" if self.chance(60) else ""
        sent = f"send {message.name}({', '.join(parameters[1:])}) to {parameters[0]}"
        return [f"action tell_{message.name}({kinds}){guard}:", f"    {sent}"]

    def _handler(self, scope: Scope) -> list[str]:
        try:
            pattern, inner = self._pattern(scope)
        except NoExpression:
            return []
        return [f"on {pattern}:", *self._body(inner)]


# --- declarations ------------------------------------------------------------------------------------------------------


def _declare(w: Writer) -> list[str]:
    """Types, roles and stores."""
    lines: list[str] = []
    enum = Kind("enum", "E", names=("a", "b", "c")[: w.pick([2, 3])])
    lines.append(f"enum E: {', '.join(enum.names)}")
    ids = Kind("ids", "I", high=2, ordered=w.chance(40))
    lines.append(f"ids I * 2{', ordered' if ids.ordered else ''}")
    w.kinds = [BOOL, number(0, w.pick([1, 2])), enum, ids]
    for name in ("R", "S")[: w.pick([1, 2, 2])]:
        size = w.pick([1, 2, 2])
        role = Kind("role", name, low=0 if size > 1 else 1, high=size, ordered=w.chance(30))
        starts_down = w.chance(15)
        attributes = ", ordered" * role.ordered + ", reentrant" * w.chance(30) + ", starts down" * starts_down
        lines.append(f"role {name}{f' * {size}' if size > 1 else ''}{attributes}")
        w.roles.append(role)
        w.kinds.append(role)
        w.own[name] = []
    record = Kind("record", "T", (number(0, 1), w.pick(w.kinds)), ("f", "g"))
    lines.append(f"record T: f: 0..1, g: {record.of[1].text}")
    for place in range(w.draw(st.integers(1, 3))):
        kind, initial = _store_with_value(w, record, Scope())
        lines.append(f"shared v{place}: {kind.text} {initial}")
        w.shared.append((f"v{place}", kind))
    return lines


def _store(w: Writer, record: Kind) -> Kind:
    """The type of a variable: small."""
    plain = w.pick(w.kinds)
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
    constants = Writer(w.draw, kinds=w.kinds, roles=[])
    try:
        return kind, f"= {constants.expression(kind, scope, 0 if kind.shape == 'int' else 1)}"
    except NoExpression:
        if kind.shape in ("ids", "role"):
            return kind, f"in {kind.text}"
        return BOOL, "= false"


def _messages(w: Writer) -> list[str]:
    lines = []
    for place in range(w.pick([0, 1, 1, 2])):
        fields = tuple(w.pick(w.kinds) for _ in range(w.pick([0, 1, 1])))
        channel = w.pick(["fifo", "fifo", "unordered", "persistent"])
        attributes = channel
        if channel != "persistent":
            attributes += f", capacity {w.pick([1, 1, 2])}{w.pick(['', ', drop', ', error'])}"
        attributes += ", lost if down" * w.chance(25)
        message = Message(f"M{place}", w.pick(w.roles), fields, channel, w.pick(w.roles))
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


AGENT_FAULTS = ("crash", "restart", "stall", "forget", "skip", "repeat", "disobey", "byzantine")
MESSAGE_FAULTS = ("lose", "duplicate", "reorder", "garble")


def _faults(w: Writer, code: str) -> list[str]:
    """One or two faults that can happen."""
    options: list[str] = []
    for role in w.roles:
        kinds = ["crash", "crash", "restart", "stall", "forget", "repeat"]
        mine = code.split(f"role {role.text}:")[-1].split("\nrole ")[0]
        kinds += ["skip"] * ("await " in mine or "await:" in mine) * 2 + ["disobey"] * 2 * (" should " in mine)
        kinds += ["byzantine"] * any(role.text in senders for senders in w.senders.values())
        options += [f"{kind} {role.text}" for kind in kinds]
    for message in w.sent:
        kinds = ["garble"] * bool(message.fields) * 2
        kinds += ["lose", "duplicate", "duplicate"] * (message.channel != "persistent") + ["reorder"] * 2 * (message.channel == "fifo")
        options += [f"{kind} {message.name}" for kind in kinds]
    options += [f"stale {name}" for name, _ in w.shared] * 2
    chosen = sorted({w.pick(options) for _ in range(w.pick([1, 1, 2]))})
    return [f"{fault} {'unlimited' if fault.startswith('restart') and w.chance(50) else '<= 1'}" for fault in chosen]


@st.composite
def protocols(draw: st.DrawFn) -> Generated:
    """A protocol and a spec with one fault model, `f`."""
    w = Writer(draw)
    lines = ["protocol p", *_declare(w), *_messages(w), *_defs(w)]
    code: list[str] = []
    for role in w.roles:
        members = []
        for place in range(w.pick([0, 0, 1, 2])):
            kind, initial = _store_with_value(w, w.kinds[0], Scope(role=role))
            durable = "durable " if w.chance(30) else ""
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
    if w.chance(70):
        spec.append(f"faults f: {', '.join(_faults(w, chr(10).join(lines)))}")
    if w.chance(20):
        spec.append("timeouts only when stuck")
    return Generated("\n".join(lines) + "\n", "\n".join(spec) + "\n", tuple(name for name, _ in w.shared))
