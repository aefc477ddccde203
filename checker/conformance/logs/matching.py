"""Which step each kind of records shows, as far as it can be guessed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, final

from msgspec import Struct
from msgspec.structs import replace

from checker.conformance.logs.guesses import WEAK, Guess, Guesser
from checker.conformance.logs.kinds import Kind
from checker.conformance.logs.vocabulary import Vocabulary


@final
class Matched(Struct, frozen=True, kw_only=True):
    """`call`: the records begin or end a call in which the step happens. `ignored`: they say nothing of it that others do not."""

    step: int
    why: str
    by_name: bool
    rank: int
    call: Literal["begin", "end"] | None = None
    ignored: bool = False


def matched(vocabulary: Vocabulary, guesser: Guesser, kinds: Sequence[Kind]) -> list[Matched | None]:
    """For each kind its step; None: nothing is like it."""
    found = [_alone(vocabulary, guesser, kind) for kind in kinds]
    effects = {match.step: place for place, match in enumerate(found) if match is not None and not match.by_name}
    taken = {match.step for match in found if match is not None and match.rank < WEAK}
    for place, match in enumerate(found):
        if match is None or not match.by_name or match.step not in effects:
            continue
        other = kinds[effects[match.step]].called
        before = _before(vocabulary, match.step)
        name = vocabulary.model.steps[match.step].name
        if before is not None and before not in taken and kinds[place].where.get("span") in (None, "start"):
            why = f"with it begins what goes on after `{name.rsplit('.', 1)[-1]}`, which `{other}` seems to show"
            found[place] = replace(match, step=before, why=why)
            taken.add(before)
        else:
            found[place] = replace(match, ignored=True, why=f"`{other}` seems to show this step, `{name}`")
    shown = {match.step for match in found if match is not None and match.rank < WEAK and not match.ignored}
    return [None if match is not None and match.rank >= WEAK and match.step in shown else match for match in found]


def _alone(vocabulary: Vocabulary, guesser: Guesser, kind: Kind) -> Matched | None:
    """Of one kind, whatever the others are."""
    texts = [str(value) for name, value in kind.where.items() if name != "span"]
    guesses = [guess for text in texts if (guess := guesser.of(text)) is not None]
    if not guesses:
        return None
    guess = min(guesses, key=lambda one: one.rank)
    match = Matched(step=guess.step, why=guess.why, by_name=guess.by_name, rank=guess.rank)
    return match if kind.where.get("span") not in ("start", "end") else _of_span(vocabulary, guess, match, kind.where["span"])


def _of_span(vocabulary: Vocabulary, guess: Guess, match: Matched, span: str) -> Matched | None:
    """A span that is called like an await begins where the team comes to it; one that is called like an activity ends with it; one of a call that
    does what a step does is that call."""
    name = vocabulary.model.steps[guess.step].name
    activity = [number for of, number in vocabulary.step_of.items() if of == name or of.startswith(f"{name}.")]
    if not guess.by_name or len(activity) == 1 == name.count("."):
        return replace(match, call="begin" if span == "start" else "end")
    before = _before(vocabulary, guess.step)
    if before is None:
        return match if span == "start" else replace(match, step=activity[-1])
    if span == "end":
        return match
    return replace(match, step=before) if guess.step == before + 1 else None


def _before(vocabulary: Vocabulary, step: int) -> int | None:
    """The step that starts the activity of this one."""
    return vocabulary.step_of.get(vocabulary.model.steps[step].name.rpartition(".")[0])
