"""The adapter and the test file that a user starts from, written from a protocol, with the holes marked."""

from __future__ import annotations

import os
import re

from checker.language.checking.words import with_article
from checker.language.types import Int, Sort, Type, element, values
from checker.model.model import Model, Step, Variable
from checker.testing.protocol.plan import shown

MOST_SHOWN = 4  # keys of a map


def scaffold(model: Model, path: str, instance: str | None = None) -> str:
    """A Python file that pytest runs. Until its holes are filled, its test fails and says which is next."""
    name = "".join(part.capitalize() for part in re.split(r"[^a-zA-Z0-9]+", model.protocol))
    starts = [s for s in model.steps if s.kind == "start" and s.fault is None and s.agent is not None and s.activity != "run"]
    often = [step.activity for step in starts]
    variables = [v for v in model.variables if v.kind in ("shared", "agent")]
    lines = [
        f'"""The coordinator, tested against {os.path.basename(path)}: pytest runs this file."""',
        "",
        "from checker.testing import boundary  # noqa: F401 - for your stores, models, tools: calls of them become scheduling points",
        "from checker.testing import Adapter, machine",
        "",
        "",
        f"class {name}(Adapter):",
        '    """One team, made anew for each run."""',
        "",
        "    # refusals = (AlreadyClaimed,)          # exceptions that mean: the coordinator refuses",
        "    # unknown = (TimeoutError,)            # exceptions that mean: nobody knows whether it was done",
        '    # may_refuse = ("Role.action",)         # actions that the coordinator may refuse at any time',
        '    # on_its_own = ("Role.action",)         # actions that the code starts without being asked',
        *_beyond(variables),
        *_carriers(model),
        '    # a fake of a model or a tool that may answer one way or another, or fail, asks checker.testing.pick(["yes", "no"])',
        *_background(model, starts),
        "",
        "    async def setup(self):",
        '        raise NotImplementedError("make the coordinator here, with boundary(...) around its store: self.store = boundary(Store())")',
    ]
    for step in starts:
        lines += ["", *_method(step, often.count(step.activity) > 1)]
    lines += [
        "",
        "    async def rest(self):",
        '        """After the last call: waits until the code has nothing more to do, and ends what it runs in the background."""',
        "",
        "    def observe(self):",
        '        """What the real state is now, in the words of the protocol; leave out what cannot be seen. Maps tell each key from the start."""',
    ]
    lines += ["        return {"]
    for variable in variables:
        lines.append(f'            # "{variable.name}": {_example(variable)},')
    arguments = [repr(os.fspath(path)), name, *([f"instance={instance!r}"] if instance else [])]
    lines += ["        }", "", "", f"Test{name} = machine({', '.join(arguments)})", ""]
    return "\n".join(lines)


def _beyond(variables: list[Variable]) -> list[str]:
    """Numbers whose range the code may not have: a comment."""
    counts = ", ".join(f'"{v.name.rpartition(".")[2]}"' for v in variables if isinstance(v.type, Int))
    return (
        [f"    # beyond = ({counts},)  # of these numbers, those that the code lets grow without the protocol's limit"]
        if counts
        else []
    )


def _carriers(model: Model) -> list[str]:
    """Which call at a boundary carries each message: a comment, for it matters only where messages are lost or arrive twice."""
    messages = dict.fromkeys(channel.message for channel in model.channels)
    carriers = ", ".join(f'"{name}": "Queue.put"' for name in messages)
    return [f"    # carried_by = {{{carriers}}}  # calls at boundaries, for `lose` and `duplicate`"] if messages else []


def _background(model: Model, starts: list[Step]) -> list[str]:
    """How what the coordinator starts by itself is known as an agent: a comment, with a role of the protocol."""
    roles = [step.agent.type for step in starts if step.agent is not None and isinstance(step.agent.type, Sort)]
    named = [f'with checker.testing.agent("{element(role, 0)}"): start it' for role in roles[-1:]]
    return [f"    # what the coordinator runs in the background is known as an agent by: {how}" for how in named]


def _method(step: Step, with_role: bool) -> list[str]:
    parameters = [local.name for local in step.parameters]
    method = f"{step.role}_{step.activity}" if with_role else str(step.activity)
    what = ", ".join(
        [with_article(str(step.role)), *(f"{local.name}: {with_article(str(local.type))}" for local in step.parameters)]
    )
    return [
        f"    async def {method}({', '.join(['self', 'agent', *parameters])}):",
        f'        """{step.name} ({step.at}). agent: {what}, as texts. Returns when it is over; False where it is refused."""',
        f'        raise NotImplementedError("do {step.name} with the real coordinator")',
    ]


def _example(variable: Variable) -> str:
    """The initial value, as `observe` would tell it."""
    return _nested(variable, list(variable.index), iter([choices[0] for choices in variable.initial]))


def _nested(variable: Variable, index: list[Type], cells: object) -> str:
    if not index:
        value = next(cells)  # type: ignore[call-overload]
        told = shown(variable.type, value)
        return repr(told if not isinstance(told, str) or not told.startswith(("{", "[")) else _plain(told))
    entries = []
    for number, key in enumerate(values(index[0])):
        inner = _nested(variable, index[1:], cells)
        if number < MOST_SHOWN:
            entries.append(f"{shown(index[0], key)!r}: {inner}")
    more = ", ..." if len(list(values(index[0]))) > MOST_SHOWN else ""
    return "{" + ", ".join(entries) + more + "}"


def _plain(text: str) -> list[str]:
    """The elements of a set or a sequence, as texts."""
    return [part for part in text.strip("{}[]").split(", ") if part]
