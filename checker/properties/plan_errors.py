"""What can be wrong with what a check is asked to do: its paths, and the names that it is to keep."""

from __future__ import annotations

from checker.language.diagnostics import Diagnostic


class NoSpecs(Diagnostic, frozen=True, kw_only=True):
    """A folder is searched for `*.spec` files, its own folders included. One without any is an error, not a pass: nothing would have
    been checked.
    """

    code = "T621"
    title = "there is no `*.spec` file in `{path}`"
    help = "name a folder with spec files, or start one with `teamcheck new my_team`"

    path: str


class NothingMatches(Diagnostic, frozen=True, kw_only=True):
    """A path with `*`, `?` or `[` is a pattern, where no file has that very name. One that no file fits is an error: nothing would have
    been checked.
    """

    code = "T622"
    title = "no spec or protocol fits `{pattern}`"
    help = "look at the folder and the spelling; `**` stands for folders within folders"

    pattern: str


class NotASpec(Diagnostic, frozen=True, kw_only=True):
    """What is checked is a spec (`*.spec`), a protocol (`*.team`), or a folder of specs. The kind of a file is known by the end of its name."""

    code = "T623"
    title = "`{path}` is neither a spec (`*.spec`) nor a protocol (`*.team`)"
    help = "name a `*.spec` file, a `*.team` file or a folder"

    path: str


class UnknownChoice(Diagnostic, frozen=True, kw_only=True):
    """A filter (`--instance`, `--faults`, `--property`) keeps what it names. A name that no spec has is an error: with it nothing, or less than
    was meant, would have been checked.
    """

    code = "T624"
    title = "there is no {what} `{name}` in {where}"
    help = "{advice}"

    what: str
    name: str
    where: str
    advice: str


class NoProtocol(Diagnostic, frozen=True, kw_only=True):
    """A spec names the protocol that it is for: `spec NAME for "FILE.team"`. The path is taken from the folder of the spec."""

    code = "T626"
    title = "the protocol of this spec cannot be read"
    label = "{why}"
    help = "the path is relative to the folder of the spec"

    why: str


class BadTrace(Diagnostic, frozen=True, kw_only=True):
    """A trace is written `0:3.1.2`: the number of the initial state, then the place of each step among those that are possible in the state
    before it, counted from 0; `@1` behind it says that a cycle begins after one step. It fits one protocol, instance and fault
    model, and may fit no longer after the protocol was changed.
    """

    code = "T625"
    title = "this trace cannot be taken: {reason}"
    help = "run the check again and copy the trace from there"

    reason: str
