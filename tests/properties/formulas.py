"""Random formulas of temporal logic, and the language of an automaton by brute force."""

from __future__ import annotations

import random
from collections.abc import Sequence

import networkx
from hypothesis import strategies as st

from checker.model.formula import Formula, Literal, Truth, both, either, negated, next_, release, until
from checker.properties.ltl.automaton import Automaton

TWO = (both, either, until, release)


def formulas(conditions: int, most: int = 8) -> st.SearchStrategy[Formula]:
    leaves = st.builds(Literal, st.integers(0, conditions - 1), st.booleans()) | st.builds(Truth, st.booleans())
    return st.recursive(
        leaves,
        lambda inner: (
            st.builds(next_, inner)
            | st.builds(negated, inner)
            | st.builds(lambda make, left, right: make(left, right), st.sampled_from(TWO), inner, inner)
        ),
        max_leaves=most,
    )


def random_formula(chance: random.Random, conditions: int, depth: int) -> Formula:
    """A formula of operators up to `depth` within one another."""
    if depth == 0 or chance.random() < 0.15:
        return Literal(chance.randrange(conditions), chance.random() < 0.5)
    kind = chance.randrange(8)
    inner = random_formula(chance, conditions, depth - 1)
    match kind:
        case 0:
            return next_(inner)
        case 1:
            return until(Truth(True), inner)
        case 2:
            return release(Truth(False), inner)
        case 3:
            return negated(inner)
    return TWO[kind - 4](inner, random_formula(chance, conditions, depth - 1))


def accepts(automaton: Automaton, letters: Sequence[int], cycle: int) -> bool:
    """Whether the automaton accepts the word that goes back to `cycle` after its last letter: some component of the graph of pairs
    (state, place) that is reached takes moves of all sets."""
    graph = networkx.MultiDiGraph()
    graph.add_node((0, 0))
    waiting = [(0, 0)]
    seen = {(0, 0)}
    while waiting:
        state, place = waiting.pop()
        after = place + 1 if place + 1 < len(letters) else cycle
        for move in automaton.moves[state]:
            if letters[place] & move.true != move.true or letters[place] & move.false:
                continue
            graph.add_edge((state, place), (move.target, after), sets=move.sets)
            if (move.target, after) not in seen:
                seen.add((move.target, after))
                waiting.append((move.target, after))
    for part in networkx.strongly_connected_components(graph):
        taken, edges = 0, 0
        for _, _, sets in graph.subgraph(part).edges(data="sets"):
            taken, edges = taken | sets, edges + 1
        if edges and taken == automaton.sets:
            return True
    return False
