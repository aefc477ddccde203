"""Walks over surface statements."""

from __future__ import annotations

from collections.abc import Iterator

from checker.language import tree


def every_statement(block: tree.Block) -> Iterator[tree.Statement]:
    """Every statement of a block, inner ones included."""
    for node in block:
        yield node
        match node:
            case tree.If():
                for _, body in node.arms:
                    yield from every_statement(body)
                yield from every_statement(node.orelse)
            case tree.For() | tree.While():
                yield from every_statement(node.body)
            case tree.Either():
                for _, body in node.branches:
                    yield from every_statement(body)
            case tree.Await():
                for waited in node.branches:
                    yield from every_statement(waited.body)
