"""Coordination bugs and team patterns of the corpus written again by hand as plain transition functions, faults included.

Nothing here uses `checker`. A bag of messages is a sorted tuple, a queue a tuple with its oldest message first.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from tests.corpus.small_models import Model, put


def without(bag: tuple, item: object) -> tuple:
    """The bag with one `item` less."""
    place = bag.index(item)
    return bag[:place] + bag[place + 1 :]


def late_delivery(same_request: bool) -> Model:
    """State: newest request, newest approval, closed, the lead's number, whether its turn runs, the request of the teammate's turn."""

    def successors(state):
        asked, approved, closed, current, thinking, request = state
        found = []
        if not thinking and not closed:
            found.append((asked, approved, closed, current, True, request))
        if thinking and approved == current:
            found.append((asked, approved, True, current, False, request))
        elif thinking:
            number = current if same_request else 1 - current
            found.append((number, None, closed, number, False, request))
        if request is None and asked is not None and not closed:
            found.append((None, approved, closed, current, thinking, asked))
        if request is not None:
            found.append((asked, request, closed, current, thinking, None))
        return found

    return [(None, None, False, 0, False, None)], successors


def assignee_claim(agents: int, earliest: bool) -> Model:
    """One issue. State: what each agent is at, the claims in their order, merged."""

    def successors(state):
        at, claims, merged = state
        found = []
        for a in range(agents):
            match at[a]:
                case None:
                    found += [(put(at, a, "assigning"), claims, merged)] if not merged and not claims else []
                case "assigning":
                    found.append((put(at, a, "looking"), (*claims, a), merged))
                case "looking":
                    won = claims[0] == a if earliest else min(claims) == a
                    found.append((put(at, a, "implementing" if won else None), claims, merged))
                case "implementing":
                    found.append((put(at, a, None), claims, True))
        return found

    return [((None,) * agents, (), False)], successors


def handoff_pingpong(agents: int, limit: int | None) -> Model:
    """State: who is active, handoffs so far (0 without a limit), answered, who thinks. Any agent may be active first."""

    def successors(state):
        active, handoffs, answered, thinking = state
        found = []
        for a in range(agents):
            if not thinking[a] and active == a and not answered:
                found.append((active, handoffs, answered, put(thinking, a, True)))
            if thinking[a]:
                after = put(thinking, a, False)
                found.append((active, handoffs, True, after))
                if limit is None or handoffs < limit:
                    more = handoffs if limit is None else handoffs + 1
                    found += [(other, more, answered, after) for other in range(agents) if other != a]
        return found

    return [(a, 0, False, (False,) * agents) for a in range(agents)], successors


def two_effects(looks: bool, *, crashes: int = 0, losses: int = 0) -> Model:
    """Two polecats, two beads. State: who took each bead, pushed, merged, what each polecat is at, the bag, what is left of the faults."""

    def successors(state):
        taken, pushed, merged, at, bag, crashes, losses = state
        found = []
        for p in range(2):
            match at[p]:
                case None:
                    free = [b for b in range(2) if taken[b] is None]
                    found += [(put(taken, b, p), pushed, merged, put(at, p, ("coding", b)), bag, crashes, losses) for b in free]
                case ("coding", b):
                    found.append((taken, pushed | {b}, merged, put(at, p, ("telling", b)), bag, crashes, losses))
                case ("telling", b):
                    if len(bag) < 2:
                        told = tuple(sorted((*bag, b)))
                        found.append((taken, pushed, merged, put(at, p, None), told, crashes, losses))
            if at[p] != "down" and crashes:
                found.append((taken, pushed, merged, put(at, p, "down"), bag, crashes - 1, losses))
        for b in range(2):
            if b not in pushed and taken[b] is not None and at[taken[b]] == "down":
                found.append((put(taken, b, None), pushed, merged, at, bag, crashes, losses))
            if looks and b in pushed and b not in merged:
                found.append((taken, pushed, merged | {b}, at, bag, crashes, losses))
        for b in sorted(set(bag)):
            found.append((taken, pushed, merged | {b}, at, without(bag, b), crashes, losses))
            if losses:
                found.append((taken, pushed, merged, at, without(bag, b), crashes, losses - 1))
        return found

    return [((None, None), frozenset(), frozenset(), (None, None), (), crashes, losses)], successors


def quorum_vote(voters: int, quorum: int, *, lies: int = 0, crashes: int = 0, restarts: int = 0) -> Model:
    """Two tellers. State: what each voter cast and whether it is up, the sent votes of each teller, its votes and result, faults left."""

    def vote(state, v: int) -> Iterator[tuple]:
        cast, up, sent, *rest = state
        for c in ("merge", "reject"):
            yield (put(cast, v, c), up, tuple(s | {(v, c)} for s in sent), *rest)

    def taken(state) -> Iterator[tuple]:
        cast, up, sent, votes, results, *left = state
        for t in range(2):
            for v, c in sorted(sent[t]):
                if results[t] is None and votes[t][v] is None:
                    counted = put(votes[t], v, c)
                    result = c if counted.count(c) >= quorum else None
                    yield (cast, up, sent, put(votes, t, counted), put(results, t, result), *left)

    def faults(state, v: int) -> Iterator[tuple]:
        cast, up, sent, votes, results, lies, crashes, restarts = state
        if up[v] and lies:
            for t, c in product(range(2), ("merge", "reject")):
                yield (cast, up, put(sent, t, sent[t] | {(v, c)}), votes, results, lies - 1, crashes, restarts)
        if up[v] and crashes:
            yield (cast, put(up, v, False), sent, votes, results, lies, crashes - 1, restarts)
        if not up[v] and restarts:
            yield (cast, put(up, v, True), sent, votes, results, lies, crashes, restarts - 1)

    def successors(state):
        found = list(taken(state))
        for v in range(voters):
            if state[0][v] is None and state[1][v]:
                found += vote(state, v)
            found += faults(state, v)
        return found

    nobody = (None,) * voters
    return [(nobody, (True,) * voters, (frozenset(),) * 2, (nobody,) * 2, (None, None), lies, crashes, restarts)], successors


def budgeted_retries(
    keyed: bool, tries: int = 2, *, lost_calls: int = 0, lost_receipts: int = 0, copies: int = 0, repeats: int = 0
) -> Model:
    """State: tries left, answered, whether the agent waits, outcome, calls and receipts under way, whether the service charges, charged,
    whether the agent has paid before (a finished activity may be repeated), and what is left of the faults."""

    def tried(left, answered, faults_of, *, calls, receipts, charging, charged, before) -> list[tuple]:
        """The agent from the top of its loop; where the channel is full it cannot go on."""
        if answered or not left:
            outcome = "paid" if answered else "unknown"
            return [(left, answered, False, outcome, calls, receipts, charging, charged, True, *faults_of)]
        if calls == 3:
            return []
        return [(left - 1, answered, True, before[1], calls + 1, receipts, charging, charged, before[0], *faults_of)]

    def successors(state):
        left, answered, waits, outcome, calls, receipts, charging, charged, paid_before, *faults = state
        lost_calls, lost_receipts, copies, repeats = faults
        here = {"charging": charging, "charged": charged, "before": (paid_before, outcome)}
        found = []
        if not waits and outcome == "pending":
            found += tried(tries, answered, faults, calls=calls, receipts=receipts, **here)
        if not waits and paid_before and repeats:
            again = (lost_calls, lost_receipts, copies, repeats - 1)
            found += tried(tries, answered, again, calls=calls, receipts=receipts, **here)
        if waits:
            found += tried(left, answered, faults, calls=calls, receipts=receipts, **here)
            if receipts:
                found += tried(left, True, faults, calls=calls, receipts=receipts - 1, **here)
        rest = (outcome, calls, receipts, charging, charged, paid_before)

        def with_rest(calls, receipts, charging, charged, *faults) -> tuple:
            return (left, answered, waits, rest[0], calls, receipts, charging, charged, paid_before, *faults)

        if not charging and calls:
            found.append(with_rest(calls - 1, receipts, True, charged, *faults))
            if copies:
                found.append(with_rest(calls, receipts, True, charged, lost_calls, lost_receipts, copies - 1, repeats))
        if charging and receipts < 3:
            found.append(with_rest(calls, receipts + 1, False, charged if keyed and charged else charged + 1, *faults))
        if calls and lost_calls:
            found.append(with_rest(calls - 1, receipts, charging, charged, lost_calls - 1, lost_receipts, copies, repeats))
        if receipts and lost_receipts:
            found.append(with_rest(calls, receipts - 1, charging, charged, lost_calls, lost_receipts - 1, copies, repeats))
        return found

    return [(tries, False, False, "pending", 0, 0, False, 0, False, lost_calls, lost_receipts, copies, repeats)], successors


def review_pipeline(in_order: bool, buffers: bool, *, reorders: int = 0, skips: int = 0) -> Model:
    """Two changes, one rejection. State: next change, what author and reviewer are at, the three queues, rejections left, ready, merged, faults."""

    def below(c: int, merged: frozenset) -> bool:
        return all(other in merged for other in range(c))

    def author(state) -> Iterator[tuple]:
        following, at, reads, submitted, rework, *rest = state
        if at is None and following is not None:
            yield (following, ("coding", following), reads, submitted, rework, *rest)
        if at is None and rework:
            yield (following, ("mending", rework[0]), reads, submitted, rework[1:], *rest)
        if at is not None:
            doing, c = at
            then = following if doing == "mending" else (None if c == 1 else c + 1)
            yield (then, None, reads, (*submitted, c), rework, *rest)

    def reviewer(state) -> Iterator[tuple]:
        following, at, reads, submitted, rework, approved, rejections, ready, merged, reorders, skips = state
        if reads is None and submitted:
            yield (following, at, submitted[0], submitted[1:], rework, approved, rejections, ready, merged, reorders, skips)
        if reads is not None:
            rest = (rejections, ready, merged, reorders, skips)
            yield (following, at, None, submitted, rework, (*approved, reads), *rest)
            if rejections:
                yield (following, at, None, submitted, (*rework, reads), approved, rejections - 1, *rest[1:])
            if skips:
                yield (following, at, None, submitted, rework, approved, *rest[:-1], skips - 1)

    def integrator(state) -> Iterator[tuple]:
        *front, approved, rejections, ready, merged, reorders, skips = state
        for place, c in enumerate(approved[: 2 if reorders else 1]):
            if in_order and not buffers and not below(c, merged):
                continue
            left = approved[:place] + approved[place + 1 :]
            now_ready = ready | {c} if buffers else ready
            now_merged = merged if buffers else merged | {c}
            yield (*front, left, rejections, now_ready, now_merged, reorders - bool(place), skips)
        for c in sorted(ready):
            if below(c, merged):
                yield (*front, approved, rejections, ready - {c}, merged | {c}, reorders, skips)

    def successors(state):
        return [*author(state), *reviewer(state), *integrator(state)]

    return [(0, None, None, (), (), (), 1, frozenset(), frozenset(), reorders, skips)], successors
