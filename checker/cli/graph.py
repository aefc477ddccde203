"""`teamcheck graph`: writes the states and steps of a protocol, whole or merged, as a picture or for other programs."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from checker.cli import options

if TYPE_CHECKING:
    from checker.engines.explicit import Progress

EPILOG = """\
views, which say what states are drawn as one:
  full          none are
  role          as many agents of each role at each place
  control       every agent at the same place
  var:a,b       the same values of variables or cells
  goals         the same predicates of the spec hold (goals:p,q: only these)

examples:
  teamcheck graph specs/task_board.spec --output board.svg --view role
  teamcheck graph specs/task_board.spec --output board.graphml"""

_UNKNOWN = 3


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EPILOG
    parser.add_argument("path", metavar="PATH", help="a spec or a protocol")
    options.add_choice(parser)
    parser.add_argument("--view", metavar="VIEW", default="full", help="what states are drawn as one (default: full)")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="a .svg, .png, .dot or .graphml file (default: the protocol's name, .svg)"
    )
    parser.add_argument("--states", metavar="N", type=options.positive, help="draw only so many nodes, nearest to the start")
    parser.add_argument("--time", metavar="SECONDS", type=options.positive_number, help="stop the search after so long")
    parser.add_argument("--memory", metavar="MIB", type=options.mebibytes, help="stop the search at so much memory")


def run(arguments: argparse.Namespace) -> int:
    from checker.cli.output import require_writable
    from checker.cli.progress import ProgressLine
    from checker.cli.walk import model_of
    from checker.engines.explicit import explore
    from checker.graph.picture import refuse_too_large
    from checker.graph.views import check_view, view
    from checker.graph.write import format_of, is_picture, write_graph
    from checker.report.wording import counted, where

    require_writable(arguments.output)
    if arguments.output is not None:
        format_of(arguments.output)
    model = model_of(arguments)
    output = arguments.output or f"{os.path.basename(model.protocol)}.svg"
    check_view(model, arguments.view)
    line = ProgressLine()
    try:
        found = explore(
            model,
            time_s=arguments.time,
            memory_mib=arguments.memory,
            progress=lambda progress: line.say(lambda elapsed_s: _text(progress, elapsed_s)),
        )
    finally:
        line.close()
    if found.stopped == "interrupted":
        raise KeyboardInterrupt
    if arguments.view == "full" and arguments.states is None and is_picture(output):
        refuse_too_large(found.distinct, found.transitions)  # before a graph of millions is made
    graph = view(found, arguments.view, states=arguments.states)
    write_graph(graph, output)
    size = f"{counted(found.distinct, 'state')}, {counted(found.transitions, 'transition')}"
    sys.stdout.write(f"wrote {output}: {model.protocol}, {where(model.instance, model.faults)}, {size}")
    nodes = graph.number_of_nodes()
    sys.stdout.write(f", in {counted(nodes, 'node')}\n" if nodes != found.distinct else "\n")
    if not found.complete:
        sys.stderr.write(f"the graph is not whole: {found.stopped}\n")
        return _UNKNOWN
    return 0


def _text(progress: Progress, elapsed_s: float) -> str:
    from checker.report.wording import counted, duration

    counts = f"{counted(progress.states, 'state')}, {counted(progress.transitions, 'transition')}, depth {progress.depth}"
    return f"{counts} ({duration(elapsed_s)})"
