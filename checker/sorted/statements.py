"""What the statements of a step do to a state, as functions: the state after is read from the state before.

Branches are merged, so a body has one effect under one set of choices. What is chosen (`choose`, `either`, what a `Bind` binds) is a
constant, or, inside a `for`, a function of its element. A `for` whose rounds touch no common cell happens at once: the cell that belongs
to an element is what the round of that element leaves there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import final

from msgspec import Struct, field
from msgspec.structs import replace

from checker.elaborate.independence import statements
from checker.language.source import Span
from checker.language.types import SetOf, Sort, Type
from checker.model.expr import Apply, Expr, FailureKind
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
    Variable,
    While,
)
from checker.sorted.expressions import Expressions
from checker.sorted.logic import BOOL, FALSE, TRUE, Term, conj, implies, negate, quantified
from checker.sorted.quantifiers import elements
from checker.sorted.refusals import Refused
from checker.sorted.scope import Failing, Reader, Scope
from checker.sorted.shapes import Many, Scalar, Sym

UNROLLED = 16  # rounds of a loop that are written out
State = Mapping[Variable, Reader]


@final
class Run(Struct, kw_only=True):
    """A run of statements so far.

    `path`: what the branches that lead here ask for; `asked`: what must hold for the outcome to exist; `around`: the elements of the loops
    around, which a choice is a function of; `rounds`: which round of each loop around it is that is written out.
    """

    state: dict[Variable, Reader]
    registers: dict[int, Sym]
    path: Term = TRUE
    asked: list[Term] = field(default_factory=list)
    failures: list[Failing] = field(default_factory=list)
    marks: list[tuple[str, Term]] = field(default_factory=list)
    around: tuple[Term, ...] = ()
    rounds: str = ""

    def inner(self, path: Term) -> Run:
        """A copy for a branch, which gathers by itself."""
        return Run(state=dict(self.state), registers=dict(self.registers), path=path, around=self.around, rounds=self.rounds)

    @property
    def lasting(self) -> Term:
        """What must hold for the outcome to exist so far."""
        return conj(*self.asked)


@final
class Statements(Struct, frozen=True):
    """Runs the statements of one step.

    `types`: of its registers; `numbers`: of the statements that choose, by `id`: with the name of the step they name what is chosen.
    """

    expressions: Expressions
    step: Step
    types: dict[int, Type]
    numbers: dict[int, int]

    def name(self, run: Run, chooser: Bind | Choose | Either) -> str:
        what = "either" if isinstance(chooser, Either) else chooser.local.name
        return f"{self.step.name}: {what}#{self.numbers[id(chooser)]}{run.rounds}"

    def scope(self, run: Run) -> Scope:
        state = dict(run.state)
        return Scope(registers=dict(run.registers), read=lambda variable: state[variable], failures=[], path=run.path)

    def _let(self, run: Run, statement: Let) -> None:
        scope = self.scope(run)
        value = self.expressions.value(statement.value, scope)
        self._fails(run, scope)
        local, own = statement.local, statement.value.type
        keep = isinstance(value, Many)  # it may still be compared with a constant
        run.registers[local.number] = value if keep else self.expressions.values.fitted(value, own, local.type)

    def truth(self, run: Run, expr: Expr) -> Term:
        scope = self.scope(run)
        found = self.expressions.truth(expr, scope)
        self._fails(run, scope)
        return found

    def _fails(self, run: Run, scope: Scope) -> None:
        """What may fail here fails where the outcome exists so far; else nothing of it is left."""
        for failing in scope.failures or ():
            run.failures.append(replace(failing, condition=conj(run.lasting, failing.condition)))
            if failing.exact:
                run.asked.append(negate(failing.condition))

    def ask(self, run: Run, condition: Term) -> None:
        run.asked.append(implies(run.path, condition))

    # --- the step ---------------------------------------------------------------------------------------------

    def prelude(self, run: Run) -> None:
        for item in self.step.prelude:
            match item:
                case Bind():
                    self._pick(run, item)
                case Let():
                    self._let(run, item)
                case Guard(condition=condition):
                    self.ask(run, self.truth(run, condition))

    def body(self, run: Run, body: Body) -> None:
        for statement in body:
            self._statement(run, statement)

    def _statement(self, run: Run, statement: Statement) -> None:
        match statement:
            case Let():
                self._let(run, statement)
            case Assign():
                self._assign(run, statement)
            case If():
                self._if(run, statement)
            case For():
                self._for(run, statement)
            case While():
                self._while(run, statement)
            case Choose(where=where):
                self._pick(run, statement)
                if where is not None:
                    self.ask(run, self.truth(run, where))
            case Either():
                self._either(run, statement)
            case Require(condition=condition):
                self.ask(run, self.truth(run, condition))
            case Assert(condition=condition, kind=kind, at=at):
                self._fail(run, negate(self.truth(run, condition)), kind, at)
            case Mark(mark=mark, condition=when):
                here = TRUE if when is None else self.truth(run, when)
                run.marks.append((mark, conj(run.path, here, run.lasting)))
            case Note():
                pass

    def _fail(self, run: Run, condition: Term, kind: FailureKind, at: Span) -> None:
        scope = self.scope(run)
        scope.fail(condition, kind, at)
        self._fails(run, scope)

    def _pick(self, run: Run, chooser: Bind | Choose) -> None:
        """Any element of the domain."""
        scope, local = self.scope(run), chooser.local
        of, has = elements(self.expressions, chooser.domain, scope)
        self._fails(run, scope)
        value = self.expressions.values.symbol(of, self.name(run, chooser), run.around, "choice")
        if not isinstance(of, SetOf):
            self.ask(run, self.expressions.values.within(of, value))
        self.ask(run, has(value))
        run.registers[local.number] = self.expressions.values.fitted(value, of, local.type)

    def _assign(self, run: Run, statement: Assign) -> None:
        variable = statement.variable
        scope = self.scope(run)
        value = self.expressions.fitted(_without_end(statement), variable.type, scope)
        pairs = zip(statement.indices, variable.index, strict=True)
        where = tuple(self.expressions.key(index, type, scope, None) for index, type in pairs)
        self._fails(run, scope)
        before, made = run.state[variable], self.expressions.values

        def after(indices: tuple[Sym, ...]) -> Sym:
            same = conj(*(made.equal(t, i, j) for t, i, j in zip(variable.index, indices, where, strict=True)))
            return made.choice(variable.type, same, value, before(indices))

        run.state[variable] = cache(after)  # branches read the state before them from each of their sides

    # --- branches ---------------------------------------------------------------------------------------------

    def _if(self, run: Run, statement: If) -> None:
        condition = self.truth(run, statement.condition)
        self._branches(run, [(condition, statement.then), (negate(condition), statement.orelse)])

    def _either(self, run: Run, statement: Either) -> None:
        """A choice between the branches: each is taken where its mark is set and those before it are not; else the last one."""
        name, branches = self.name(run, statement), list[tuple[Term, Body]]()
        left: Term = TRUE
        for place, body in enumerate(statement.branches[:-1]):
            mark = self.expressions.values.signature.apply(f"{name} {place}", run.around, BOOL, "choice")
            branches.append((conj(left, mark), body))
            left = conj(left, negate(mark))
        self._branches(run, [*branches, (left, statement.branches[-1])])

    def _branches(self, run: Run, branches: list[tuple[Term, Body]]) -> None:
        """Runs the one branch whose condition holds."""
        done: list[tuple[Term, Run]] = []
        for condition, body in branches:
            if condition == FALSE:
                continue
            inner = run.inner(conj(run.path, condition))
            self.body(inner, body)
            done.append((condition, inner))
        lasting = run.lasting
        for _, inner in done:
            run.failures += (replace(f, condition=conj(lasting, f.condition)) for f in inner.failures)
            run.marks += ((mark, conj(lasting, when)) for mark, when in inner.marks)
            run.asked += inner.asked
        for variable, before in list(run.state.items()):
            if any(inner.state[variable] is not before for _, inner in done):
                run.state[variable] = self._merged(variable, [(c, inner.state[variable]) for c, inner in done])
        for number in {n for _, inner in done for n in inner.registers}:
            found = [(c, inner.registers[number]) for c, inner in done if number in inner.registers]
            if any(value is not run.registers.get(number) for _, value in found):
                run.registers[number] = self._one_of(number, found)

    def _merged(self, variable: Variable, cases: list[tuple[Term, Reader]]) -> Reader:
        def merged(indices: tuple[Sym, ...]) -> Sym:
            found = cases[-1][1](indices)
            for condition, reader in reversed(cases[:-1]):
                found = self.expressions.values.choice(variable.type, condition, reader(indices), found)
            return found

        return cache(merged)

    def _one_of(self, number: int, cases: list[tuple[Term, Sym]]) -> Sym:
        found = cases[-1][1]
        for condition, value in reversed(cases[:-1]):
            found = self.expressions.values.choice(self.types[number], condition, value, found)
        return found

    # --- loops ------------------------------------------------------------------------------------------------

    def _while(self, run: Run, statement: While) -> None:
        if statement.limit > UNROLLED:
            raise Refused(f"a `while` of up to {statement.limit} rounds", statement.at)
        self._rounds(run, statement, statement.limit)

    def _rounds(self, run: Run, statement: While, left: int) -> None:
        condition = self.truth(run, statement.condition)
        if condition == FALSE:
            return
        if not left:
            self._fail(run, condition, "bound", statement.at)
            return
        inner = run.inner(conj(run.path, condition))
        inner.rounds = f"{run.rounds} round {left}"
        self.body(inner, statement.body)
        self._rounds(inner, statement, left - 1)
        self._join(run, condition, inner)

    def _join(self, run: Run, condition: Term, inner: Run) -> None:
        """The state after `inner` where the condition holds, which the path of `inner` says, else that of `run` as it is."""
        lasting = run.lasting
        run.failures += (replace(f, condition=conj(lasting, f.condition)) for f in inner.failures)
        run.marks += ((mark, conj(lasting, when)) for mark, when in inner.marks)
        run.asked += inner.asked
        for variable, before in list(run.state.items()):
            if inner.state[variable] is not before:
                run.state[variable] = self._merged(variable, [(condition, inner.state[variable]), (TRUE, before)])
        for number, known in list(run.registers.items()):
            if inner.registers[number] is not known:
                run.registers[number] = self._one_of(number, [(condition, inner.registers[number]), (TRUE, known)])

    def _for(self, run: Run, statement: For) -> None:
        scope = self.scope(run)
        of, has = elements(self.expressions, statement.domain, scope)
        self._fails(run, scope)
        known = self.expressions.values.finite(of)
        if known is not None:
            self._one_by_one(run, statement, [(has(value), value) for value in known])
        elif statement.independent and isinstance(of, Sort):
            self._at_once(run, statement, of, has)
        elif isinstance(of, Sort):
            raise Refused(f"a `for` over any number of {of} whose rounds read or write what other rounds write", statement.at)
        else:
            raise Refused(f"a `for` over {of}", statement.at)

    def _one_by_one(self, run: Run, statement: For, items: list[tuple[Term, Sym]]) -> None:
        if not statement.independent:  # the interpreter compares the orders; whether they differ is not said here
            run.failures.append(Failing(conj(run.path, run.lasting), False, "order", statement.at))
        for place, (there, value) in enumerate(items):
            inner = run.inner(conj(run.path, there))
            inner.rounds = f"{run.rounds} round {place}"
            inner.registers[statement.local.number] = value
            self.body(inner, statement.body)
            self._join(run, there, inner)

    def _at_once(self, run: Run, statement: For, of: Sort, has: Callable[[Sym], Term]) -> None:
        """All rounds at once: each works on cells of its own, which one of their indices tells."""
        inside = {s.local.number for s in statements(statement.body) if isinstance(s, Let | Choose)}
        if inside & run.registers.keys():
            raise Refused(f"a `for` over any number of {of} that hands on a value from round to round", statement.at)
        start = run.inner(TRUE)

        def around(value: Sym) -> Run:
            assert isinstance(value, Scalar)
            inner = start.inner(conj(run.path, has(value)))
            inner.around = (*run.around, value.term)
            inner.registers[statement.local.number] = value
            self.body(inner, statement.body)
            return inner

        signature = self.expressions.values.signature
        element = signature.variable(statement.local.name, signature.sort_name(of))
        one, lasting = around(Scalar(element)), run.lasting
        alone = not any(isinstance(s, Require | Choose | Either) for s in statements(statement.body))
        for f in one.failures:  # unless another round has no outcome, and comes before
            condition = conj(lasting, quantified("exists", (element,), f.condition))
            run.failures.append(replace(f, condition=condition, exact=f.exact and alone))
        run.marks += ((mark, conj(lasting, quantified("exists", (element,), when))) for mark, when in one.marks)
        run.asked.append(quantified("forall", (element,), one.lasting))
        for variable, place in _own_cells(statement).items():
            run.state[variable] = self._of_own_round(variable, place, run.state[variable], has, around)

    def _of_own_round(
        self,
        variable: Variable,
        place: int,
        before: Reader,
        has: Callable[[Sym], Term],
        around: Callable[[Sym], Run],
    ) -> Reader:
        def after(indices: tuple[Sym, ...]) -> Sym:
            mine = indices[place]
            left = around(mine).state[variable](indices)
            return self.expressions.values.choice(variable.type, has(mine), left, before(indices))

        return cache(after)


def _own_cells(loop: For) -> dict[Variable, int]:
    """For each variable that the rounds assign, the index that is the element of the round."""
    found: dict[Variable, int] = {}
    assigned = [s for s in statements(loop.body) if isinstance(s, Assign)]
    for variable in {s.variable for s in assigned}:
        indices = [s.indices for s in assigned if s.variable is variable]
        places = [p for p in range(len(variable.index)) if all(i[p] == loop.local for i in indices)]
        if not places:
            raise Refused(f"a `for` over any number of rounds that write the same part of `{variable.name}`", loop.at)
        found[variable] = places[0]
    return found


def run_step(expressions: Expressions, step: Step, state: State) -> Run:
    """The whole of `step` from a state: what it asks for, how it may fail, and the state that it leaves. Raises Refused."""
    parts = [*step.prelude, *statements(step.body)]
    choosers = [part for part in parts if isinstance(part, Bind | Choose | Either)]
    setters = [part for part in parts if isinstance(part, Bind | Let | Choose | For)]
    made = Statements(
        expressions=expressions,
        step=step,
        types={s.local.number: s.local.type for s in setters},
        numbers={id(s): number for number, s in enumerate(choosers)},
    )
    run = Run(state=dict(state), registers={})
    try:
        made.prelude(run)
        made.body(run, step.body)
    except Refused as refused:
        raise (refused if refused.at else Refused(refused.what, step.at)) from None
    return run


def _without_end(statement: Assign) -> Expr:
    """What is assigned; to a meter whatever it is, for at some size it is beyond any range."""
    value = statement.value
    within = statement.variable.kind == "meter" and isinstance(value, Apply) and value.operator == "narrow"
    return value.arguments[0] if within and isinstance(value, Apply) else value
