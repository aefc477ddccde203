"""The canonical text of a model: everything that it says, in one fixed order, so that equal models print equal.

Names stand for types; the section `types` says what they are. `x#3` is register 3; its type stands where it is bound, the type of a
node after its operator (booleans left out). Places in the source are printed last on a line, after `@`, unless they are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import final

from checker.language.source import Span
from checker.language.types import BagOf, Bool, Enum, MapOf, Option, Record, SeqOf, SetOf, Sort, Type, Value, show
from checker.model.expr import Apply, Const, Expr, Local, Quantifier, Read
from checker.model.formula import shown
from checker.model.model import (
    Assert,
    Assign,
    Bind,
    Body,
    Channel,
    Choose,
    Either,
    For,
    Goal,
    Guard,
    If,
    Let,
    Mark,
    Model,
    Note,
    Require,
    Statement,
    Step,
    Variable,
    While,
)


def print_model(model: Model, *, places: bool = True) -> str:
    """`model` as text that ends with a line end; without `places`, the same for models that differ only in the layout of their source."""
    printer = _Printer(places)
    body = list(printer.model(model))
    return "\n".join([*printer.head(model), *body]) + "\n"


def print_expr(expr: Expr) -> str:
    """`expr` on one line, without places."""
    return _Printer(False).expr(expr)


@final
class _Printer:
    """Prints, and gathers the named types that it meets."""

    def __init__(self, places: bool) -> None:
        self.places = places
        self.named: dict[Type, None] = {}

    # --- types and values ----------------------------------------------------------------------------------------

    def type(self, type: Type) -> str:
        self._gather(type)
        return str(type)

    def value(self, type: Type, value: Value) -> str:
        self._gather(type)
        try:
            return show(type, value)
        except (TypeError, IndexError, ValueError):
            return f"{value!r} (no value of {type})"

    def _gather(self, type: Type) -> None:
        match type:
            case Enum() | Sort():
                self.named[type] = None
            case Record(_, fields):
                if type not in self.named:
                    self.named[type] = None
                    for _, of in fields:
                        self._gather(of)
            case Option(of) | SetOf(of) | SeqOf(of, _) | BagOf(of, _):
                self._gather(of)
            case MapOf(key, of):
                self._gather(key)
                self._gather(of)
            case _:
                pass

    def _definition(self, type: Type) -> str:
        match type:
            case Enum(name, members):
                return f"enum {name}: {', '.join(members)}"
            case Sort():
                flags = [flag for flag in ("ordered", "single") if getattr(type, flag)]
                return f"{'role' if type.role else 'ids'} {type.name} * {type.size}" + "".join(f", {flag}" for flag in flags)
            case Record(name, fields):
                return f"record {name}: " + ", ".join(f"{field}: {of}" for field, of in fields)
        raise TypeError(type)

    # --- expressions -----------------------------------------------------------------------------------------------

    def expr(self, expr: Expr) -> str:
        match expr:
            case Const(value, type):
                return self.value(type, value) + ("" if type == Bool() else f":{self.type(type)}")
            case Local():
                return f"{expr.name}#{expr.number}"
            case Read():
                cell = self.cell(expr.variable, expr.indices)
                return f"old({cell})" if expr.old else cell
            case Apply():
                typed = "" if expr.type == Bool() else f":{self.type(expr.type)}"
                return f"{expr.operator}{typed}({', '.join(map(self.expr, expr.arguments))}){self.at(expr.at)}"
            case Quantifier():
                binders = ", ".join(self.binder(*pair) for pair in zip(expr.locals, expr.domains, strict=True))
                typed = "" if expr.type == Bool() else f":{self.type(expr.type)}"
                return f"{expr.kind}{typed}({binders}: {self.expr(expr.body)}){self.at(expr.at)}"

    def cell(self, variable: Variable, indices: Iterable[Expr]) -> str:
        inside = ", ".join(map(self.expr, indices))
        return f"{variable.name}[{inside}]" if inside else variable.name

    def binder(self, local: Local, domain: Type | Expr) -> str:
        where = self.type(domain) if isinstance(domain, Type) else f"elements of {self.expr(domain)}"
        return f"{self.local(local)} in {where}"

    def local(self, local: Local) -> str:
        return f"{local.name}#{local.number}: {self.type(local.type)}"

    def at(self, at: Span | None) -> str:
        if at is None or not self.places:
            return ""
        return f"@{at.file}:{at.line}:{at.column}-{at.end_line}:{at.end_column}"

    # --- statements --------------------------------------------------------------------------------------------------

    def body(self, body: Body, indent: str) -> Iterator[str]:
        for statement in body:
            yield from self.statement(statement, indent)

    def statement(self, statement: Statement, indent: str) -> Iterator[str]:
        deeper = indent + "  "
        match statement:
            case Let(local=local, value=value):
                yield f"{indent}let {self.local(local)} = {self.expr(value)}"
            case Assign(variable=variable, indices=indices, value=value):
                yield f"{indent}{self.cell(variable, indices)} := {self.expr(value)}"
            case If(condition=condition, then=then, orelse=orelse):
                yield f"{indent}if {self.expr(condition)}"
                yield from self.body(then, deeper)
                if orelse:
                    yield f"{indent}else"
                    yield from self.body(orelse, deeper)
            case For():
                order = "in any order" if statement.independent else "order checked"
                yield f"{indent}for {self.binder(statement.local, statement.domain)}, {order}{self.at(statement.at)}"
                yield from self.body(statement.body, deeper)
            case While():
                yield f"{indent}while {self.expr(statement.condition)}, at most {statement.limit}{self.at(statement.at)}"
                yield from self.body(statement.body, deeper)
            case Choose(local=local, domain=domain, where=where):
                such = "" if where is None else f" where {self.expr(where)}"
                yield f"{indent}choose {self.binder(local, domain)}{such}"
            case Either():
                yield from self.either(statement, indent)
            case Require(condition=condition):
                yield f"{indent}require {self.expr(condition)}"
            case Assert():
                yield f"{indent}assert {self.expr(statement.condition)}, {statement.kind} {statement.text!r}{self.at(statement.at)}"
            case Mark(mark=mark, condition=when):
                yield f"{indent}mark {mark!r}" + ("" if when is None else f" when {self.expr(when)}")
            case Note(kind=kind, text=text, agent=agent, values=values, costs=costs):
                other = "" if agent is None else f" agent {self.expr(agent)}"
                inside = f" values {', '.join(map(self.expr, values))}" if values else ""
                spent = f" costs {', '.join(f'{name} {cost}' for name, cost in costs)}" if costs else ""
                yield f"{indent}note {kind} {text!r}{other}{inside}{spent}"

    def either(self, statement: Either, indent: str) -> Iterator[str]:
        for number, branch in enumerate(statement.branches):
            chance = ""
            if statement.probabilities is not None:
                part, over = statement.probabilities[number]
                chance = f" {part}/{over}"
            yield f"{indent}{'or' if number else 'either'}{chance}"
            yield from self.body(branch, indent + "  ")

    # --- the model -----------------------------------------------------------------------------------------------------

    def head(self, model: Model) -> Iterator[str]:
        yield f"model {model.protocol}, instance {model.instance}, faults {model.faults}"
        for name, value in model.parameters:
            yield f"  parameter {name} = {value}"
        yield f"  timeouts {'only when stuck' if model.timeouts_only_when_stuck else 'at any time'}"
        yield f"  progress {'marked' if model.has_progress else 'not marked'}"
        yield ""
        yield "types"
        for text in sorted(self._definition(type) for type in self.named):
            yield f"  {text}"

    def model(self, model: Model) -> Iterator[str]:
        yield ""
        yield "sorts " + ", ".join(map(self.type, model.sorts))
        yield ""
        yield "variables"
        for variable in model.variables:
            yield from self.variable(variable)
        for channel in model.channels:
            yield self.channel(channel)
        for step in model.steps:
            yield ""
            yield from self.step(step)
        for goal in model.goals:
            yield ""
            yield from self.goal(goal)
        yield ""
        yield "done when " + ("nothing" if model.done is None else self.expr(model.done))

    def variable(self, variable: Variable) -> Iterator[str]:
        index = f"[{', '.join(map(self.type, variable.index))}]" if variable.index else ""
        kept = "" if variable.durable else ", volatile"
        head = f"{variable.offset}: {variable.kind} {variable.name}{index}: {self.type(variable.type)}{kept}"
        choices = [" | ".join(self.value(variable.type, value) for value in values) for values in variable.initial]
        same = len(set(choices)) == 1 and len(choices) == variable.cells
        initial = choices[0] if same else f"cell by cell ({'; '.join(choices)})"
        yield f"  {head} = {initial}{self.at(variable.at)}"

    def channel(self, channel: Channel) -> str:
        ends = f"{self.type(channel.sender)} to {self.type(channel.receiver)}"
        sender = ", with sender" if channel.with_sender else ""
        return f"  channel {channel.message}: {channel.kind} from {ends} in {channel.variable.name}{sender}"

    def step(self, step: Step) -> Iterator[str]:
        yield f"step {step.name!r}: {step.kind}, {step.phrase!r}{self.at(step.at)}"
        yield f"  of {step.role or 'no role'}, activity {step.activity or 'none'}, {step.fairness}, fault {step.fault or 'none'}"
        shown = ", ".join(f"{local.name}#{local.number}" for local in step.parameters)
        yield f"  agent {step.agent.name + '#' + str(step.agent.number) if step.agent else 'none'}, parameters ({shown})"
        if step.awaited:
            yield f"  waits until {step.awaited!r}"
        for item in step.prelude:
            match item:
                case Bind(local=local, domain=domain):
                    yield f"  bind {self.binder(local, domain)}"
                case Let(local=local, value=value):
                    yield f"  let {self.local(local)} = {self.expr(value)}"
                case Guard(condition=condition):
                    yield f"  when {self.expr(condition)}"
        yield "  do"
        yield from self.body(step.body, "    ")

    def goal(self, goal: Goal) -> Iterator[str]:
        mark = "" if goal.mark is None else f", mark {goal.mark!r}"
        text = "" if goal.text is None else f", {goal.text!r}"
        within = "" if goal.within is None else f", within {goal.within[0]} {goal.within[1]}"
        role = "" if goal.role is None else f", of {goal.role}"
        yield f"goal {goal.name!r}: {goal.kind}{mark}{within}{role}{text}{self.at(goal.at)}"
        if goal.formula is not None:
            yield f"  formula {shown(goal.formula)}"
        for condition in goal.conditions:
            yield f"  {self.expr(condition)}"
        for name, premise in goal.premises:
            yield f"  premise {name!r}: {self.expr(premise)}"
