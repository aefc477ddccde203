"""A violation that a proof at one size ran into, as any other is told."""

from __future__ import annotations

from msgspec.structs import replace

from checker.engines.along import explore_along
from checker.engines.inductive.events import Violated
from checker.model.model import Goal
from checker.properties.judge import judge
from checker.properties.result import Result
from checker.properties.search import Search
from checker.properties.searches import model_of
from checker.properties.tolerance.subject import Subject
from checker.properties.verdicts import result_of
from checker.semantics.interpreter import Interpreter


def violation(base: Subject, faults: str, goal: Goal, found: Violated) -> Result:
    """The violation, judged on the run as the interpreter takes it."""
    job = next(job for job in base.jobs(faults, [goal.name]) if any(g.name == goal.name for g in model_of(job).goals))
    model = model_of(job)
    interpreter = Interpreter(model)
    search = Search(explore_along(model, found.states, interpreter), interpreter)
    asked = next(g for g in model.goals if g.name == goal.name)
    judged = judge(search, asked)
    assert judged.verdict == "violated", f"the interpreter does not find {goal.name} violated where the solver saw it"
    assert judged.path is not None
    path = replace(judged.path, shortest=False)
    return replace(result_of(job, search, asked, replace(judged, path=path)), basis="bounded", engine="inductive")
