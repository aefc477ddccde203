"""One model, asked for by path and names: for loading it, and for taking a trace again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from checker.language import tree
from checker.language.diagnostics import BadInput
from checker.language.faults import with_text
from checker.properties.plan import Filters, Target, property_name, read_target
from checker.properties.plan_errors import BadTrace

if TYPE_CHECKING:
    from checker.language.checked import Checked
    from checker.properties.result import Trace


def one_checked(path: str, instance: str | None, faults: str, overrides: Mapping[str, str]) -> Checked:
    """The protocol at `path` (or of the spec there) under an instance, by default the first one. Raises BadInput."""
    return _checked(read_target(path), instance, faults, None, overrides)


def _checked(target: Target, instance: str | None, faults: str, property: str | None, overrides: Mapping[str, str]) -> Checked:
    from checker.language.check import check

    names = Filters(
        instances=None if instance is None else [instance], faults=[faults], properties=None if property is None else [property]
    )
    names.require_known([target])
    chosen = target.instances[0] if instance is None else instance
    checked = check(target.protocol, target.spec, target.instance_name(chosen), dict(overrides))
    with_text(checked, faults)
    return checked


def replay_request(
    path: str, trace: str, *, instance: str | None, faults: str, property: str | None, overrides: Mapping[str, str]
) -> Trace:
    """The trace that is written in `trace`, taken again by the reference interpreter. Raises BadInput."""
    from checker.elaborate.lower import elaborate, needs_ghosts
    from checker.properties.run import Run
    from checker.properties.traces import read_path, trace_of
    from checker.semantics.interpreter import Interpreter

    target = read_target(path)
    checked = _checked(target, instance, faults, property, overrides)
    ghosts: list[tree.PropertyDecl] = [p for p in target.properties if property_name(p) == property and needs_ghosts(p)]
    model = elaborate(checked, faults, ghosts or None)
    try:
        read = read_path(trace)
        run = Run(model, Interpreter(model), read)
    except ValueError as error:
        raise BadInput([BadTrace(span=None, reason=str(error))]) from None
    if read.cycle is not None:
        begin = run.start if read.cycle == 0 else run.taken[read.cycle - 1].after
        if run.end != begin:
            where = f"where it was after step {read.cycle}" if read.cycle else "where it began"
            raise BadInput([BadTrace(span=None, reason=f"it does not come back to {where}")])
    return trace_of(run)
