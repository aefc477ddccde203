"""From a map as written to rules for a model. Everything that does not fit the protocol is said, with its place."""

from __future__ import annotations

import re
from typing import Any, final

from msgspec import Struct

from checker.conformance.logs.map_errors import BadMap, NotInProtocol, StepLeftOut
from checker.conformance.logs.map_file import LogTable, RecordTable, Where, Written
from checker.conformance.logs.names import Names, Naming, Unreadable, literal
from checker.conformance.logs.rules import CellAt, Rule, names_step
from checker.conformance.logs.templates import has_holes
from checker.conformance.logs.values import Source, constant, source
from checker.conformance.logs.vocabulary import Vocabulary, left_out
from checker.language.diagnostics import BadInput, Diagnostic, nearest
from checker.language.source import Span
from checker.language.types import Enum, Option, Sort, Type, Value
from checker.model.model import Model

_INDEXED = re.compile(r"(?:(?P<agent>\{[^{}]+\})\.)?(?P<base>[^\[\]{}]+?)(?:\[(?P<indices>.*)\])?")


@final
class Reader(Struct, frozen=True, kw_only=True):
    """A map made ready: its rules in order, the steps that no record shows, and what its values are called."""

    written: Written
    vocabulary: Vocabulary
    log: LogTable
    rules: tuple[Rule, ...]
    hidden: frozenset[int]
    naming: Naming


def compile_map(written: Written, model: Model) -> Reader:
    """Raises BadInput."""
    return _Compiler(written, model).run()


@final
class _Compiler:
    def __init__(self, written: Written, model: Model) -> None:
        self.written, self.map, self.model = written, written.map, model
        self.vocabulary = Vocabulary(model)
        self.errors: list[Diagnostic] = []
        self.fixed: set[Sort] = set()  # of which the map names elements
        self.plain = Names(Naming(model, {}))

    def run(self) -> Reader:
        self._require_format()
        given = self._values()
        rules = [self._rule(number, table) for number, table in enumerate(self.map.record)]
        hidden = self._patterns("hidden", self.map.steps.hidden)
        never = self._patterns("never", self.map.steps.never)
        if not self.map.record:
            place = Span(self.written.path, 1, 1, 1, 1)
            advice = "`teamcheck conform PROTOCOL LOG` without --map writes one to start from"
            self.errors.append(BadMap(span=place, reason="the map has no rule: it would read nothing", advice=advice))
        elif not self.errors:
            self._require_all_said(rules, hidden | never)
        if self.errors:
            raise BadInput(self.errors)
        naming = Naming(self.model, given, frozenset(self.fixed))
        return Reader(
            written=self.written,
            vocabulary=self.vocabulary,
            log=self.map.log,
            rules=tuple(rules),
            hidden=frozenset(hidden),
            naming=naming,
        )

    def _require_format(self) -> None:
        log, spans = self.map.log, self.map.spans
        if log.line is not None and not has_holes(log.line):
            self._bad_log("line", "`line` has no holes, so it names nothing", 'write `line = "{time...} {level} {message...}"`')
        elif log.line is not None and log.format not in (None, "text"):
            self._bad_log("line", f"`line` is of lines of text, and the format is {log.format}", "leave out one of the two")
        if spans.named and log.format not in (None, "spans"):
            self._bad_log(
                "format", f"`[spans]` says what spans are called, and the format is {log.format}", "leave out one of the two"
            )

    def _bad_log(self, key: str, reason: str, advice: str) -> None:
        self.errors.append(BadMap(span=self.written.table("log", key), reason=reason, advice=advice))

    # --- values and steps ----------------------------------------------------------------------------------------------

    def _values(self) -> dict[str, dict[str, Value]]:
        """`[values.TYPE]`, checked."""
        found: dict[str, dict[str, Value]] = {}
        types = {type.name: type for type in self._named_types()}
        for name, entries in self.map.values.items():
            span = self.written.table(f"values.{name}")
            if name not in types:
                close = nearest(name, types)
                advice = f"did you mean `{close}`?" if close else f"it has {', '.join(types)}"
                self.errors.append(NotInProtocol(span=span, what="type", name=name, advice=advice))
                continue
            found[name] = {}
            for given, meant in entries.items():
                value = literal(types[name], str(meant))
                if value is None and not _beyond(types[name], str(meant)):
                    place = self.written.table(f"values.{name}", given)
                    reason = f"`{meant}` is not a {name} of this instance"
                    self.errors.append(BadMap(span=place, reason=reason, advice=_known(types[name])))
                elif value is not None:
                    found[name][given] = value
        return found

    def _named_types(self) -> list[Sort | Enum]:
        found: dict[str, Sort | Enum] = {sort.name: sort for sort in self.model.sorts}
        waiting: list[Type] = [v.type for v in self.model.variables]
        waiting += [type for step in range(len(self.model.steps)) for type in self.vocabulary.types(step).values()]
        for type in waiting:
            for inner in _inside(type):
                found.setdefault(inner.name, inner)
        return list(found.values())

    def _patterns(self, key: str, names: tuple[str, ...]) -> set[int]:
        found: set[int] = set()
        for name in names:
            steps = self.vocabulary.steps(name)
            if not steps and "*" not in name:
                self.errors.append(self.vocabulary.no_step(name, self.written.text_at(name)))
            found |= set(steps)
        return found

    def _require_all_said(self, rules: list[Rule], unseen: set[int]) -> None:
        """Each step is read from some record, or hidden, or said never to happen."""
        if any(rule.template is not None for rule in rules):
            return
        seen = unseen.union(*(rule.steps for rule in rules))
        for step in left_out(self.vocabulary, seen):
            place = (
                self.written.table("steps") if self.map.steps != type(self.map.steps)() else Span(self.written.path, 1, 1, 1, 1)
            )
            advice = (
                f'write a rule for it, or `hidden = ["{step.name}"]` under `[steps]` if it can happen unseen, or `never = ...`'
            )
            self.errors.append(StepLeftOut(span=place, name=step.name, advice=advice))

    # --- rules ---------------------------------------------------------------------------------------------------------

    def _rule(self, number: int, table: RecordTable) -> Rule:
        template = table.step if isinstance(table.step, str) and names_step(table.step) else None
        names = () if table.step is None or template else (table.step,) if isinstance(table.step, str) else table.step
        steps: set[int] = set()
        for name in names:
            found = self.vocabulary.steps(name)
            if not found:
                self.errors.append(self.vocabulary.no_step(name, self._span(number, "step")))
            steps |= set(found)
        self._require_sense(number, table, steps, template)
        return Rule(
            self.vocabulary,
            where=table.where,
            ignore=table.ignore,
            template=template,
            steps=frozenset(steps),
            agent=self._agent(number, table, steps),
            values=self._parameters(number, table, steps, template),
            before=self._cells(number, "before", table.before),
            after=self._cells(number, "after", table.after),
            done=table.done,
            call=table.call,
            id=table.id,
        )

    def _span(self, number: int, key: str | None = None) -> Span:
        return self.written.rule(number, key)

    def _bad(self, number: int, key: str | None, reason: str, advice: str) -> None:
        self.errors.append(BadMap(span=self._span(number, key), reason=reason, advice=advice))

    def _require_sense(self, number: int, table: RecordTable, steps: set[int], template: str | None) -> None:
        says = table.step is not None or table.before or table.after or table.done is not None or table.call is not None
        if table.ignore and says:
            self._bad(number, "ignore", "a rule that ignores its records says nothing else of them", "leave out one of the two")
        elif not table.ignore and not says:
            self._bad(number, None, "the rule does not say what its records mean", 'write `step = "..."`, or `ignore = true`')
        if template is not None and "*" in template:
            self._bad(number, "step", "a step that the record names is one step", "leave out the `*`")
        if table.done is not None and self.model.done is None:
            self._bad(number, "done", "the protocol has no `done when`", "leave it out, or write `done when ...` in the protocol")
        if table.call is not None and table.id is None:
            self._bad(number, "call", "a call needs an `id`, which its begin and its end share", 'write `id = "FIELD"`')
        if table.call == "begin" and table.step is None:
            self._bad(number, "call", "the rule does not say which step the call takes", 'write `step = "..."`')
        if (table.with_ or table.agent is not None) and table.step is None:
            key = "with" if table.with_ else "agent"
            self._bad(number, key, "the rule names no step whose agent or parameters these could be", 'write `step = "..."`')
        roles = {self.vocabulary.role(step) for step in steps}
        if len(roles) > 1 and (table.agent is not None or self.map.log.agent is not None):
            self._bad(number, "step", "the steps of the rule belong to several roles", "write a rule for each role")

    def _agent(self, number: int, table: RecordTable, steps: set[int]) -> Source | None:
        where = table.agent if table.agent is not None else self.map.log.agent
        if where is None:
            return None
        found = source(where)
        for step in steps:
            role = self.vocabulary.role(step)
            if role is None:
                if table.agent is not None:
                    name = self.model.steps[step].name
                    self._bad(number, "agent", f"`{name}` is no agent's step", "leave the agent out")
                return None
            if found.path is None:
                self._constant(number, "agent", role, found.value)
        return found

    def _parameters(self, number: int, table: RecordTable, steps: set[int], template: str | None) -> dict[str, Source]:
        found = {name: source(where) for name, where in table.with_.items()}
        every = range(len(self.model.steps)) if template is not None else sorted(steps)
        for name, of in found.items():
            having = [step for step in every if name in self.vocabulary.types(step)]
            lacking = [step for step in every if step not in having]
            if lacking and (template is None or not having):
                self.errors.append(self.vocabulary.no_parameter(name, lacking[0], self._span(number, name)))
            elif template is None and len({self.vocabulary.types(step)[name] for step in having}) > 1:
                self._bad(number, name, f"`{name}` is of several types in the steps of the rule", "write a rule for each step")
            elif of.path is None:
                for step in having:
                    self._constant(number, name, self.vocabulary.types(step)[name], of.value)
        return found

    def _constant(self, number: int, key: str, type: Type, given: Any) -> None:
        """A value that the map writes must be one; where it is an element of a sort, that sort's elements are told apart."""
        try:
            constant(type, given, self.plain)
        except Unreadable as error:
            self._bad(number, key, str(error), error.advice)
        inner = type.of if isinstance(type, Option) else type
        if isinstance(inner, Sort):
            self.fixed.add(inner)

    # --- cells ---------------------------------------------------------------------------------------------------------

    def _cells(self, number: int, key: str, cells: dict[str, Where]) -> tuple[CellAt, ...]:
        made = [self._cell(number, text, where) for text, where in cells.items()]
        return tuple(cell for cell in made if cell is not None)

    def _cell(self, number: int, text: str, where: Where) -> CellAt | None:
        """`status[{task}]`, `owner[Task0]`, `{worker}.seen`, `Worker0.seen`: a variable and its indices."""
        found = _INDEXED.fullmatch(text)
        if found is None:
            self.errors.append(self.vocabulary.no_cell(text, self._span(number, text)))
            return None
        base, prefix = found["base"], found["agent"]
        texts = [] if found["indices"] is None else [one.strip() for one in found["indices"].split(",")]
        variable = self.vocabulary.variable(base) if prefix is None else None
        if variable is None or len(variable.index) != len(texts):
            if prefix is None:
                prefix, _, base = base.rpartition(".")
            variable = self.vocabulary.agent_variable(base, prefix)
            texts = [prefix, *texts]
        if variable is None or len(variable.index) != len(texts):
            self.errors.append(self.vocabulary.no_cell(text, self._span(number, text)))
            return None
        indices = tuple((type, self._index(number, text, type, one)) for type, one in zip(variable.index, texts, strict=True))
        value = source(where)
        if value.path is None:
            self._constant(number, text, variable.type, value.value)
        return CellAt(variable=variable, indices=indices, source=value)

    def _index(self, number: int, key: str, type: Type, text: str) -> Source:
        if text.startswith("{") and text.endswith("}"):
            return Source(path=text[1:-1])
        self._constant(number, key, type, text)
        return Source(path=None, value=text)


def _beyond(type: Sort | Enum, text: str) -> bool:
    """Whether it is an element of a larger instance: one map does for all sizes."""
    number = text.removeprefix(type.name)
    return isinstance(type, Sort) and number != text and number.isdecimal() and int(number) >= type.size


def _inside(type: Type) -> list[Enum]:
    """The enums in a type."""
    found: list[Enum] = []
    waiting: list[Any] = [type]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Enum):
            found.append(one)
        elif isinstance(one, Type) and not isinstance(one, Sort):
            for name in one.__struct_fields__:
                part = getattr(one, name)
                waiting += [inner for _, inner in part] if name == "fields" else [part] if isinstance(part, Type) else []
    return found


def _known(type: Sort | Enum) -> str:
    if isinstance(type, Enum):
        return f"it has {', '.join(type.members)}"
    return f"write it as the protocol does: `{type.name}0` ..." if not type.single else f"write `{type.name}`"
