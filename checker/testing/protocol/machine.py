"""`machine(protocol, adapter)`: a Hypothesis state machine that draws programs, each searched for a schedule that the protocol does not explain.

Two searches work together. Hypothesis draws and shrinks the program: who is asked to do what. For each program the controlled loop
searches and shrinks schedules; the schedule that failed last is tried first on each smaller program.
"""

from __future__ import annotations

import os
import unittest
import warnings
from os import PathLike
from typing import Any

from checker.pytest_plugin import AT_THE_END, REPLAY_VARIABLE, stop_after_this_test
from checker.testing.outcome import Outcome
from checker.testing.progress import tell, telling
from checker.testing.protocol.adapter import Adapter
from checker.testing.protocol.corpus import FOLDER, file_of, keep, tokens
from checker.testing.protocol.first import first_programs
from checker.testing.protocol.follow import Call
from checker.testing.protocol.plan import Action, Plan
from checker.testing.protocol.programs import Part, Program, Settle, smaller_than, token_of
from checker.testing.protocol.runs import Reached, replay_program, run_program
from checker.testing.protocol.walk import Walk
from checker.testing.search import quiet_collector

AFTER_MS = (0, 5, 50)  # of virtual time, before a call
MOST_CHOICES = 255


class Failed(AssertionError):
    """The report of a failing run, with its replay token."""


def machine(
    protocol: str | PathLike[str],
    adapter: type[Adapter],
    *,
    instance: str | None = None,
    faults: str = "none",
    overrides: dict[str, str | int] | None = None,
    schedules: int = 20,
    examples: int = 25,
    length: int = 8,
    corpus: str = FOLDER,
    **options: Any,
) -> type[unittest.TestCase]:
    """A test case that pytest and unittest run, of the real code behind `adapter` against `protocol` (a `.team` or `.spec` file).

    `instance`, `faults` (what the protocol allows to go wrong) and `overrides` are as in `checker.load`. First come up to `examples` programs
    that the protocol itself gives (`first_programs`), then as many are drawn, of up to `length` calls; each is run under `schedules` schedules.
    `options` go to `explore`: `mode`, `faults_of_code` (its `faults`), `checks`, `seed` (of the programs that are drawn, too), settings. Failing
    runs are kept in the folder `corpus` and run first the next time. With TEAMCHECK_REPLAY=TOKEN that one run is made instead.
    After the test, `reached()` of the class tells which steps of the protocol were exercised. Raises BadInput for the protocol, AdapterError for
    an adapter that does not fit it, ModuleNotFoundError without Hypothesis (`pip install 'teamcheck[testing]'`).
    """
    from checker.api import load

    model = load(protocol, instance, faults, overrides)
    plan = Plan(model, adapter, os.fspath(protocol))
    if "faults_of_code" in options:
        options["faults"] = options.pop("faults_of_code")
    tested = Tested(plan, schedules, corpus, options)

    class ProtocolTest(unittest.TestCase):
        """Known failures first, then programs that Hypothesis draws."""

        def test_1_known_failures(self) -> None:
            tested.known()

        def test_2_programs(self) -> None:
            tested.programs(examples, length)

        @staticmethod
        def reached() -> str:
            return tested.reached.text(plan)

    ProtocolTest.__name__ = ProtocolTest.__qualname__ = f"{adapter.__name__}Test"
    return ProtocolTest


class Tested:
    """One adapter under test. `runs`: of all searches so far. `last`: the schedule that failed last. `reports`: of programs that were searched,
    None for those that passed; `tokens`: of those that failed; `found`: the first of these; `shown`: the one to tell of."""

    def __init__(self, plan: Plan, schedules: int, corpus: str, options: dict[str, Any]) -> None:
        self.plan, self.schedules, self.corpus, self.options = plan, schedules, corpus, options
        self.name = f"{plan.adapter.__module__}.{plan.adapter.__qualname__}"
        self.reached = Reached()
        self.runs = 0
        self.last: str | None = None
        self.reports: dict[Program, str | None] = {}
        self.tokens: dict[Program, str] = {}
        self.found: Program = ()
        self.shown: Program = ()

    def known(self) -> None:
        """Runs what TEAMCHECK_REPLAY names, or all that failed before."""
        __tracebackhide__ = True
        asked = os.environ.get(REPLAY_VARIABLE)
        strange: list[str] = []
        for token in [asked] if asked else tokens(self.name, self.corpus):
            try:
                outcome = self._replayed(token)
            except ValueError as error:
                if asked:
                    raise
                strange.append(f"{token}\n    {error}")  # of another version of the protocol
                continue
            if outcome.run is not None:
                cause = outcome.run.failure.error if outcome.run.failure else None
                raise Failed(self._report(outcome, token.rpartition("@")[0].strip())) from cause
        if strange:
            said = f"{self.name}: kept runs that no longer apply, and can be taken out of {file_of(self.name, self.corpus)}:"
            warnings.warn("\n  ".join([said, *strange]), stacklevel=2)

    def _replayed(self, token: str) -> Outcome:
        kept = {name: value for name, value in self.options.items() if name not in ("mode", "seed", "strategy")}
        return replay_program(self.plan, token, self.reached, **kept)

    def program(self, program: Program) -> None:
        """Searches the schedules of one program. Raises Failed, always here: to Hypothesis, what is raised elsewhere is another failure."""
        if program not in self.reports:
            self.reports[program] = self._searched(program)
        report = self.reports[program]
        if report is not None:
            self.shown = program
            raise Failed(report)

    def _searched(self, program: Program) -> str | None:
        if not any(isinstance(part, Call) for part in program):
            return None
        tell(f"program {len(self.reports) + 1}")
        first = [] if self.last is None else [self.last]
        outcome = run_program(self.plan, program, self.reached, schedules=self.schedules, first=first, **self.options)
        self.runs += outcome.runs
        if outcome.passed:
            return None
        self.last = outcome.token
        self.tokens[program] = token_of(program, outcome.token or "")
        report = self._report(outcome, "; ".join(map(str, program)))
        if not self.found:  # kept before anything else is tried, whatever becomes of that
            self.found = self.shown = program
            keep(self.name, self.tokens[program], self.corpus)
        if outcome.interrupted:
            self.reports[program], self.shown = report, program
            raise KeyboardInterrupt
        return report

    def _report(self, outcome: Outcome, program: str) -> str:
        """Of a failing run."""
        return f"{outcome.text()}\n  again: {REPLAY_VARIABLE}='{program} @ {outcome.token}' pytest"

    def programs(self, examples: int, length: int, *, given: bool = True) -> None:
        """Runs the first programs (where `given`), then lets Hypothesis draw more. Raises Failed for the smallest that fails."""
        __tracebackhide__ = True
        if os.environ.get(REPLAY_VARIABLE):
            return
        AT_THE_END.append(lambda: f"{self.name}: {self.reached.in_short(self.plan)}")
        try:
            with telling(self.name):
                self.search(
                    first_programs(self.plan, self.options.get("faults") or ())[:examples] if given else [], examples, length
                )
        except KeyboardInterrupt:
            if not self.tokens:
                how_far = f"{len(self.reports)} programs in {self.reached.runs} runs"
                raise KeyboardInterrupt(f"{self.name}: interrupted after {how_far}; none of them failed") from None
            stop_after_this_test()
            self._raise_smallest("interrupted: a smaller program may fail, too")
        except Failed as found:
            with telling(self.name):
                note = self._make_small()
            self._raise_smallest(note, found.__cause__)

    def search(self, given: list[Program], examples: int, length: int) -> None:
        """Runs these programs, then those that Hypothesis draws. Raises Failed for the first that fails."""
        from hypothesis import HealthCheck, Phase, seed, settings
        from hypothesis.stateful import run_state_machine_as_test

        chosen = settings(
            max_examples=examples,
            stateful_step_count=length,
            deadline=None,
            database=None,  # failing runs are kept as tokens
            derandomize=True,
            print_blob=False,
            phases=(Phase.generate,),  # programs are made smaller by what they ask for, not by how they were drawn
            suppress_health_check=list(HealthCheck),
        )
        drawn = _state_machine(self)
        if self.options.get("seed"):
            drawn = seed(self.options["seed"])(drawn)
        with quiet_collector():
            for program in given:
                self.program(program)
            run_state_machine_as_test(drawn, settings=chosen)

    def _make_small(self) -> str:
        """Leaves out of the failing program what is not needed, until nothing can be left out: a note where an interrupt came before. Hypothesis
        shrinks what it drew, which is not always a program that is shorter."""
        try:
            while any(self._fails(smaller) for smaller in smaller_than(self.shown)):
                pass
        except KeyboardInterrupt:
            stop_after_this_test()
            return "interrupted while the program was made smaller: it may ask for more than it needs"
        return ""

    def _fails(self, smaller: Program) -> bool:
        if smaller not in self.reports:
            tell(f"leaving out what is not needed, {len(smaller)} parts")
            self.reports[smaller] = self._searched(smaller)
        if self.reports[smaller] is None:
            return False
        self.shown = smaller
        return True

    def _raise_smallest(self, note: str, cause: BaseException | None = None) -> None:
        __tracebackhide__ = True
        failure = Failed(self.reports[self.shown])
        file = keep(self.name, self.tokens[self.shown], self.corpus, instead_of=self.tokens[self.found])
        for told in filter(None, (note, "" if file is None else f"kept in {file}, and run first the next time")):
            failure.add_note(told)
        raise failure from cause


def _state_machine(tested: Tested) -> Any:
    """The rules: one for each action; one that asks for what the protocol allows by then, without which long programs are mostly refused; one that
    waits until all is over. They only write the program, which runs at the end."""
    from hypothesis import strategies as st
    from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

    class Programs(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.program: list[Part] = []
            self.walk = Walk(tested.plan)

        def settle(self) -> None:
            self.program.append(Settle())

        def allowed(self, which: int, unseen: list[int], rival: bool, after_ms: int) -> None:
            for one in unseen:
                self.walk.go_on(one)
            call = self.walk.ask(which, after_ms, rival)
            if call is not None:
                self.program.append(call)

        def teardown(self) -> None:
            tested.program(tuple(self.program))

    number = st.integers(0, MOST_CHOICES)
    drawn: dict[str, Any] = {"which": number, "unseen": st.lists(number, max_size=3)}
    drawn |= {"rival": st.booleans(), "after_ms": st.sampled_from(AFTER_MS)}
    of_rules: Any = rule
    calls_wait: Any = precondition(lambda self: bool(self.program) and isinstance(self.program[-1], Call))
    namespace = {action.method: _rule_of(tested.plan, action) for action in tested.plan.actions.values()}
    namespace |= {
        "allowed by the protocol": of_rules(**drawn)(Programs.allowed),
        "settle": calls_wait(of_rules()(Programs.settle)),
    }
    return type(tested.plan.adapter.__name__, (Programs,), namespace)


def _rule_of(plan: Plan, action: Action) -> Any:
    from hypothesis import stateful
    from hypothesis import strategies as st

    rule: Any = stateful.rule

    choices = action.choices()

    def asked(self: Any, agent: str, after_ms: int = 0, **values: Any) -> None:
        given = tuple((name, values[name]) for name, _ in action.parameters)
        call = Call(action=action.method, agent=agent, values=given, after_ms=after_ms)
        self.walk.asked(call)
        self.program.append(call)

    asked.__name__ = action.method
    drawn: dict[str, Any] = {name: st.sampled_from(choices[name]) for name, _ in action.parameters}
    drawn |= {"agent": st.sampled_from(plan.agents(action.role)), "after_ms": st.sampled_from(AFTER_MS)}
    return rule(**drawn)(asked)


__all__ = ["Failed", "machine", "token_of"]
