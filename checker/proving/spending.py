"""Lemmas for `meter <= bound`: potentials, of which what is spent and what is still owed is together at most what was owed at the start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import perf_counter

from msgspec.structs import replace

from checker.certificates.questions import answers, questions
from checker.certificates.subject import Asked
from checker.elaborate.lower import elaborate
from checker.engines.apart import INTERRUPTED, SolverMissing, Stopped, apart
from checker.language.checked import Checked
from checker.model.expr import Expr, Read
from checker.model.model import Model, Variable
from checker.model.resize import resized
from checker.sentences.account import account
from checker.sentences.sentence import Sentence, sentence
from checker.sizing.potential.bound import NoBound, Potential, potentials_of
from checker.sizing.potential.lemma import lemma_of
from checker.sorted.ranks import OF_RUNS
from checker.sorted.refusals import Refused

SUFFIX = " spent"
LEAST_S, QUESTION_S = 0.2, 10.0


def meter_of(model: Model) -> Variable | None:
    """What adds up a meter that the goal of the model is about."""
    return next((variable for variable in model.variables if variable.kind == "meter"), None)


def told(lemmas: Iterable[Expr], subject: Asked) -> tuple[Sentence, ...]:
    """The lemmas of a proof as sentences."""
    checked, model = subject.checked, subject.model
    found = ((lemma, sentence(lemma, checked, model)) for lemma in lemmas)
    if subject.goal.kind in OF_RUNS:  # the first is its rank
        return tuple(
            replace(said, plain=account(lemma, checked, model)) if n == 0 else said for n, (lemma, said) in enumerate(found)
        )
    spending = meter_of(model) is not None
    return tuple(replace(said, plain=account(lemma, checked, model)) if spending else said for lemma, said in found)


def potential_lemmas(subject: Asked, spent: Variable, time_s: float, memory_mib: float | None) -> Iterator[Expr]:
    """Lemmas over the model of the subject, better and better ones. Raises Refused where there are none, SolverMissing, KeyboardInterrupt."""
    for potential, plain in potentials(subject, spent.name.removesuffix(SUFFIX), time_s, memory_mib):
        yield lemma_of(potential, Read(spent, ()), plain)


def potentials(
    subject: Asked, meter: str, time_s: float, memory_mib: float | None, *, guessed: bool = False
) -> Iterator[tuple[Potential, Model]]:
    """Potentials of a meter, better and better ones, each with the model that it is about. `guessed`: as of `potentials_of`. Raises as
    `potential_lemmas`.
    """
    plain = elaborate(subject.checked, subject.faults, [])
    events = apart(
        _potentials, time_s=time_s, memory_mib=memory_mib, checked=subject.checked, model=plain, meter=meter, guessed=guessed
    )
    why = ""
    for event in events:
        match event:
            case Potential():
                why = "-"
                yield event, plain
            case NoBound(reason=reason, steps=steps):
                why = why or reason + (f": {', '.join(f'`{step}`' for step in steps)}" if steps else "")
            case Stopped(reason=reason) if reason == INTERRUPTED:
                raise KeyboardInterrupt
            case Stopped(reason=reason):
                why = why or f"no bound was found ({reason})"
    if why != "-":
        raise Refused(why)


def proved_here(subject: Asked, spent: Variable, time_s: float, memory_mib: float | None) -> tuple[tuple[Expr, ...], str]:
    """The lemma by which the goal holds at the size of the subject; none, and why. The values of the meter are not gone through."""
    until = perf_counter() + time_s
    try:
        for lemma in potential_lemmas(subject, spent, time_s, memory_mib):
            here = [resized(lemma, subject.model)]
            each = max(LEAST_S, min(QUESTION_S, until - perf_counter()))
            solved = answers(questions(subject, here), "z3", time_s=each, memory_mib=memory_mib)
            if all(one.verdict == "unsat" for one in solved):
                return tuple(here), ""
    except (Refused, SolverMissing) as refused:
        return (), str(refused)
    return (), "no account of what is still owed was found that is small enough"


def _potentials(checked: Checked, model: Model, meter: str, guessed: bool, time_s: float) -> Iterator[Potential | NoBound]:
    """In a process of its own."""
    yield from potentials_of(checked, model, meter, 0, guessed=guessed)
