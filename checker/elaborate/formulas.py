"""Formulas of `ltl` properties to formulas of the model: `all` and `any` become as many formulas, each predicate a condition."""

from __future__ import annotations

from itertools import product

from checker.elaborate import make
from checker.elaborate.build import Build, Registers
from checker.elaborate.terms import Env, Terms
from checker.language import tree
from checker.language.checked import TypeName
from checker.language.checking.walk import has_temporal, nodes
from checker.language.checking.written import written
from checker.language.types import show, values
from checker.model.expr import Const, Expr
from checker.model.formula import FALSE, TRUE, Formula, Literal, Truth, both, either, negated, next_, release, until


class Formulas:
    """Lowers one formula; `conditions` are the predicates that it speaks of, each once, and `texts` how they were written."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self.conditions: list[Expr] = []
        self.texts: list[str] = []

    def lower(self, node: tree.Expr, env: Env) -> Formula:
        match node:
            case tree.Temporal():
                return self._temporal(node, env)
            case tree.Unary(operator="not"):
                return negated(self.lower(node.operand, env))
            case tree.Binary(operator="and"):
                return both(self.lower(node.left, env), self.lower(node.right, env))
            case tree.Binary(operator="or"):
                return either(self.lower(node.left, env), self.lower(node.right, env))
            case tree.Binary(operator="implies"):
                return either(negated(self.lower(node.left, env)), self.lower(node.right, env))
            case tree.Quantifier(kind="all" | "any") if has_temporal(node):
                return self._quantifier(node, env)
        return self._predicate(node, env)

    def _predicate(self, node: tree.Expr, env: Env) -> Formula:
        expr = Terms(build=self._build, registers=Registers(), env=env).lower(node)
        if isinstance(expr, Const):
            return Truth(expr == make.TRUE)
        if expr not in self.conditions:
            self.conditions.append(expr)
            self.texts.append(_text(node, env))
        return Literal(self.conditions.index(expr))

    def _temporal(self, node: tree.Temporal, env: Env) -> Formula:
        parts = [self.lower(operand, env) for operand in node.operands]
        match node.operator:
            case "always":
                return release(FALSE, parts[0])
            case "eventually":
                return until(TRUE, parts[0])
            case "next":
                return next_(parts[0])
            case "until":
                return until(parts[0], parts[1])
            case "weak until":
                return release(parts[1], either(parts[0], parts[1]))
            case "release":
                return release(parts[0], parts[1])

    def _quantifier(self, node: tree.Quantifier, env: Env) -> Formula:
        types = []
        for binder in node.binders:
            symbol = self._build.checked.symbols[id(binder.domain)]
            assert isinstance(symbol, TypeName)
            types.append(symbol.type)
        found: Formula = TRUE if node.kind == "all" else FALSE
        for chosen in product(*(tuple(values(t)) for t in types)):
            bound = {b.name: Const(value, t) for b, value, t in zip(node.binders, chosen, types, strict=True)}
            one = self.lower(node.body, {**env, **bound})
            found = both(found, one) if node.kind == "all" else either(found, one)
        return found


def _text(node: tree.Expr, env: Env) -> str:
    """`status[t] == done`, `status[t] == done for t = Task0`."""
    names = {part.name for part in nodes(node) if isinstance(part, tree.Name)}
    bound = [
        f"{name} = {show(value.type, value.value)}" for name, value in env.items() if name in names and isinstance(value, Const)
    ]
    return written(node) + (f" for {', '.join(bound)}" if bound else "")
