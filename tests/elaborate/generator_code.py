"""Statements and activities of generated protocols."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.elaborate.generator_types import (
    BOOL,
    Expressions,
    Kind,
    NoExpression,
    Scope,
    set_of,
    stem,
)


@dataclass(frozen=True)
class Message:
    name: str
    to: Kind
    fields: tuple[Kind, ...]
    channel: str
    capacity: int
    by: Kind  # the role that certainly sends it


@dataclass
class Writer(Expressions):
    shared: list[tuple[str, Kind]] = field(default_factory=list)
    own: dict[str, list[tuple[str, Kind]]] = field(default_factory=dict)
    sent: list[Message] = field(default_factory=list)
    senders: dict[str, set[str]] = field(default_factory=dict)
    defs: list[tuple[str, tuple[Kind, ...], Kind]] = field(default_factory=list)
    labels: int = 0
    most: int = 6  # statements of an activity
    left: int = 0  # statements that may still be written
    aim: str = ""  # the kind of fault that should have a use

    # --- statements --------------------------------------------------------------------------------------------------

    def block(self, scope: Scope, depth: int, *, plain: bool, at_most: int = 3) -> list[str]:
        """Statements; `plain`: none that waits or returns."""
        lines: list[str] = []
        for _ in range(self.between(1, at_most)):
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
            ways += ["await"] * 5 + ["race"] * (20 if self.aim == "race" else 3) + (["while"] if depth > 0 else [])
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
        targets = self.targets(scope)
        shared = [target for target in targets if target[0].startswith("v")]
        name, kind = self.pick((shared if self.chance(60) else targets) or self._none())
        return [f"{name} = {self.expression(kind, scope, other_than=name)}"]

    def _write_race(self, scope: Scope, depth: int, plain: bool) -> tuple[list[str], Scope]:
        """Read, wait, write: what the others do meanwhile is lost, or not."""
        targets = [t for t in self.targets(scope) if t[0].startswith("v") and t[1].shape != "map"]
        name, kind = self.pick(targets or self._none())
        target, written = self.pick([t for t in targets if t[0][:2] == name[:2]])
        read, after = self._write_look(name, kind, scope)
        waits, after = self._write_await(after, 0, plain)
        again = [f"assert {self._asks(name, kind, after)} or true"] if self.chance(20) else []
        return [*read, *waits, *again, f"{target} = {self.expression(written, after, other_than=target)}"], after

    def _asks(self, name: str, kind: Kind, scope: Scope) -> str:
        """A condition on a cell."""
        return f"({name} == {self.expression(kind, scope, 1, other_than=name)})"

    def _write_look(self, name: str, kind: Kind, scope: Scope) -> tuple[list[str], Scope]:
        """A statement that may come to read a cell."""
        asks = self._asks(name, kind, scope)
        other = self.expression(BOOL, scope, 1)
        local = scope.fresh(stem(kind))
        match self.pick(["let", "let", "and", "or", "if", "choose", "quantifier", "conditional"]):
            case "let":
                return [f"let {local} = {name}"], scope.bind(local, kind)
            case "and" | "or" | "implies" as operator:
                return [f"if {other} {operator} {asks}:", "    pass"], scope
            case "if":
                return [f"if {other}:", "    pass", f"elif {asks}:", "    pass"], scope
            case "choose":
                chosen = scope.fresh("e_")
                enum = next(k for k in self.kinds if k.shape == "enum")
                return [f"choose {chosen}: E where {asks} or {other}"], scope.bind(chosen, enum)
            case "quantifier":
                return [f"if any({scope.fresh('x')} in E: {asks}):", "    pass"], scope
        return [f"let {local} = (if {other} then {name} else {self.expression(kind, scope, 1)})"], scope.bind(local, kind)

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
        return [f"assert {self.expression(BOOL, scope)}"] if self.chance(40) else ["pass"]

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
            kinds = [self.pick(["message", "when", "call", "timeout", "round"]) for _ in range(self.between(1, 3))]
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
        if self.chance(25):
            text += f" when {self.expression(BOOL, after, 1)}"
        return text, after

    # --- activities --------------------------------------------------------------------------------------------------

    def activities(self, role: Kind) -> list[str]:
        scope = self.scope(role)
        lines: list[str] = []
        if self.chance(40):
            lines += ["run:", *self._body(scope)]
        for number_ in range(self.pick([0, 1] if lines else [1, 1, 2])):
            lines += self._action(f"act{number_}", scope)
        if self.aim == "stale" or self.chance(50):
            lines += self._user(scope)
        for message in self.sent:
            if message.to.text == role.text and (self.aim or self.chance(80)):
                lines += self._handler(scope)
            if message.by.text == role.text and role.text not in self.senders.get(message.name, ()):
                lines += self._teller(message, scope)
        return lines

    def _body(self, scope: Scope) -> list[str]:
        self.left = self.most
        return [f"    {line}" for line in self.block(scope, 2, plain=False)]

    def scope(self, role: Kind) -> Scope:
        return Scope((*self.shared, *self.own[role.text]), role=role, defs=tuple(self.defs))

    def _action(self, name: str, scope: Scope) -> list[str]:
        parameters = []
        inner = scope
        for _ in range(self.pick([0, 0, 1])):
            kind = self.pick([k for k in self.kinds if k.shape != "record"])
            parameter = inner.fresh(stem(kind))
            parameters.append(f"{parameter}: {kind.text}")
            inner = inner.bind(parameter, kind)
        line = f"action {name}" + (f"({', '.join(parameters)})" if parameters else "")
        if self.chance(35):
            line += f" when {self.expression(BOOL, inner)}"
        if self.aim == "disobey" or self.chance(25):
            line += f" should {self.expression(BOOL, inner)}"
        return [f"{self.pick(['', '', 'may ', 'strongly fair '])}{line}:", *self._body(inner)]

    def _user(self, scope: Scope) -> list[str]:
        """An action that depends on a store and changes one."""
        stores = Scope(tuple(self.shared), role=scope.role)
        name, kind = self.pick(self.shared)
        try:
            guard = self._compare(stores, 1)
            changed = [f"{name} = {self.expression(kind, scope, other_than=name)}"]
        except NoExpression:
            return []
        waits = [f"await {self.pick(['llm()', 'tool()'])}"] if self.chance(30) else []
        return [f"action use when {guard}:", *(f"    {line}" for line in (*waits, *changed))]

    def _teller(self, message: Message, scope: Scope) -> list[str]:
        """An action that sends the message."""
        inner, parameters = scope, []
        for kind in (message.to, *message.fields):
            name = inner.fresh(stem(kind))
            parameters.append(name)
            inner = inner.bind(name, kind)
        kinds = ", ".join(f"{n}: {k.text}" for n, k in zip(parameters, (message.to, *message.fields), strict=True))
        self.senders.setdefault(message.name, set()).add(message.by.text)
        guard = f" when {self.expression(BOOL, inner)}" if self.chance(30) else ""
        sent = f"send {message.name}({', '.join(parameters[1:])}) to {parameters[0]}"
        return [f"action tell_{message.name}({kinds}){guard}:", f"    {sent}"]

    def _handler(self, scope: Scope) -> list[str]:
        try:
            pattern, inner = self._pattern(scope)
        except NoExpression:
            return []
        return [f"on {pattern}:", *self._body(inner)]
