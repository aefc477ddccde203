"""What a user writes: how the actions of a protocol are done by the real code, and what of its state can be seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar


class Adapter:
    """One real team. A new one is made for each run, inside the controlled loop, so `__init__` may make locks, queues and tasks.

    For each action of the protocol that the real code is told to do, a subclass has an `async def` (or plain) method with the action's
    name, which takes the agent and the action's parameters by their names in the protocol, as texts: `async def work(self, worker, t)`. Where two
    roles have an action of one name, the method is called `Role_action`. It returns when the action is over, all its awaits included. It returns
    False, or raises one of `refusals`, where the code refuses, and raises one of `unknown` where nobody can tell whether it was done or will be (a
    timeout, a lost reply). Any other exception fails the run. Actions that the code starts on its own, and crashes and restarts of
    agents that it makes itself ("crash Worker"), are named in `on_its_own`, those
    that it may refuse at any time, for reasons that the protocol does not know (a lease that is not over yet), in `may_refuse`. `carried_by` says
    which call at a boundary carries a message of the protocol, so that it can be lost or arrive twice: `{"Assign": "Inbox.put"}`, or a function
    of the recorded `Call` where one method carries several. `beyond` names variables with a range that the code does not have (a version, a
    count without end): a run in which one leaves it is followed no further, where it else fails.
    """

    on_its_own: ClassVar[tuple[str, ...]] = ()
    may_refuse: ClassVar[tuple[str, ...]] = ()
    refusals: ClassVar[tuple[type[BaseException], ...]] = ()
    unknown: ClassVar[tuple[type[BaseException], ...]] = ()
    beyond: ClassVar[tuple[str, ...]] = ()
    carried_by: ClassVar[dict[str, str | Callable[[Any], bool]]] = {}

    async def setup(self) -> None:
        """Called before the first action."""

    async def comes_back(self, agent: str) -> None:
        """Called when an agent that has crashed begins anew, before it is asked for anything: what its process does then."""

    async def rest(self) -> None:
        """Called after the last action: returns when the code has nothing more to do."""

    def observe(self) -> dict[str, Any]:
        """Variables of the protocol, as the real state has them now: `{"status": {"t1": "open"}, "holder": None}`.

        Called after every step of the code between two of its awaits, so it is quick, and neither waits nor changes anything. A map has an entry
        for each key, or for those that are known. Agents' variables go by `Role.variable`. Values are as a log has them: texts for
        members, ids and agents, numbers, True and False, None, lists (or sets, tuples), dictionaries for maps and records.
        """
        return {}
