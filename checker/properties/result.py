"""Results as data: what a check says. Every report, the JSON and the Python API are made from these."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Verdict = Literal["holds", "violated", "unknown"]
Basis = Literal["exhaustive", "every size", "inductive", "bounded", "sampled"]


class Change(Struct, frozen=True, kw_only=True):
    """One cell that a step changed, in the user's words: `status[Task0]`, `open`, `claimed`."""

    cell: str
    before: str
    after: str
    kind: str  # the variable's kind in the model: "shared", "agent", "control", "frame", "channel", ...


class Event(Struct, frozen=True, kw_only=True):
    """What a step told its readers: a message sent (`other`: the receiver) or taken (`other`: the sender), an agent spawned ..."""

    kind: Literal["send", "take", "drop", "spawn", "stop", "ends", "awaits"]
    text: str  # `Assign(Task0)` for messages, the label for "awaits"
    other: str | None = None


class TraceStep(Struct, frozen=True, kw_only=True):
    """One step of a trace.

    `index`: its place among the transitions of the state before, as the reference interpreter lists them: a trace is
    replayed from these alone. `action`: the step's stable name; `phrase`: the same for readers ("starts work").
    `failure`: set on the last step where the step itself failed (a value out of range, a failed assert).
    """

    index: int
    agent: str | None
    action: str
    phrase: str
    parameters: tuple[tuple[str, str], ...]  # also what was chosen
    fault: str | None
    changes: tuple[Change, ...]
    events: tuple[Event, ...]
    marks: tuple[str, ...]
    place: str  # file:line:column of the activity or await
    failure: str | None = None


class Lap(Struct, frozen=True, kw_only=True):
    """What one time round the cycle of a lasso costs: its steps, how many of them are faults, the messages that are sent, the rounds that begin,
    and what each meter of its awaits adds up to (name, amount), by name."""

    steps: int
    faults: int
    messages: int
    rounds: int
    meters: tuple[tuple[str, int], ...]


class Trace(Struct, frozen=True, kw_only=True):
    """A path from initial state number `initial`; a lasso when `cycle` is the place in `steps` where the cycle begins.

    `shortest`: no shorter one exists. `no_return`: how many steps had been taken when the goal could no longer be reached, where that
    applies. `start` and `end`: the first and last state, cell -> value, as text. `lap`: of a lasso.
    """

    initial: int
    steps: tuple[TraceStep, ...]
    start: dict[str, str]
    end: dict[str, str]
    cycle: int | None = None
    shortest: bool = True
    no_return: int | None = None
    lap: Lap | None = None


class Result(Struct, frozen=True, kw_only=True):
    """The verdict on one property of one instance under one fault model.

    `expected`: the verdict that the spec expects. `met`: whether it came out so (never for `unknown`).
    `reduction`: by what the states that were counted are fewer than all ("symmetry of Worker"); else "".
    `reason`: why `unknown`; else "". `why`: one or two sentences on a violation (or a witness); else "".
    `trace`: the counterexample, or the witness of `sometimes`. `replay`: the command that shows the trace again.
    `fairness`: what a liveness verdict assumed.
    """

    protocol: str
    spec: str
    instance: str
    faults: str
    property: str
    kind: str
    text: str | None
    verdict: Verdict
    basis: Basis
    engine: str
    expected: Verdict
    met: bool
    distinct: int
    transitions: int
    depth: int
    seconds: float
    reduction: str = ""
    reason: str = ""
    why: str = ""
    fairness: str = ""
    trace: Trace | None = None
    replay: str = ""
    place: str = ""


class CountExpectation(Struct, frozen=True, kw_only=True):
    """An `expect N states` line and what was counted; `met` is None where the search did not finish."""

    spec: str
    instance: str
    faults: str
    states: int
    transitions: int | None
    counted_states: int
    counted_transitions: int
    met: bool | None
    place: str


class Warning(Struct, frozen=True, kw_only=True):
    """Something a reader of the verdicts must know: an action that never fires, a vacuous implication, no `sometimes` in a spec."""

    spec: str
    instance: str
    faults: str
    kind: Literal[
        "never fires",
        "guard never true",
        "vacuous",
        "no witness asked",
        "default capacity",
        "unused faults",
        "not native",
        "no symmetry",
        "not reduced",
        "not kept",
    ]
    text: str
    place: str


class Report(Struct, frozen=True, kw_only=True):
    """All of one `check`: results in the order of specs, checks, properties."""

    results: tuple[Result, ...]
    counts: tuple[CountExpectation, ...]
    warnings: tuple[Warning, ...]
    seconds: float
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """0 all as expected, 1 a violation or an expectation that was not met, 3 an unknown (and nothing worse)."""
        if any(not r.met and r.verdict != "unknown" for r in self.results) or any(c.met is False for c in self.counts):
            return 1
        if self.interrupted or any(r.verdict == "unknown" for r in self.results) or any(c.met is None for c in self.counts):
            return 3
        return 0
