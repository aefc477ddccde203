"""Options that several commands share, and what they mean."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

MOST_MIB = 2.0**40


def add_choice(parser: argparse.ArgumentParser) -> None:
    """The options that choose one model: an instance, a fault model, values of parameters."""
    parser.add_argument("--instance", metavar="NAME", help="the instance (default: the first of the spec)")
    parser.add_argument(
        "--faults", metavar="NAME", default="none", help='the fault model, or faults: "crash Worker <= 1" (default: none)'
    )
    add_settings(parser)


def add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="a value for a parameter, over that of the instance; may be repeated",
    )


def add_limits(parser: argparse.ArgumentParser) -> None:
    """The options that bound each search."""
    parser.add_argument("--time", metavar="SECONDS", type=positive_number, help="stop each search after so long")
    parser.add_argument(
        "--memory",
        metavar="MIB",
        type=mebibytes,
        help="stop each search at so much memory (default: a share of what is free)",
    )
    parser.add_argument("--states", metavar="N", type=positive, help="stop each search at so many states")


def add_engine(parser: argparse.ArgumentParser) -> None:
    """The options that choose what searches."""
    parser.add_argument(
        "--engine",
        choices=("auto", "reference", "native", "z3"),
        default="auto",
        help="what searches: the interpreter, and beyond some thousand states the native library (auto, the default); "
        "the interpreter (reference); the library (native); Z3, which finds violations in teams too large for a search and proves "
        "none absent (z3)",
    )
    parser.add_argument(
        "--symmetry",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="search natively, one state for each renaming of ids and agents where nothing tells them apart",
    )
    parser.add_argument(
        "--partial-order",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="search natively, without states that only another order of steps goes through, where no verdict asks for them "
        "and the search is a long one",
    )
    parser.add_argument(
        "--partial-order-always",
        dest="partial_order",
        action="store_const",
        const="always",
        help="the same, however short the search is",
    )
    parser.add_argument(
        "--threads", metavar="N", type=positive, default=0, help="threads of the native engine (default: one a processor)"
    )


def add_sweeps(parser: argparse.ArgumentParser) -> None:
    """The options of the Z3 engine."""
    parser.add_argument(
        "--sweeps",
        metavar="K",
        type=positive,
        help="how far Z3 looks: every run of up to K steps and many longer ones (default: 12)",
    )
    parser.add_argument(
        "--fewest", choices=("steps", "faults", "agents"), help="what the traces of Z3 shall have as few of as can be"
    )


def add_store(parser: argparse.ArgumentParser) -> None:
    """The options that trade certainty and short traces for memory."""
    parser.add_argument(
        "--store",
        choices=("states", "fingerprint", "bitstate"),
        default="states",
        help="what to keep of each state, natively: all of it; 64 bits, or marks in one large array, where nothing then holds for "
        "certain (default: states)",
    )
    parser.add_argument(
        "--order",
        choices=("breadth-first", "depth-first"),
        help="in which order to search, natively; depth first, traces need not be shortest (default: breadth-first, with `--store "
        "bitstate` depth-first)",
    )


def add_checkpoints(parser: argparse.ArgumentParser) -> None:
    """The options that keep what a check has found on disk."""
    parser.add_argument(
        "--checkpoint", metavar="DIR", help="search natively, and keep what was found in this folder now and then: see --resume"
    )
    parser.add_argument("--resume", action="store_true", help="go on from what the same check left in the folder of --checkpoint")
    parser.add_argument(
        "--checkpoint-every",
        metavar="SECONDS",
        type=positive_number,
        default=60.0,
        help="how often (default: 60)",
    )


def add_report(parser: argparse.ArgumentParser) -> None:
    """The options of a report that is a text with traces, or JSON."""
    parser.add_argument("--traces", choices=("all", "none"), default="all", help="whether to show the traces (default: all)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to say it (default: text)")
    parser.add_argument("-o", "--output", metavar="FILE", help="write it to a file")


def settings(given: Iterable[str]) -> dict[str, str]:
    """`["workers=3"]` as a mapping. Raises BadInput."""
    found: dict[str, str] = {}
    bad = []
    for text in given:
        name, equals, value = text.partition("=")
        if not (equals and name.strip() and value.strip()):
            bad.append(text)
        found[name.strip()] = value.strip()
    if bad:
        from checker.cli.argument_errors import BadSetting
        from checker.language.diagnostics import BadInput

        raise BadInput(BadSetting(span=None, given=text) for text in bad)
    return found


def names(given: Iterable[str] | None) -> list[str] | None:
    """The names of an option that may be repeated and may hold several between commas; None where it was not given."""
    found = [name.strip() for text in given or () for name in text.split(",")]
    return [name for name in found if name] or None


def fault_models(given: Iterable[str] | None) -> list[str] | None:
    """As `names`, but that the text of a fault model (`crash Worker <= 1, lose Assign <= 1`) stays whole."""
    from checker.language.faults import is_text

    found = [name for text in given or () for name in ([text.strip()] if is_text(text.split(",")[0]) else names([text]) or [])]
    return found or None


def positive(text: str) -> int:
    """A whole number from 1, `10_000` and `10,000` included."""
    number = int(text.replace(",", ""))
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 1")
    return number


def count(text: str) -> int:
    """A whole number from 0, `10_000` and `10,000` included."""
    number = int(text.replace(",", ""))
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text} is not at least 0")
    return number


def positive_number(text: str) -> float:
    number = float(text)
    if not number > 0:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number


def mebibytes(text: str) -> float:
    """Above 0; what is more than any machine has, `inf` too, as so much that its bytes are still a number of 64 bits."""
    return min(positive_number(text), MOST_MIB)


positive.__name__ = "whole number"  # argparse names the type in its messages
positive_number.__name__ = mebibytes.__name__ = "number"
