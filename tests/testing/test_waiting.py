"""Calls that wait for others: where the protocol lets them, that is no finding; where it does not, the report says what goes on there."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from checker.api import load
from checker.testing import Adapter, boundary, pick
from checker.testing.outcome import Outcome
from checker.testing.protocol.drive import drive
from checker.testing.protocol.follow import Follower
from checker.testing.protocol.paths import covering
from checker.testing.protocol.plan import AdapterError, Plan
from checker.testing.protocol.programs import read_token
from checker.testing.protocol.runs import Reached, run_program

DEBATE = """\
protocol debate(debaters: 2..4 = 3, rounds: 1..3 = 2)
role Debater * debaters, ordered
shared turn: Debater = Debater0
shared round_no: 0..3 = 0
shared floor: Debater? = none
role Debater:
    action speak when turn == self and floor == none and round_no < rounds:
        floor = self
        await llm as thinking
        floor = none
        turn = next_in_ring(self)
        if self == last(Debater):
            round_no += 1
done when round_no == rounds
"""


DESK = """\
protocol desk(clients: 1..2 = 1)
enum State: none_yet, asked, answered, told
role Client * clients
role Clerk
shared state: State = none_yet
role Client:
    action ask when state == none_yet:
        state = asked
role Clerk:
    action answer when state == asked:
        state = answered
        await store as noting
        state = told
"""


class Llm:
    async def answer(self, prompt: str) -> str:
        if pick([False, True]):
            raise ConnectionError(prompt)
        return prompt


class Debate(Adapter):
    """Each waits for its turn, on a Condition."""

    one_is_woken = once_is_enough = keeps_the_floor = False

    async def setup(self) -> None:
        self.llm = boundary(Llm())
        self.names = ["Debater0", "Debater1", "Debater2"]
        self.turn, self.round_no = 0, 0
        self.floor: str | None = None
        self.changed = asyncio.Condition()

    async def speak(self, agent: str) -> bool:
        async with self.changed:
            while self.round_no < 2 and (self.names[self.turn] != agent or self.floor is not None):
                await self.changed.wait()
                if self.once_is_enough:
                    break
            if self.round_no == 2:
                return False
            self.floor = agent
        try:
            await self.llm.answer(agent)
        except ConnectionError:
            if self.keeps_the_floor:
                self.turn = (self.turn + 1) % 3
                return True
        async with self.changed:
            self.floor = None
            self.turn = (self.turn + 1) % 3
            self.round_no += self.turn == 0
            self.changed.notify() if self.one_is_woken else self.changed.notify_all()
        return True

    def observe(self) -> dict[str, object]:
        return {"turn": self.names[self.turn], "round_no": self.round_no, "floor": self.floor}


class OneIsWoken(Debate):
    one_is_woken = True


class OnceIsEnough(Debate):
    once_is_enough = True


class KeepsTheFloor(Debate):
    keeps_the_floor = True


class Desk(Adapter):
    """What is asked is answered by a task in the background."""

    on_its_own = ("Clerk.answer",)
    awaited = True
    waits = True

    async def setup(self) -> None:
        self.state = "none_yet"
        self.store = boundary(self)
        self.task: asyncio.Task[None] | None = None

    async def tell(self) -> None:
        self.state = "told"

    async def look(self) -> str:
        return self.state

    async def answers(self) -> None:
        self.state = "answered"
        if self.awaited:
            await self.store.tell()
        else:
            self.store.tell()  # type: ignore[unused-coroutine]

    async def ask(self, agent: str) -> bool:
        if self.state != "none_yet":
            return False
        self.state = "asked"
        self.task = asyncio.create_task(self.answers())
        return True

    async def rest(self) -> None:
        if self.task is not None and self.waits:
            await self.task
        elif self.task is not None:
            self.task.cancel()

    def observe(self) -> dict[str, object]:
        return {"state": self.state}


class ForgetsToAwait(Desk):
    awaited = False


class AsksTwice(Desk):
    async def ask(self, agent: str) -> bool:
        if self.state != "none_yet":
            return False
        await self.store.look()
        self.state = "asked"
        self.task = asyncio.create_task(self.answers())
        return True


class EndsAtOnce(Desk):
    waits = False


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "debate.team").write_text(DEBATE)
    (tmp_path / "desk.team").write_text(DESK)


def ran(
    adapter: type[Adapter], program: str, *, schedules: int = 12, faults: str = "none", file: str = "debate.team"
) -> tuple[Outcome, list[list[str]]]:
    """The outcome, and of each run that was explained who was still waiting."""
    plan = Plan(load(file, faults=faults), adapter, file)
    waiting: list[list[str]] = []

    def note(follower: Follower) -> None:
        waiting.append(sorted(map(str, follower.under_way())))

    parts, _ = read_token(plan, f"{program} @ tc1.latency.0.plain")
    return run_program(plan, parts, Reached(), each=note, schedules=schedules), waiting


def test_who_waits_for_a_turn_that_nobody_brings_is_no_deadlock() -> None:
    outcome, waiting = ran(Debate, "Debater0.speak(); Debater0.speak(); Debater2.speak()")
    assert outcome.passed
    assert waiting == [["Debater0.speak()", "Debater2.speak()"]] * len(waiting)


def test_who_waits_goes_on_when_the_others_are_asked() -> None:
    outcome, waiting = ran(
        Debate, "Debater1.speak(); Debater1.speak(); settle; Debater0.speak(); settle; Debater2.speak(); Debater0.speak()"
    )
    assert outcome.passed
    assert waiting == [[]] * len(waiting)


def test_what_goes_wrong_after_a_wait_is_found() -> None:
    outcome, _ = ran(OnceIsEnough, "Debater2.speak(); settle; Debater0.speak()")
    assert outcome.run is not None
    assert "floor = Debater2, which no behaviour of the protocol explains" in outcome.text()
    assert "    in the step of Debater2 from tests/testing/test_waiting.py:" in without_folders(outcome.text())


def test_a_wake_up_that_is_lost_is_a_deadlock_for_the_protocol_goes_on() -> None:
    outcome, _ = ran(OneIsWoken, "Debater2.speak(); Debater0.speak(); Debater1.speak()")
    first, *lines = without_folders(outcome.text()).split("\n")[1:]
    assert first == "  deadlock: nothing is ready, no timer is set, and these wait:"
    assert [line.split(" at ")[0] for line in lines[:2]] == [
        "    Debater2 waits for a Condition to be notified",
        "    Debater1 waits for a Condition to be notified",
    ]
    assert lines[2:6] == [
        "    by the protocol something goes on: Debater.speak",
        "    what came before is explained by:",
        "      1. Debater0 starts speak",
        "      2. Debater0 goes on with speak after thinking",
    ]


def test_half_of_a_step_is_told_with_the_line_and_the_answer_that_led_there() -> None:
    outcome, _ = ran(KeepsTheFloor, "Debater0.speak()")
    text = without_folders(outcome.text())
    assert (
        "    it looks like half of Debater.speak.thinking, which changes turn and floor in one step: floor is as before."
        " Where the code may do one after the other, an `await` between the two in the protocol says so\n"
        "    in the step of Debater0 from tests/testing/test_waiting.py:" in text
    )
    assert "    1. at 0.5 ms: `pick` gives Debater0 True, not False\n" in text


def test_one_that_waits_can_be_stopped() -> None:
    outcome, waiting = ran(Debate, "Debater1.speak(); settle; stop Debater1; Debater0.speak()", faults="crash Debater <= 1")
    assert outcome.passed, outcome.text()
    assert waiting[0] == ["Debater1.speak()"]  # in other schedules it goes on before it is stopped


def test_two_calls_of_which_one_rules_out_the_other_are_asked_for_at_once() -> None:
    for adapter, findings in ((Desk, []), (AsksTwice, ["Client0.ask() and Client1.ask() at once"])):
        plan = Plan(load("desk.team", overrides={"clients": 2}), adapter, "desk.team")
        found = drive(plan, [], schedules=10, beside=1)
        assert [one.path.name for one in found.driven] == findings
        assert {one.verdict for one in found.driven} <= {"not explained"}


def test_beside_a_path_one_that_waits_has_refused() -> None:
    plan = Plan(load("debate.team", overrides={"rounds": 1}), Debate, "debate.team")
    covered = covering(plan.model, may_take=plan.may_have, sure=plan.is_sure)
    found = drive(plan, covered.paths, schedules=10, beside=12)
    assert [(one.verdict, one.why) for one in found.driven if one.verdict not in ("taken", "not taken")] == []
    assert found.asked.refused > found.asked.done > 0
    assert found.asked.never == []


def test_what_has_begun_and_never_goes_on_is_found_when_all_has_come_to_rest() -> None:
    outcome, _ = ran(ForgetsToAwait, "Client0.ask()", file="desk.team")
    assert outcome.text().split("\n")[1:7] == [
        "  NotAllowed: nothing goes on in the code any more, all calls are over",
        "    by the protocol something goes on: Clerk.answer.noting",
        "    what came before is explained by:",
        "      1. Client0 does ask",
        "      2. Clerk starts answer",
        "    allowed to start next: nothing",
    ]
    assert "  note: the coroutine Desk.tell was never awaited" in outcome.text().replace("ForgetsToAwait", "Desk")


def test_what_the_adapter_ends_itself_is_no_finding() -> None:
    for sound in (Desk, EndsAtOnce):
        assert ran(sound, "Client0.ask()", file="desk.team")[0].passed


COUNTER = """\
protocol counter(writers: 1..3 = 2)
role Writer * writers
shared version: 0..2 = 0
role Writer:
    action write when version < 2:
        version += 1
"""


class Counter(Adapter):
    """It counts without end."""

    async def setup(self) -> None:
        self.version = 0
        self.llm = boundary(self)

    async def think(self) -> None: ...

    async def write(self, agent: str) -> None:
        await self.llm.think()
        self.version += 1
        await self.llm.think()

    def observe(self) -> dict[str, object]:
        return {"version": self.version}


class GoesBeyond(Counter):
    beyond = ("version",)


class CountsTwice(GoesBeyond):
    async def write(self, agent: str) -> None:
        self.version += 2


def test_a_number_that_leaves_its_range_fails_unless_the_adapter_says_that_it_may(tmp_path: Path) -> None:
    (tmp_path / "counter.team").write_text(COUNTER)
    thrice = "Writer0.write(); Writer1.write(); Writer0.write(); Writer1.write()"
    outcome, _ = ran(Counter, thrice, file="counter.team")
    assert outcome.text().split("\n")[1] == (
        "  AdapterError: Counter.observe: `version`: `3` is not in 0..2; a run that leaves the range cannot be followed: widen the type;"
        ' where the code knows no such limit, the adapter says so: beyond = ("version",)'
    )
    outcome, waiting = ran(GoesBeyond, thrice, file="counter.team")
    assert outcome.passed, outcome.text()
    assert waiting == [[]] * len(waiting)
    assert "version = 2, which no behaviour" in ran(CountsTwice, "Writer0.write()", file="counter.team")[0].text()
    with pytest.raises(
        AdapterError, match=r"Strange.beyond names `versoin`, which is no variable of the protocol: did you mean `version`?"
    ):
        ran(type("Strange", (Counter,), {"beyond": ("versoin",)}), thrice, file="counter.team")


def without_folders(text: str) -> str:
    """Places in this file, from whichever folder they are told."""
    before = str(Path(__file__).resolve().parents[2])
    return text.replace(before + "/", "")
