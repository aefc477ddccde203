"""What was observed of a run, one thing at a time: a step, a state, a call that began or ended, whether the team is done.

Everything about it may be unknown: an observation says what it says and leaves the rest open. Values are the model's own
(`checker.language.types`), steps are places in `model.steps`, cells are places in the state.
"""

from __future__ import annotations

from typing import TypeAlias, final

from msgspec import Struct

from checker.language.types import Value


@final
class StepSeen(Struct, frozen=True):
    """One of `steps` was taken. `agent` None: by whom is not known. `values`: of parameters, and of what the step chose, those that
    are known, by name."""

    steps: frozenset[int]
    agent: int | None = None
    values: tuple[tuple[str, Value], ...] = ()


@final
class StateSeen(Struct, frozen=True):
    """The cells had these values at one moment between the step before and the step after it."""

    cells: tuple[tuple[int, Value], ...]


@final
class DoneSeen(Struct, frozen=True):
    """`done when` was true, or not, at one moment between the step before and the step after it."""

    done: bool


@final
class Begun(Struct, frozen=True):
    """A call began, which takes this step once at some moment from now on, or never. `slot` is its number among those under way."""

    slot: int
    step: StepSeen


@final
class Ended(Struct, frozen=True):
    """The call in `slot` ended: it has taken its step by now, and `step` says what more is known of it."""

    slot: int
    step: StepSeen | None = None


@final
class Dropped(Struct, frozen=True):
    """The call in `slot` ended without effect: it has not taken its step, and will not."""

    slot: int


@final
class Gone(Struct, frozen=True):
    """The call in `slot` ended, and whether it has taken its step is not known; it will not from now on."""

    slot: int


Seen: TypeAlias = StepSeen | StateSeen | DoneSeen | Begun | Ended | Dropped | Gone
