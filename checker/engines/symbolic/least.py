"""The run with the fewest steps, faults or agents: each answer is asked for less, until there is none."""

from __future__ import annotations

import z3

from checker.engines.symbolic.concrete import Play, Player, shortened
from checker.engines.symbolic.events import Counted, Fewest
from checker.engines.symbolic.formula import Formula, GaveUp, Sought
from checker.engines.symbolic.sweeps import Sweeps


class Least:
    """Looks for less in a formula of its own, of at most `most_sweeps` sweeps."""

    def __init__(self, found_in: Formula, what: Counted, most_sweeps: int) -> None:
        self.form = found_in.sweeps.form
        self.what = what
        self.most_sweeps = most_sweeps
        self._sweeps = Sweeps(self.form)
        self._formula = Formula(self._sweeps, found_in.deadline)
        self._player = Player(self.form, self._sweeps.enabled)

    def of(self, sought: Sought, play: Play) -> tuple[Play, Fewest]:
        """A play that shows what is sought with the fewest, beginning with one that shows it."""
        looked_at = 0
        try:
            while (count := self._count(play)) > 0:
                # runs with fewer steps than `count` lie within count - 1 sweeps: more are never needed for steps
                wanted = count - 1 if self.what == "steps" else self.most_sweeps
                self._grow(min(wanted, self.most_sweeps))
                fewer = self._fewer(sought, count - 1)
                if fewer is None:
                    looked_at = len(self._sweeps.sweeps)
                    break
                play = fewer
        except GaveUp:
            pass
        proven = count == 0 or (self.what == "steps" and looked_at >= count - 1)
        return play, Fewest(what=self.what, count=count, sweeps=looked_at, proven=proven)

    def _grow(self, sweeps: int) -> None:
        while len(self._sweeps.sweeps) < sweeps:
            self._formula.grow()

    def _fewer(self, sought: Sought, most: int) -> Play | None:
        """A play with at most so many, None where these sweeps have none."""
        here = [s for s in self._formula.sought() if (s.goal, s.what) == (sought.goal, sought.what)]
        state = self._sweeps.target(sought.goal, sought.what)
        for target in here:
            found = self._formula.run_that_shows(target, self._at_most(most))
            if found is not None:
                return shortened(found, lambda play: self._player.shown(play, sought.goal, sought.what, state))
        return None

    def _at_most(self, most: int) -> z3.BoolRef:
        formula = self._formula
        match self.what:
            case "steps":
                return formula.at_most(formula.taken(), most)
            case "faults":
                return formula.at_most(formula.taken(faults_only=True), most)
            case "agents":
                return formula.at_most(formula.acting(), most)

    def _count(self, play: Play) -> int:
        form = self.form
        numbers = [*play.outcomes, *(() if play.last is None else (play.last,))]
        steps = [form.model.steps[form.outcomes[number].step] for number in numbers]
        if self.what == "steps":
            return len(numbers)
        if self.what == "faults":
            return sum(step.fault is not None for step in steps)
        states = self._player.states(play)
        acting = {
            (step.role, self._player.value(form.outcomes[number].instance[0], state))
            for number, step, state in zip(numbers, steps, states, strict=False)
            if step.agent is not None and step.fault is None
        }
        return len(acting)
