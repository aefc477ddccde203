"""What a body means that can branch: a function from one configuration to the outcomes that it may have, in order.

`Choose` and `Either` give several outcomes, and a failure ends its outcome. A function may change the
configuration that it is given.
"""

from __future__ import annotations

from itertools import groupby

from checker.model.model import Body, Choose, Either, For, If, Statement, While
from checker.semantics.domains import WATCHED, elements, watch
from checker.semantics.evaluate import evaluator
from checker.semantics.execute import Fork, Mode, Outcome, as_fork, bound, is_straight, order_check, straight
from checker.semantics.failure import EvaluationError
from checker.semantics.registers import CHOICES, Cells, Registers


def forking(body: Body, mode: Mode) -> Fork:
    """`body` as a function from a configuration, which it may change, to its outcomes."""
    parts: list[Fork] = []
    for branches, group in groupby(body, lambda statement: not is_straight((statement,))):
        if branches:
            parts.extend(_forking(statement, mode) for statement in group)
        else:
            parts.append(as_fork(straight(tuple(group), mode)))
    if len(parts) == 1:
        return parts[0]

    def run(c: Cells, r: Registers) -> list[Outcome]:
        outcomes: list[Outcome] = [(c, r, None)]
        for part in parts:
            outcomes = _then(outcomes, part)
        return outcomes

    return run


def _then(outcomes: list[Outcome], part: Fork) -> list[Outcome]:
    """The outcomes of `part` after each of `outcomes`; those that failed have ended."""
    after: list[Outcome] = []
    for place, outcome in enumerate(outcomes, 1):
        if place % WATCHED == 0:
            watch()
        if outcome[2] is None:
            after.extend(part(outcome[0], outcome[1]))
        else:
            after.append(outcome)
    return after


def _forking(statement: Statement, mode: Mode) -> Fork:
    match statement:
        case Choose():
            return _choose(statement)
        case Either():
            return _either(statement, mode)
        case If():
            return _forking_if(statement, mode)
        case For():
            return _forking_for(statement, mode)
        case While():
            return _forking_while(statement, mode)
    raise TypeError(f"{type(statement).__name__} cannot branch")


def _choose(statement: Choose) -> Fork:
    local, domain = statement.local, elements(statement.domain, evaluator)
    where = None if statement.where is None else evaluator(statement.where)

    def choose(c: Cells, r: Registers) -> list[Outcome]:
        try:
            candidates = domain(c, r)
        except EvaluationError as error:
            return [(c, r, error.failure)]
        outcomes: list[Outcome] = []
        for value in candidates:
            r[local.number] = value
            failure = None
            try:
                if where is not None and not where(c, r):
                    continue
            except EvaluationError as error:
                failure = error.failure
            registers = r.copy()
            registers[CHOICES] = (*r[CHOICES], (local, value))
            outcomes.append((c.copy(), registers, failure))
        return outcomes

    return choose


def _either(statement: Either, mode: Mode) -> Fork:
    branches = [forking(branch, mode) for branch in statement.branches]

    def either(c: Cells, r: Registers) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for number, branch in enumerate(branches, 1):
            registers = r.copy()
            registers[CHOICES] = (*r[CHOICES], (statement, number))
            outcomes.extend(branch(c.copy(), registers))
        return outcomes

    return either


def _forking_if(statement: If, mode: Mode) -> Fork:
    condition = evaluator(statement.condition)
    then, otherwise = forking(statement.then, mode), forking(statement.orelse, mode)

    def branch(c: Cells, r: Registers) -> list[Outcome]:
        try:
            holds = condition(c, r)
        except EvaluationError as error:
            return [(c, r, error.failure)]
        return then(c, r) if holds else otherwise(c, r)

    return branch


def _forking_for(statement: For, mode: Mode) -> Fork:
    number, domain = statement.local.number, elements(statement.domain, evaluator)
    body = forking(statement.body, mode)
    check = order_check(statement, body, mode)

    def each(c: Cells, r: Registers) -> list[Outcome]:
        try:
            items = domain(c, r)
            if check is not None:
                check(items, c, r)
        except EvaluationError as error:
            return [(c, r, error.failure)]
        outcomes: list[Outcome] = [(c, r, None)]
        for item in items:
            for _, registers, _ in outcomes:
                registers[number] = item
            outcomes = _then(outcomes, body)
        return outcomes

    return each


def _forking_while(statement: While, mode: Mode) -> Fork:
    condition, limit, at = evaluator(statement.condition), statement.limit, statement.at
    body = forking(statement.body, mode)

    def once(c: Cells, r: Registers, left: int) -> list[tuple[Outcome, bool]]:
        """The outcomes of one more round, each with whether the loop goes on from there."""
        try:
            if not condition(c, r):
                return [((c, r, None), False)]
            if not left:
                raise bound(limit, at)
        except EvaluationError as error:
            return [((c, r, error.failure), False)]
        return [(outcome, outcome[2] is None) for outcome in body(c, r)]

    def repeat(c: Cells, r: Registers) -> list[Outcome]:
        outcomes: list[tuple[Outcome, bool]] = [((c, r, None), True)]
        left = limit
        while any(goes_on for _, goes_on in outcomes):
            after: list[tuple[Outcome, bool]] = []
            for outcome, goes_on in outcomes:
                after.extend(once(outcome[0], outcome[1], left) if goes_on else [(outcome, False)])
            outcomes, left = after, left - 1
        return [outcome for outcome, _ in outcomes]

    return repeat
