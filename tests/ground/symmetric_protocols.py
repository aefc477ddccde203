"""Protocols whose ids and agents are renamed in every kind of place, and some whose are not."""

from __future__ import annotations

from msgspec import Struct


class Symmetric(Struct, frozen=True, kw_only=True):
    """`counts`: states, orbits, and states that a reduced search keeps."""

    protocol: str
    spec: str = "no deadlock\n"
    sorts: tuple[str, ...] = ("W",)
    counts: tuple[int, int, int]


SYMMETRIC = {
    "a record that may be absent": Symmetric(
        protocol="""
            protocol p
            record Offer: by: W, n: 0..1
            role W * 3
            shared best: Offer? = none
            role W:
                action bid(n: 0..1) when best == none or best!.n < n:
                    best = Offer(by: self, n: n)
                action clear when best != none:
                    best = none
            """,
        counts=(7, 3, 3),
    ),
    "a sequence with free places": Symmetric(
        protocol="""
            protocol p
            role W * 3
            shared queue: seq[W, max 2] = []
            shared busy: W? = none
            role W:
                action join when len(queue) < 2 and self not in queue and busy != self:
                    queue = append(queue, self)
                action take when queue != [] and first(queue) == self and busy == none:
                    queue = rest(queue)
                    busy = self
                action leave when busy == self:
                    busy = none
            """,
        counts=(25, 6, 6),
    ),
    "maps of maps and sets": Symmetric(
        protocol="""
            protocol p
            role W * 3
            shared trust: map[W, map[W, bool]] = {a: {b: false for b in W} for a in W}
            shared seen: map[W, set[W]] = {a: {} for a in W}
            role W:
                action meet(other: W) when other != self:
                    trust[self][other] = true
                    seen[self] += {other}
                action betray(other: W) when trust[self][other]:
                    trust[other][self] = false
            """,
        counts=(216, 44, 44),
    ),
    "bags of messages": Symmetric(
        protocol="""
            protocol p
            ids T * 2
            role W * 3
            message Give(t: T, by: W) to W: unordered, capacity 2
            shared at: map[T, W?] = none
            role W:
                action give(t: T, to: W) when at[t] == none and to != self:
                    at[t] = self
                    send Give(t, self) to to
                on Give(t, by):
                    at[t] = none
            """,
        spec="no deadlock\nno unhandled message\n",
        sorts=("T", "W"),
        counts=(49, 7, 7),
    ),
    "persistent messages about agents": Symmetric(
        protocol="""
            protocol p
            role W * 3
            message Vote(whom: W) to W: persistent
            shared heard: map[W, W?] = none
            role W:
                action vote(whom: W, to: W) when to != self and heard[self] == none:
                    send Vote(whom) to to
                    heard[self] = whom
                on Vote(whom) from f when heard[self] != whom:
                    heard[self] = f
            """,
        counts=(1_004, 175, 181),
    ),
    "fifo channels": Symmetric(
        protocol="""
            protocol p
            role W * 3
            message Ask(n: 0..1) to W: fifo, capacity 2
            role W:
                var asked: W? = none
                action ask(to: W, n: 0..1) when to != self and asked == none:
                    asked = to
                    send Ask(n) to to
                on Ask(n) from f when n == 1 or asked != none:
                    asked = none
            """,
        spec="no deadlock\nno unhandled message\n",
        counts=(3_836, 646, 646),
    ),
    "where it starts": Symmetric(
        protocol="""
            protocol p
            ids T * 3
            shared t: T in T
            shared u: set[T] = {}
            role W * 2:
                action a(x: T) when x not in u:
                    t = x
                    u += {x}
            """,
        sorts=("T", "W"),
        counts=(15, 4, 4),
    ),
    "the least and the most": Symmetric(
        protocol="""
            protocol p
            role W * 3
            shared n: map[W, 0..2] = 0
            role W:
                action up when n[self] < 2 and n[self] == min(w in W: n[w]):
                    n[self] += 1
                action down when n[self] == max(w in W: n[w]) and n[self] > 0:
                    n[self] -= 1
            """,
        spec="always close: max(w in W: n[w]) - min(w in W: n[w]) <= 1\n",
        counts=(15, 7, 7),
    ),
}

LOOP = """
    protocol p
    shared n: map[W, 0..1] = 0
    message M to W: unordered, capacity 1
    role W * 2:
        action a when n[self] == 0:
            n[self] = 1
        action b:
            for w in W:
                assert n[w] == 0
                send M() to w
        on M():
            pass
    """

SETS_OF_SETS = """
    protocol p
    role W * 2
    shared quorums: set[set[W]] = {}
    role W:
        action a(q: set[W]) when self in q:
            quorums += {q}
    """

EVERYWHERE = """
    protocol p
    ids T * 3
    role W * 3
    record Pair: who: W?, what: T, with: set[W], n: -1..1
    message Ask(n: 0..1, t: T) to W: fifo, capacity 2
    message Tell(who: W, w: W?) to W: unordered, capacity 3
    message Say(t: T, w: W) to W: persistent
    shared owner: map[T, W?] = none
    shared chosen: Pair? = none
    shared queue: seq[Pair, max 2] = []
    shared trust: map[W, map[T, set[W]]] = {a: {t: {} for t in T} for a in W}
    shared between: map[W, set[T]] = {a: {} for a in W}
    role W:
        var asked: W? = none
        action ask(to: W, n: 0..1, t: T) when to != self and asked == none:
            asked = to
            send Ask(n, t) to to
            send Say(t, self) to to
        on Ask(n, t) from f when n == 1:
            owner[t] = self
            send Tell(f, asked) to f
        on Tell(w, v):
            asked = v
        on Say(t, w):
            chosen = Pair(who: w, what: t, with: {w}, n: -1)
    """
