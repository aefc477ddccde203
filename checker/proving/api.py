"""`checker.prove` and `checker.verify`, as `checker.api` gives them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike, fspath
from typing import TYPE_CHECKING

from checker.properties.searches import setting_texts

if TYPE_CHECKING:
    from checker.certificates.verification import Verification
    from checker.proving.result import Proofs


def prove(
    path: str | PathLike[str],
    *,
    instance: str | None = None,
    faults: str = "none",
    properties: Sequence[str] | None = None,
    overrides: Mapping[str, str | int] | None = None,
    time_s: float | None = None,
    memory_mib: float | None = None,
    certificates: str | PathLike[str] | None = None,
    only_proofs: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Proofs:
    """For which sizes each property of `load(path, instance, faults)` holds: proved for every size, searched through at some, violated at one, or
    undecided; the first two with the lemmas or the counts that they rest on.

    `time_s`: for everything (60 where it is not given). `certificates`: a folder; a certificate of each proof is written there, for every size or
    else for the size asked for.
    `only_proofs`: what is not proved for every size counts as unknown in the exit code. An interrupt ends it with what is known by
    then. Raises BadInput.
    """
    from checker.properties.searches import Limits
    from checker.proving.ladder import prove as proofs_of

    return proofs_of(
        fspath(path),
        instance=instance,
        faults=faults,
        properties=properties,
        overrides=setting_texts(overrides),
        limits=Limits(time_s=time_s, memory_mib=memory_mib),
        certificates=None if certificates is None else fspath(certificates),
        only_proofs=only_proofs,
        said=progress,
    )


def verify(
    certificate: str | PathLike[str],
    path: str | PathLike[str] | None = None,
    *,
    smtlib: str | PathLike[str] | None = None,
    time_s: float | None = None,
    memory_mib: float | None = None,
    progress: Callable[[str], None] | None = None,
) -> Verification:
    """Check a certificate of `prove` again, against the spec or protocol at `path` (None: the one that it names); nothing in it is believed.

    `smtlib`: a folder for the questions as SMT-LIB files, for solvers run elsewhere. `time_s`: of each question and each instance
    (60). Raises BadInput where there is no certificate, or nothing to check it against; one that says what is not so is refused in the result.
    """
    from checker.certificates.verify import verify as verified

    return verified(
        fspath(certificate),
        None if path is None else fspath(path),
        smtlib=None if smtlib is None else fspath(smtlib),
        time_s=time_s,
        memory_mib=memory_mib,
        said=progress,
    )
