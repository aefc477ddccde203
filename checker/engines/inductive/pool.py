"""Lemmas that are looked at in several sizes of one protocol, small ones first, and thinned until they are inductive in all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import final

from checker.engines.inductive.houdini import Houdini, jointly
from checker.engines.inductive.prove import Proofs, condition
from checker.ground.graph import Node, Unsupported
from checker.model.expr import Apply, Expr, Quantifier, Read
from checker.model.resize import NotOfThisSize, resized


@final
class Pool:
    """`proofs`: of models in growing sizes. `lemmas`: over the model of the last size, so that equal ones are one."""

    def __init__(self, proofs: Sequence[Proofs]) -> None:
        self.proofs = proofs
        self.lemmas: dict[Expr, None] = {}
        self._nodes: dict[tuple[Expr, int], Node | None] = {}

    def take(self, lemmas: Iterable[Expr]) -> None:
        for lemma in lemmas:
            try:
                self.lemmas[resized(lemma, self.proofs[-1].model)] = None
            except NotOfThisSize:  # it names an element, or a number, of its own size
                continue

    def nodes(self, lemmas: Iterable[Expr], at: int) -> list[Node]:
        """The lemmas in one size, but for those that say nothing there."""
        return [node for lemma in lemmas if (node := self._node(lemma, at)) is not None]

    def thinned(
        self,
        table: Callable[[Sequence[Expr], int], Houdini],
        enough: Callable[[Houdini, set[int]], bool] = lambda table, left: True,
    ) -> tuple[list[Expr], list[Houdini], set[int]] | None:
        """The lemmas, simple ones first, that are inductive in each size, their tables, and which of these are inductive in all together.

        `table`: of lemmas in one size, with what else has to be inductive behind them. None where in some size what is left is not `enough`.
        """
        lemmas = sorted(self.lemmas, key=_complexity)
        for at in range(len(self.proofs)):  # what falls at a small size need not be looked at in others
            lemmas = [lemma for lemma in lemmas if self._node(lemma, at) is not None]
            one = table(lemmas, at)
            left = one.inductive(range(len(one.now)))
            if not enough(one, left):
                return None
            lemmas = [lemma for number, lemma in enumerate(lemmas) if number in left]
        tables = [table(lemmas, at) for at in range(len(self.proofs))]
        return lemmas, tables, jointly(tables, range(len(tables[0].now)))

    def _node(self, lemma: Expr, at: int) -> Node | None:
        if (lemma, at) not in self._nodes:
            proofs = self.proofs[at]
            try:
                self._nodes[lemma, at] = condition(proofs.system, resized(lemma, proofs.model))
            except (NotOfThisSize, Unsupported):
                self._nodes[lemma, at] = None
        return self._nodes[lemma, at]


def _complexity(lemma: Expr) -> tuple[int, int, int, str]:
    """What of two lemmas is the simpler one: of fewer kinds of quantifiers, fewer variables, fewer parts."""
    kinds, variables, parts = _counted(lemma)
    return len(kinds), variables, parts, repr(lemma)


def _counted(expr: Expr) -> tuple[frozenset[str], int, int]:
    match expr:
        case Quantifier(kind, locals, _, body):
            kinds, variables, parts = _counted(body)
            return kinds | {kind}, variables + len(locals), parts
        case Apply(_, arguments) | Read(_, arguments):
            inner = [_counted(argument) for argument in arguments]
            kinds = frozenset[str]().union(*(kinds for kinds, _, _ in inner))
            return kinds, sum(variables for _, variables, _ in inner), 1 + sum(parts for _, _, parts in inner)
    return frozenset(), 0, 1
