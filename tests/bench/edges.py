"""How many bytes the edges of the bench's graphs take where they are asked for: `python -m tests.bench.edges [NAME ...]`.

Bytes a transition count its target, its class, and its part of where the edges of each state begin. The share is theirs of the peak: all that
the engine has for the search and the edges together. The exit code is 1 where a transition takes more than is asked for.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tests.bench.cases import FULL, QUICK, Case, named
from tests.bench.ours import model_of

MOST_BYTES = 4.5  # a transition


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.edges", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="of: " + ", ".join(case.name for case in (*QUICK, *FULL)))
    arguments = parser.parse_args(argv)
    print(
        f"{'protocol':<19}{'states':>12}{'transitions':>13}{'classes':>9}{'bits':>6}  bytes a transition  of the peak  seconds (search)"
    )
    cases = [named(name) for name in arguments.names] or QUICK
    over = [case.name for case in cases if _told(case) > MOST_BYTES]
    print(f"more than {MOST_BYTES} bytes a transition: {', '.join(over) or 'none'}")
    return 1 if over else 0


def _told(case: Case) -> float:
    """Bytes a transition."""
    from checker.engines.native.edges import NativeGraph
    from checker.engines.native.explore import explore_native

    model = model_of(case)
    explored = explore_native(model, runs=True)
    try:
        graph = NativeGraph(explored, model)
        packed, stats = graph.packed, explored.stats
        each, share = packed.bytes / packed.edges, packed.bytes / (packed.bytes + stats.peak_bytes)
        print(
            f"{case.name:<19}{packed.states:>12,}{packed.edges:>13,}{len(graph.classes):>9}{packed.edge_bits:>6}  {each:>18.2f}  "
            f"{share:>11.0%}  {graph.seconds - explored.seconds:.2f} ({explored.seconds:.2f})",
            flush=True,
        )
        return each
    finally:
        explored.search.close()


if __name__ == "__main__":
    sys.exit(main())
