"""What a certificate is about, made again from the files: nothing is taken from the certificate but names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import final

from checker.certificates.certificate import File
from checker.language import tree
from checker.model.model import Goal, Model
from checker.properties.plan import Filters, Target, property_name, protocol_path, read_target
from checker.sorted.family import Family
from checker.sorted.system import Sorted, sorted_form
from checker.sorted.uniform import EverySize, every_size


@final
class Asked:
    """One property of one instance under one fault model, and all that is made of it. `settings`: values of parameters over those of the instance.

    `model`: at the size of the instance, with the property as its goal; `model_at` that of any other. `one_size`: what is asked is only whether
    it holds in `model`; else for every size of what may vary: not of what is ordered where `orders_fixed`.
    """

    def __init__(
        self,
        target: Target,
        instance: str,
        faults: str,
        name: str,
        settings: Mapping[str, str],
        *,
        one_size: bool = False,
        orders_fixed: bool = False,
        beside: Asked | None = None,
    ) -> None:
        """`beside`: another one of the same files, instance, faults and settings. Raises BadInput for names that the spec does not have, and for
        what is wrong in the files.
        """
        Filters(instances=[instance], faults=[faults], properties=[name]).require_known([target])
        self.target, self.instance, self.faults, self.name = target, instance, faults, name
        self.settings, self.one_size = dict(settings), one_size
        wanted = tuple(node for node in target.properties if property_name(node) == name)
        plain = beside.family if beside is not None else self._family()
        self.family: Family = plain.about(wanted, orders_fixed=orders_fixed)
        self.checked = self.family.checked()
        self.model = self.family.model()

    def _family(self) -> Family:
        target, instance = self.target, self.target.instance_name(self.instance)
        return Family(protocol=target.protocol, spec=target.spec, instance=instance, faults=self.faults, overrides=self.settings)

    @property
    def goal(self) -> Goal:
        return self.goal_of(self.model)

    def goal_of(self, model: Model) -> Goal:
        """The property in the model of another size."""
        return next(goal for goal in model.goals if goal.name == self.name)

    @cached_property
    def every_size(self) -> EverySize:
        """Raises Refused."""
        return every_size(self.family)

    @cached_property
    def form(self) -> Sorted:
        """The formulas that the questions are made of. Raises Refused."""
        return sorted_form(self.model, ()) if self.one_size else self.every_size.form

    @property
    def varying_orders(self) -> bool:
        """Whether something ordered may have any size, and something else too."""
        ordered = {sort.name for sort in self.model.sorts if sort.ordered}
        open = self.every_size.open.keys()
        return bool(open & ordered) and bool(open - ordered)

    @property
    def parameters(self) -> list[str]:
        """Those that give the sorts of any size their sizes, each once."""
        return list(dict.fromkeys(self.every_size.open.values()))

    def model_at(self, size: int) -> Model:
        """The model where every sort of any size has so many elements. Raises BadInput where the protocol cannot be made so."""
        return self.family.model(dict.fromkeys(self.parameters, size))


def model_hash(model: Model) -> str:
    """Of the canonical print, goals included; places in the files do not count."""
    from checker.model.printing import print_model

    return sha256(print_model(model, places=False).encode()).hexdigest()


def files_of(target: Target) -> list[File]:
    """The spec, the protocol and what it imports, each once. Paths are from the folder of the first, so that all may be moved together."""
    paths = [target.path]
    if target.spec is not None:
        paths.append(protocol_path(target.path, target.spec))
    for path in paths:  # grows as imports are found
        if path.endswith(".team"):
            paths += [found for found in _imports(path) if found not in paths]
    return [File(path=_from(target.path, path), sha256=sha256(Path(path).read_bytes()).hexdigest()) for path in paths]


def _from(first: str, path: str) -> str:
    import os

    return Path(os.path.relpath(path, os.path.dirname(first) or ".")).as_posix()


def _imports(path: str) -> list[str]:
    import os

    protocol = read_target(path).protocol
    nodes = [node for node in protocol.declarations if isinstance(node, tree.Import)]
    return [os.path.normpath(os.path.join(os.path.dirname(path), node.path)) for node in nodes]


def found_target(path: str) -> Target | None:
    """The spec or protocol at `path`; None where there is no such file. Raises BadInput for one that cannot be used."""
    try:
        there = Path(path).is_file()
    except (OSError, ValueError):  # no system has a file of such a name
        return None
    return read_target(path) if there else None
