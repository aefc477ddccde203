"""A call at a boundary whose beginning and end are told apart, as the callbacks of a framework tell them."""

from __future__ import annotations

import asyncio
from typing import Any

from checker.testing.calls import Leg, crash, reply
from checker.testing.environment import current_loop
from checker.testing.proxy import Terms

FAULTS_OF_AN_INTERVAL = ("delay", "error_before", "error_after", "drop", "crash", "crash_after")


class Interval:
    """Recorded from `begin` to `end`; the effect is taken to lie right before `end`. Outside a run nothing is recorded."""

    def __init__(self, terms: Terms, op: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        loop = current_loop()
        self._leg = None if loop is None or loop.ending else Leg(loop, terms, op, args, kwargs, FAULTS_OF_AN_INTERVAL)

    async def begin(self) -> bool:
        """The request; False where it is lost, so that the work must not be done."""
        leg = self._leg
        if leg is None:
            return True
        with leg.errors():
            await asyncio.sleep(leg.leg_s("request"))
            if leg.fault == "crash":
                await crash(leg.loop)
            if leg.fault == "error_before":
                raise leg.error()
        if leg.fault == "drop":
            leg.returned(None)
        return leg.fault != "drop"

    async def end(self, result: Any = None) -> None:
        """The work is done: its effect, and the reply."""
        leg = self._leg
        if leg is not None and leg.call.pending:
            leg.effect()
            await reply(leg, result)

    def failed(self, error: BaseException) -> None:
        """The work raised this error of its own."""
        if self._leg is not None and self._leg.call.pending:
            self._leg.raised(error)
