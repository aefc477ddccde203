"""What `teamcheck drive` says, in plain text."""

from __future__ import annotations

from collections.abc import Iterator

from checker.report.wording import counted
from checker.testing.protocol.beside import Asked
from checker.testing.protocol.drive import Drive, Driven
from checker.testing.protocol.unreached import why_never

MOST_TOLD = 20

SAID = {
    ("counterexample", "taken"): "IN THE CODE TOO",
    ("counterexample", "not taken"): "not in the code",
    ("counterexample", "not seen"): "cannot tell",
    ("steps", "taken"): "taken",
    ("steps", "not seen"): "cannot tell",
    ("steps", "not taken"): "not this way",
}


def driven_text(found: Drive, command: str) -> str:
    """A line for each path, then the schedules that show something, then what of the protocol no run came through."""
    return "\n".join(_lines(found, command))


def _lines(found: Drive, command: str) -> Iterator[str]:
    width = max((len(d.path.name) for d in found.driven), default=0)
    for kind, title in (
        ("counterexample", "violations of the protocol, in the code:"),
        ("steps", "steps of the protocol, in the code:"),
        ("beside", "calls beside these paths:"),
    ):
        driven = [d for d in found.driven if d.path.kind == kind]
        if driven:
            yield title
            yield from (f"  {d.path.name:<{width}}  {_said(d)}" for d in driven)
    shown: set[str] = set()
    for one in found.driven:
        if one.token and one.token not in shown:
            shown.add(one.token)
            yield ""
            yield f"{one.path.name}: {SAID.get((one.path.kind, one.verdict), one.verdict)}"
            yield from (f"  {line}" for line in one.why.splitlines())
            yield f"  again: {command} --replay '{one.token}'"
    yield ""
    yield from _coverage(found)
    yield from _beside(found.asked)
    for what in found.left_out:
        yield f"not looked for: {what}"
    if found.interrupted:
        yield "interrupted: the rest was not driven"


def _said(one: Driven) -> str:
    said = SAID.get((one.path.kind, one.verdict), one.verdict.upper() if one.token else one.verdict)
    more = [counted(one.runs, "schedule")] if one.runs else []
    more += [one.why] if one.why and one.verdict in ("not driven", "not seen", "not taken") else []
    more += [f"refused each time: {', '.join(one.refused)}"] if one.refused else []
    return f"{said} ({'; '.join(more)})" if more else said


def _coverage(found: Drive) -> Iterator[str]:
    why = why_never(found.plan, found.reached, found.goals, [one.program for one in found.driven])
    yield found.reached.text(found.plan, why)
    pairs = [goal for goal in found.goals if len(goal) == 2]
    if pairs:
        never = [f"{a} -> {b}" for a, b in (goal for goal in found.open() if len(goal) == 2)]
        yield f"two steps in a row: {len(pairs) - len(never)} of {len(pairs)}"
        if never:
            yield f"  never: {', '.join(never[:MOST_TOLD])}{' ...' if len(never) > MOST_TOLD else ''}"
    if found.cut:
        yield f"not all of the protocol's states were looked at for paths: {found.cut}"


def _beside(asked: Asked) -> Iterator[str]:
    if not asked.tried:
        return
    yield f"calls beside the paths: {asked.done} that the protocol allows were done, {asked.refused} that it does not allow were not"
    if asked.never:
        more = " ..." if len(asked.never) > MOST_TOLD else ""
        yield f"  allowed, and refused each time: {', '.join(asked.never[:MOST_TOLD])}{more}"
    if asked.unseen:
        yield f"  not made: {counted(asked.unseen, 'call')} in states in which no run has seen the code"
    if asked.left:
        yield f"  {counted(asked.left, 'call')} not tried: --beside says how many are"
