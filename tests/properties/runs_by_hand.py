"""Whether some fair run of a small graph satisfies a formula, decided by other means than those of the checker.

The automaton is that of Lichtenstein and Pnueli (POPL 1985): a node guesses of each temporal part of the formula whether it holds from here on, and
edges hold the guesses to their expansion laws. A run that ends goes on in a copy of its last state. Strong fairness is decided by trying
every set of strongly fair classes that may be enabled on the cycle, and components are those of networkx.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations, product

import networkx

from checker.model.formula import And, Formula, Literal, Next, Or, Release, Truth, Until
from tests.graph.hand_graphs import HandGraph

Node = tuple[int, bool, tuple[bool, ...]]  # state, whether the run has ended there, a guess for each temporal part


class Guesses:
    """The temporal parts of a formula, innermost first, and what guesses of them say."""

    def __init__(self, formula: Formula) -> None:
        self.parts: list[Formula] = []
        self._collect(formula)

    def _collect(self, formula: Formula) -> None:
        match formula:
            case Next(of):
                self._collect(of)
            case And(left, right) | Or(left, right) | Until(left, right) | Release(left, right):
                self._collect(left)
                self._collect(right)
        if isinstance(formula, Next | Until | Release) and formula not in self.parts:
            self.parts.append(formula)

    def says(self, formula: Formula, letter: int, guess: tuple[bool, ...]) -> bool:
        match formula:
            case Truth(value):
                return value
            case Literal(condition, positive):
                return bool(letter >> condition & 1) == positive
            case And(left, right):
                return self.says(left, letter, guess) and self.says(right, letter, guess)
            case Or(left, right):
                return self.says(left, letter, guess) or self.says(right, letter, guess)
        return guess[self.parts.index(formula)]

    def follows(self, letter: int, guess: tuple[bool, ...], next_letter: int, next_guess: tuple[bool, ...]) -> bool:
        """Whether the guesses of a place agree with those of the next."""
        for place, part in enumerate(self.parts):
            match part:
                case Next(of):
                    wanted = self.says(of, next_letter, next_guess)
                case Until(left, right):
                    wanted = self.says(right, letter, guess) or (self.says(left, letter, guess) and next_guess[place])
                case Release(left, right):
                    wanted = self.says(right, letter, guess) and (self.says(left, letter, guess) or next_guess[place])
            if guess[place] != wanted:
                return False
        return True

    def fulfils(self, letter: int, guess: tuple[bool, ...]) -> list[bool]:
        """Of each temporal part whether nothing is put off here: an until that is guessed true has its right side, a release that is guessed
        false has its right side false."""
        return [
            (not guess[place] or self.says(part.right, letter, guess))
            if isinstance(part, Until)
            else (guess[place] or not self.says(part.right, letter, guess))
            if isinstance(part, Release)
            else True
            for place, part in enumerate(self.parts)
        ]


def some_run_satisfies(graph: HandGraph, initial: Iterable[int], letters: Sequence[int], formula: Formula) -> bool:
    guesses = Guesses(formula)
    walk = _walk(graph, initial, letters, guesses, formula)
    strong = [number for number, kind in enumerate(graph.fairness) if kind == "strong"]
    for allowed in chain.from_iterable(combinations(strong, size) for size in range(len(strong) + 1)):
        barred = set(strong) - set(allowed)
        part = walk.subgraph([n for n in walk if n[1] or not graph.enabled(n[0]) & barred])
        for component in networkx.strongly_connected_components(part):
            if _is_good(graph, part.subgraph(component), set(allowed), letters, guesses):
                return True
    return False


def _walk(
    graph: HandGraph, initial: Iterable[int], letters: Sequence[int], guesses: Guesses, formula: Formula
) -> networkx.MultiDiGraph:
    every = list(product((False, True), repeat=len(guesses.parts)))
    walk = networkx.MultiDiGraph()
    waiting: list[Node] = [(s, False, g) for s in initial for g in every if guesses.says(formula, letters[s], g)]
    walk.add_nodes_from(waiting)
    while waiting:
        node = waiting.pop()
        for (state, ended), number in _successors(graph, node):
            for guess in every:
                if not guesses.follows(letters[node[0]], node[2], letters[state], guess):
                    continue
                after = (state, ended, guess)
                if after not in walk:
                    waiting.append(after)
                walk.add_edge(node, after, number=number)
    return walk


def _successors(graph: HandGraph, node: Node) -> Iterator[tuple[tuple[int, bool], int]]:
    state, ended, _ = node
    if ended or all(graph.fairness[number] in ("may", "fault") for number in graph.enabled(state)):
        yield (state, True), -1
    if not ended:
        for edge in range(graph.edge_start[state], graph.edge_start[state + 1]):
            yield (graph.edge_target[edge], False), graph.edge_class[edge]


def _is_good(graph: HandGraph, part: networkx.MultiDiGraph, wanted: set[int], letters: Sequence[int], guesses: Guesses) -> bool:
    taken = {number for _, _, number in part.edges(data="number")}
    if not taken or not all(any(column) for column in zip(*(guesses.fulfils(letters[n[0]], n[2]) for n in part), strict=True)):
        return False
    if any(ended for _, ended, _ in part):
        return True
    if all(graph.fairness[number] == "fault" for number in taken) or wanted - taken:
        return False
    always = set.intersection(*(graph.enabled(state) for state, _, _ in part))
    return not any(graph.fairness[number] == "weak" and number not in taken for number in always)
