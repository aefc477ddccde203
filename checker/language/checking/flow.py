"""Where control goes."""

from __future__ import annotations

from checker.language import tree


def passes(block: tree.Block) -> bool:
    """Whether some way leads from the start of `block` to its end without an await."""
    return all(_passes(statement) for statement in block)


def _passes(statement: tree.Statement) -> bool:
    match statement:
        case tree.Await() | tree.Return():
            return False
        case tree.If():
            return passes(statement.orelse) or any(passes(block) for _, block in statement.arms)
        case tree.Either():
            return any(passes(block) for _, block in statement.branches)
        case tree.While():
            return not (isinstance(statement.condition, tree.Truth) and statement.condition.value)
    return True
