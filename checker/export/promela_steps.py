"""A ground model as a program of Promela with one process for each step that fairness tells apart, and its properties of runs as claims.

SPIN's `-f` is weak fairness of processes: one that can go on for ever from some point on does go on again and again. A step with its agent and
parameters that is a process of its own is one loop over its outcomes, so it can go on where the step is enabled, and `-f` is our
weak fairness. What is owed none (`may`, faults) shares one process with an idle step that is always there, so it can be left aside for ever; idling
is also how a run rests where nothing is owed. It may come between any two steps: formulas with `next` cannot be told, and are left out.

What SPIN has no word for is refused, never approximated: strong fairness; a fault without limit, of which a run could consist from some
point on; more steps than SPIN takes processes. A step that fails is an assertion that fails: where SPIN finds one, its other answers say
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from msgspec import Struct
from msgspec.structs import replace

from checker.export.names import identifiers
from checker.export.promela import Program
from checker.ground.graph import Node, Unsupported
from checker.ground.program import GroundModel, GroundOutcome, Predicate
from checker.model.formula import And, Formula, Literal, Next, Or, Release, Truth, Until
from checker.model.model import Goal

MOST_PROCESSES = 253  # SPIN's are 255, and two are the idle one and the claim

Class = tuple[int, tuple[int, ...]]  # a step, and the numbers of its agent's and parameters' values
UNFAIR: Class = (-1, ())


class Claims(Struct, frozen=True, kw_only=True):
    """A program, and the name of the claim for each property of runs that it has. `left_out`: the other properties, each with the reason.

    `options`: with which SPIN's searcher has to be compiled.
    """

    text: str
    options: tuple[str, ...]
    claims: Mapping[str, str]
    left_out: Mapping[str, str]


def promela_steps(form: GroundModel) -> Claims:
    """The program. Raises Unsupported, with what SPIN has no word for."""
    return _Steps(form).claims()


class _Steps(Program):
    def claims(self) -> Claims:
        self._require()
        processes = self._processes()
        formulas, left_out = self._formulas()
        names = dict(zip(formulas, identifiers(formulas, "run_"), strict=True))
        several, start = self.start()
        lines = [
            *self._about(len(processes), left_out),
            *self.declarations(),
            *(["bit started = 0;", ""] if several else []),
            *self._conditions(formulas, names),
            *(
                line
                for number, (of, options) in enumerate(processes.items())
                for line in self._process(number, of, options, several)
            ),
            *self._beginning(start, len(processes)),
            *(f"ltl {names[name]} {{ {_after(several, text)} }}" for name, (_, text) in self._written(formulas, names)),
        ]
        text = "\n".join(lines) + "\n"
        return Claims(text=text, options=_options(len(processes)), claims=names, left_out=left_out)

    # --- what SPIN can say ------------------------------------------------------------------------------------------------

    def _require(self) -> None:
        for step in self.model.steps:
            if step.fairness == "strong":
                raise Unsupported(f"strong fairness of {step.name} ({step.at})")
            if step.fault is not None and not self._is_counted(step.fault):
                raise Unsupported(
                    f"the fault {step.fault} without a limit: a run does not consist of faults alone from some point on"
                )

    def _is_counted(self, fault: str) -> bool:
        return any(variable.kind == "budget" and variable.name == fault for variable in self.model.variables)

    # --- processes --------------------------------------------------------------------------------------------------------

    def _processes(self) -> dict[Class, list[str]]:
        """The options of each process; the one that is owed no fairness comes first."""
        found: dict[Class, list[str]] = {UNFAIR: ["  :: d_step { true -> skip }"]}
        for outcome in (replace(outcome, goals=(), undefined=()) for outcome in self.form.outcomes):
            step = self.model.steps[outcome.step]
            if step.fault is not None or step.fairness == "may":
                found[UNFAIR] += self.option(outcome)
                continue
            for values, here in self._instances(outcome):
                lines = list(self.option(outcome, here))
                if lines:
                    found.setdefault((outcome.step, values), []).extend(lines)
                if len(found) > MOST_PROCESSES:
                    raise Unsupported(f"more than {MOST_PROCESSES - 1} steps that fairness tells apart")
        return found

    def _instances(self, outcome: GroundOutcome) -> Iterator[tuple[tuple[int, ...], Node]]:
        """The values that tell the instances of its step apart, and where the outcome is of that instance."""
        graph = self.graph
        ranges = [range(graph.low[node], graph.high[node] + 1) for node in outcome.instance]
        for number, values in enumerate(product(*ranges)):
            if number > MOST_PROCESSES:
                raise Unsupported(f"more than {MOST_PROCESSES - 1} steps that fairness tells apart")
            here = graph.const(1)
            for node, value in zip(outcome.instance, values, strict=True):
                here = graph.both(here, graph.eq(node, graph.const(value)))
            yield values, here

    def _process(self, number: int, of: Class, options: list[str], several: bool) -> Iterator[str]:
        what = "what is owed no fairness, and idling" if of == UNFAIR else self.model.steps[of[0]].name
        yield f"/* {what} */"
        yield f"{'' if several else 'active '}proctype step_{number}() {{"
        yield from ("end:", "  do", *options, "  od", "}", "")

    @staticmethod
    def _beginning(start: list[str], processes: int) -> Iterator[str]:
        """Where there are several initial states, the processes begin when one is chosen."""
        if start:
            yield "init {"
            yield from start[:-1]
            yield "  ; " + "; ".join(["started = 1", *(f"run step_{number}()" for number in range(processes))])
            yield from ("  }", "}", "")

    # --- claims -----------------------------------------------------------------------------------------------------------

    def _formulas(self) -> tuple[dict[str, Goal], dict[str, str]]:
        """The properties that are claims, and why the others are not."""
        found, left_out = dict[str, Goal](), dict[str, str]()
        for goal, predicates in self.form.goals:
            reason = self._obstacle(goal, predicates)
            if reason:
                left_out[goal.name] = reason
            else:
                found[goal.name] = goal
        return found, left_out

    def _obstacle(self, goal: Goal, predicates: tuple[Predicate, ...]) -> str:
        if goal.kind not in ("eventually", "eventually always", "infinitely often", "whenever", "ltl"):
            return f"`{goal.kind}` is no claim here"
        if goal.within is not None:
            return "`within`"
        if goal.formula is not None and _has_next(goal.formula):
            return "`next`"
        if any(self.graph.value(predicate.undefined) != 0 for predicate in predicates):
            return "it may have no value"
        return ""

    def _conditions(self, formulas: Mapping[str, Goal], names: Mapping[str, str]) -> Iterator[str]:
        predicates = {goal.name: found for goal, found in self.form.goals}
        for name, goal in formulas.items():
            for place, predicate in enumerate(predicates[name][: len(goal.conditions)]):
                yield f"#define {names[name]}_{place} ({self.text(predicate.value)})"
        yield ""

    @staticmethod
    def _written(formulas: Mapping[str, Goal], names: Mapping[str, str]) -> Iterator[tuple[str, tuple[Goal, str]]]:
        for name, goal in formulas.items():
            yield name, (goal, _claim(goal, names[name]))

    def _about(self, processes: int, left_out: Mapping[str, str]) -> Iterator[str]:
        yield from self.title()
        yield f" * spin -o2 -a FILE && cc -O2 {' '.join(_options(processes))} -o pan pan.c"
        yield " * ./pan -a -f -m1000000 -N CLAIM        (for each `ltl CLAIM` below)"
        yield " *"
        yield " * One process for each step that fairness tells apart: `-f` is weak fairness of steps. any error is a run that"
        yield " * violates the property, but for `assertion violated holds_no_error`: then the protocol itself fails, and nothing is known."
        for name, reason in left_out.items():
            yield f" * Not checked here: {name} ({reason})."
        yield " */"


def _options(processes: int) -> tuple[str, ...]:
    """Without partial order; room for so many processes, the claim and the one that begins: SPIN takes 4 * NFAIR - 2 of them under `-f`."""
    return ("-DNOREDUCE", f"-DNFAIR={(processes + 8) // 4}", "-DVECTORSZ=16384")


def _after(several: bool, claim: str) -> str:
    return f"(!(started)) U ((started) && ({claim}))" if several else claim


def _claim(goal: Goal, name: str) -> str:
    first, second = f"({name}_0)", f"({name}_1)"
    match goal.kind:
        case "eventually":
            return f"<> {first}"
        case "infinitely often":
            return f"[] <> {first}"
        case "eventually always":
            return f"<> [] {first}"
        case "whenever":
            return f"[] ({first} -> <> {second})"
    assert goal.formula is not None
    return _text(goal.formula, name)


def _has_next(formula: Formula) -> bool:
    match formula:
        case Next():
            return True
        case And(left, right) | Or(left, right) | Until(left, right) | Release(left, right):
            return _has_next(left) or _has_next(right)
    return False


def _text(formula: Formula, name: str) -> str:
    match formula:
        case Truth(value):
            return "true" if value else "false"
        case Literal(condition, positive):
            return f"({name}_{condition})" if positive else f"(!({name}_{condition}))"
        case And(left, right):
            return f"({_text(left, name)} && {_text(right, name)})"
        case Or(left, right):
            return f"({_text(left, name)} || {_text(right, name)})"
        case Until(left, right):
            return f"({_text(left, name)} U {_text(right, name)})"
        case Release(left, right):
            return f"({_text(left, name)} V {_text(right, name)})"
    raise TypeError(formula)
