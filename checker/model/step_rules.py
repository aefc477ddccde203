"""What well-formed steps obey: registers are set before they are used, cells get values of their type, marks are known."""

from __future__ import annotations

from math import gcd

from checker.model.expr import Local
from checker.model.expr_rules import Judge, Scope
from checker.model.model import (
    Assert,
    Assign,
    Bind,
    Body,
    Choose,
    Either,
    For,
    Guard,
    If,
    Let,
    Mark,
    Note,
    Require,
    Statement,
    Step,
    While,
)


def judge_step(step: Step, judge: Judge, marks: frozenset[str]) -> None:
    """Says what is wrong with `step`; `marks` are the marks that the model knows."""
    scope: dict[int, Local] = {}
    for item in step.prelude:
        match item:
            case Bind(local=local, domain=domain):
                judge.domain(domain, local, scope)
                if local.number in scope:
                    judge.say(f"register {local.number} (`{local.name}`) is bound twice")
                scope[local.number] = local
            case Let():
                _let(item, judge, scope)
            case Guard(condition=condition):
                judge.predicate(condition, scope)
    for shown in (*((step.agent,) if step.agent else ()), *step.parameters):
        if scope.get(shown.number) != shown:
            judge.say(f"the prelude does not bind `{shown.name}`")
    if step.kind == "fault" and step.fault is None:
        judge.say("a fault step without its fault")
    _Statements(judge, marks).body(step.body, scope)


def _let(statement: Let, judge: Judge, scope: dict[int, Local]) -> None:
    local = statement.local
    judge.fitting(statement.value, local.type, scope, f"`{local.name}`")
    _set(local, judge, scope)


def _set(local: Local, judge: Judge, scope: dict[int, Local]) -> None:
    known = scope.setdefault(local.number, local)
    if known != local:
        judge.say(f"register {local.number} is `{known.name}`, {known.type}, and then `{local.name}`, {local.type}")


class _Statements:
    def __init__(self, judge: Judge, marks: frozenset[str]) -> None:
        self.judge = judge
        self.marks = marks

    def body(self, body: Body, scope: Scope) -> dict[int, Local]:
        """Judges `body`; gives the locals that are bound after it."""
        after = dict(scope)
        for statement in body:
            self.statement(statement, after)
        return after

    def branches(self, bodies: tuple[Body, ...], scope: dict[int, Local]) -> None:
        """Of several bodies of which one runs: what each of them binds is bound afterwards."""
        ends = [self.body(body, scope) for body in bodies]
        for number, local in ends[0].items():
            if all(end.get(number) == local for end in ends):
                scope.setdefault(number, local)

    def statement(self, statement: Statement, scope: dict[int, Local]) -> None:
        judge = self.judge
        match statement:
            case Let():
                _let(statement, judge, scope)
            case Assign(variable=variable, indices=indices, value=value):
                judge.cell(variable, indices, scope)
                judge.fitting(value, variable.type, scope, f"`{variable.name}`")
            case If(condition=condition, then=then, orelse=orelse):
                judge.predicate(condition, scope)
                self.branches((then, orelse), scope)
            case For(local=local, domain=domain, body=body):
                judge.domain(domain, local, scope)
                if local.number in scope:
                    judge.say(f"`for` binds register {local.number} (`{local.name}`), which is bound already")
                self.body(body, {**scope, local.number: local})
            case While(condition=condition, limit=limit, body=body):
                judge.predicate(condition, scope)
                if limit < 1:
                    judge.say(f"a loop of at most {limit} rounds")
                self.body(body, scope)
            case Choose(local=local, domain=domain, where=where):
                judge.domain(domain, local, scope)
                _set(local, judge, scope)
                if where is not None:
                    judge.predicate(where, scope)
            case Either():
                self.either(statement, scope)
            case Require(condition=condition) | Assert(condition=condition):
                judge.predicate(condition, scope)
            case Mark(mark=mark, condition=when):
                if mark not in self.marks:
                    judge.say(f"no goal knows the mark `{mark}`")
                if when is not None:
                    judge.predicate(when, scope)
            case Note(agent=agent, values=values, costs=costs):
                if any(cost < 0 for _, cost in costs):
                    judge.say("a meter that counts down")
                for value in (*values, *((agent,) if agent is not None else ())):
                    judge.expr(value, scope)

    def either(self, statement: Either, scope: dict[int, Local]) -> None:
        judge, given = self.judge, statement.probabilities
        if not statement.branches:
            judge.say("`either` without branches")
            return
        self.branches(statement.branches, scope)
        if given is None:
            return
        if len(given) != len(statement.branches):
            judge.say(f"{len(given)} probabilities of {len(statement.branches)} branches")
        if any(over <= 0 or part < 0 or gcd(part, over) != 1 for part, over in given):
            judge.say("probabilities that are not in lowest terms")
        elif _sum(given) != (1, 1):
            judge.say("probabilities whose sum is not 1")


def _sum(fractions: tuple[tuple[int, int], ...]) -> tuple[int, int]:
    total, under = 0, 1
    for part, over in fractions:
        total, under = total * over + part * under, under * over
    divisor = gcd(total, under)
    return total // divisor, under // divisor
