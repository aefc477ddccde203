"""The check for lost updates.

An agent's operation on a store is *read, generate, write*. The update of another is lost when it lands between the read and the write
(Adya, Liskov, O'Neil, Generalized isolation level definitions, ICDE 2000: a cycle of one write and one anti-dependency).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from checker.testing.checks.seen import Check, Key, Seen, about, lines, named, seen, worked
from checker.testing.record import Record


def no_lost_update(
    read: str, write: str, *, key: Key = None, write_key: Key = None, won: Callable[[Any], bool] = worked
) -> Check:
    """Between an agent's latest read of a key and its next write of it no other agent's write took effect.

    `won` tells whether a write took place; give it where a store refuses stale writes (compare and set). `write_key`: where the key is another
    argument of the write. A write without a read before it rests on nothing and loses nothing.
    """

    def check(record: Record) -> list[str]:
        events = [(at, "read", s) for s in seen(record, read, key) for at in s.effects[:1]]
        writes = list(seen(record, write, key if write_key is None else write_key))
        if events and writes and not {s.key for _, _, s in events} & {s.key for s in writes}:
            kinds = [" or ".join(sorted({type(s.key).__name__ for s in some})) for some in ([s for _, _, s in events], writes)]
            record.remarks.add(f"no `{write}` is of what a `{read}` had read: their keys, {kinds[0]} and {kinds[1]}, differ")
        events += [(at, "write", s) for s in writes if won(s.entry) for at in s.effects]
        basis: dict[tuple[str, Any], Seen] = {}
        since: dict[tuple[str, Any], Seen] = {}  # the write of another since the agent's read
        found = []
        for _, what, one in sorted(events, key=lambda event: event[0]):
            here = one.agent, one.key
            if what == "read":
                basis[here] = one
                since.pop(here, None)
                continue
            if here in basis and here in since:
                other = since[here]
                said = f"{one.agent} writes over what {other.agent} wrote{about(one.key)} after {one.agent} had read it"
                found.append(lines(said, basis[here], other, one))
            basis.pop(here, None)
            since.pop(here, None)
            since.update({reader: one for reader in basis if reader[1] == one.key and reader[0] != one.agent})
        return found

    return named("no_lost_update", check)
