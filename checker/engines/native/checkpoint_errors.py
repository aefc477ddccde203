"""What can be wrong with a checkpoint of a search."""

from __future__ import annotations

from checker.language.diagnostics import Diagnostic


class BadCheckpoint(Diagnostic, frozen=True, kw_only=True):
    """A checkpoint is used only when every byte of it is as it was written: a file that is missing, cut off or changed, or that another
    version of teamcheck wrote, is refused, for a wrong state in it could make a wrong verdict. What was searched is lost.

    Digests tell this, so they do not tell what somebody wrote on purpose and signed anew. Against that some states, and every trace that is
    shown, are run by the reference interpreter, and a checkpoint that it speaks against is refused too. A `holds` cannot be looked at in this
    way: go on from checkpoints of those that you trust.
    """

    code = "T641"
    title = "the checkpoint `{path}` cannot be used: {reason}"
    help = "start again: check with `--checkpoint` and another folder"

    path: str
    reason: str


class ForeignCheckpoint(Diagnostic, frozen=True, kw_only=True):
    """`--resume` goes on only with the very same check: the same models (protocol, spec, instances, fault models, values of parameters,
    properties) and the same `--symmetry`. Limits, threads and the form of the report may differ.
    """

    code = "T642"
    title = "the checkpoint `{path}` is not of this check: {reason}"
    help = "repeat the command that wrote it, or check with `--checkpoint` and another folder"

    path: str
    reason: str


class CheckpointExists(Diagnostic, frozen=True, kw_only=True):
    """`--checkpoint DIR` without `--resume` starts a check, and never over what an earlier one has left in the folder."""

    code = "T643"
    title = "`{path}` is not empty"
    help = "go on with the checkpoint in it with `--resume`, or name another folder"

    path: str


class CheckpointTooLarge(Diagnostic, frozen=True, kw_only=True):
    """The states of a checkpoint must all be in memory again, and the limit on memory (`--memory`, or what the machine has free) is too low
    for that. The checkpoint stays as it is.
    """

    code = "T645"
    title = "the {states:,} states of the checkpoint `{path}` do not fit into the limit on memory"
    help = "give more with `--memory`, or go on where more is free"

    path: str
    states: int


class CannotCheckpoint(Diagnostic, frozen=True, kw_only=True):
    """The folder of `--checkpoint` cannot be made, read or written, or another teamcheck is using it. What it holds of an earlier
    moment stays as it is.
    """

    code = "T644"
    title = "no checkpoint can be kept in `{path}`: {reason}"
    help = "{advice}"

    path: str
    reason: str
    advice: str
