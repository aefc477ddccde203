"""Programs: who is asked to do what, and when, and which faults may strike. A replay token is a program and a schedule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias, get_args

from msgspec import Struct
from msgspec.structs import replace

from checker.testing.protocol.faults import Fault, FaultKind
from checker.testing.protocol.follow import Call
from checker.testing.protocol.plan import Plan


class Settle(Struct, frozen=True):
    """Nobody goes on before all that was asked for is over."""

    def __str__(self) -> str:
        return "settle"


Part: TypeAlias = Call | Settle | Fault
Program: TypeAlias = tuple[Part, ...]


def groups(program: Program) -> list[list[Call | Fault]]:
    """What the agents do between two `Settle`s: their calls, that they stop, and that they come back after a crash."""
    found: list[list[Call | Fault]] = [[]]
    for part in program:
        if isinstance(part, Settle):
            found.append([])
        elif isinstance(part, Call) or part.kind in ("stop", "restart"):
            found[-1].append(part)
    return [group for group in found if group]


def faults_in(program: Program) -> tuple[Fault, ...]:
    """The faults that may strike."""
    return tuple(part for part in program if isinstance(part, Fault))


def stopping(program: Program) -> Program:
    """The same, with agents that crash between two of their calls instead of in one."""
    return tuple(Fault("stop", part.of) if isinstance(part, Fault) and part.kind == "crash" else part for part in program)


def smaller_than(program: Program) -> Iterator[Program]:
    """It without one of its parts, and with one call that comes at once."""
    for n in range(len(program)):
        yield program[:n] + program[n + 1 :]
    for n, part in enumerate(program):
        if isinstance(part, Call) and part.after_ms:
            yield (*program[:n], replace(part, after_ms=0), *program[n + 1 :])


# --- tokens --------------------------------------------------------------------------------------------------------------------


def token_of(program: Program, schedule: str) -> str:
    """A replay token: the program, then the token of the schedule: `Worker0.work(t=Task1); settle @ tc1.latency.0.l2`."""
    return f"{'; '.join(map(str, program))} @ {schedule}"


def read_token(plan: Plan, text: str) -> tuple[Program, str]:
    """The program and the schedule of a token. Raises ValueError."""
    parts, _, schedule = text.strip().rpartition("@")
    if not parts:
        raise ValueError(
            f"`{text}` is no replay token of a program: it has the form AGENT.ACTION(NAME=VALUE); ... @ tc1.MODE.SEED.DEVIATIONS"
        )
    return tuple(_part(plan, part.strip()) for part in parts.split(";")), schedule.strip()


def _part(plan: Plan, text: str) -> Part:
    if text == "settle":
        return Settle()
    kind, _, of = text.partition(" ")
    for known in get_args(FaultKind):
        if kind == known and re.fullmatch(r"[\w.]+", of):
            return Fault(known, of)
    found = re.fullmatch(r"(\w+)\.(\w+)\((.*)\)(?: \+(\d+)ms)?(?: after (\d+) states)?", text)
    action = plan.actions.get(found[2]) if found else None
    if found is None or action is None:
        what = f"there is no action `{found[2]}`" if found else "it has the form AGENT.ACTION(NAME=VALUE)"
        raise ValueError(f"`{text}` in the replay token cannot be read: {what}")
    given = dict(pair.split("=", 1) for pair in filter(None, found[3].split(", ")))
    choices = action.choices()
    values = []
    for name, _ in action.parameters:
        value = next((one for one in choices[name] if str(one) == given.get(name)), None)
        if value is None and given.get(name) != "None":
            raise ValueError(f"`{text}` in the replay token: {name} is one of {', '.join(map(str, choices[name]))}")
        values.append((name, value))
    return Call(
        action=action.method, agent=found[1], values=tuple(values), after_ms=int(found[4] or 0), after_states=int(found[5] or 0)
    )
