"""What a certificate is about, made again from the files: nothing is taken from the certificate but names."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from checker.certificates.certificate import File
from checker.language import tree
from checker.language.checked import Checked
from checker.language.faults import with_text
from checker.model.model import Goal, Model
from checker.properties.plan import Filters, Target, property_name, protocol_path, read_target


class Asked(Struct, frozen=True, kw_only=True):
    """`name`: one property of one instance under one fault model: `model` carries it as its goal."""

    target: Target
    instance: str
    faults: str
    settings: Mapping[str, str]
    name: str
    checked: Checked
    model: Model

    @property
    def goal(self) -> Goal:
        return next(goal for goal in self.model.goals if goal.name == self.name)

    def resized(self, sizes: Mapping[str, int]) -> Asked:
        """The same with other values for some parameters. Raises BadInput where the protocol allows none of that size."""
        settings = {**self.settings, **{name: str(size) for name, size in sizes.items()}}
        return asked(self.target, self.instance, self.faults, self.name, settings)


def asked(target: Target, instance: str, faults: str, property: str, settings: Mapping[str, str]) -> Asked:
    """Raises BadInput for names that the spec does not have, and for what is wrong in the files."""
    from checker.elaborate.lower import elaborate
    from checker.language.check import check

    Filters(instances=[instance], faults=[faults], properties=[property]).require_known([target])
    checked = check(target.protocol, target.spec, target.instance_name(instance), dict(settings))
    with_text(checked, faults)
    wanted = [node for node in target.properties if property_name(node) == property]
    model = elaborate(checked, faults, wanted)
    return Asked(
        target=target,
        instance=instance,
        faults=faults,
        settings=dict(settings),
        name=property,
        checked=checked,
        model=model,
    )


def model_hash(model: Model) -> str:
    """Of the canonical print, goals included; places in the files do not count."""
    from checker.model.printing import print_model

    return sha256(print_model(model, places=False).encode()).hexdigest()


def files_of(target: Target) -> list[File]:
    """The spec, the protocol and what it imports, each once."""
    paths = [target.path]
    if target.spec is not None:
        paths.append(protocol_path(target.path, target.spec))
    for path in paths:  # grows as imports are found
        if path.endswith(".team"):
            paths += [found for found in _imports(path) if found not in paths]
    return [File(path=path, sha256=sha256(Path(path).read_bytes()).hexdigest()) for path in paths]


def _imports(path: str) -> list[str]:
    import os

    protocol = read_target(path).protocol
    nodes = [node for node in protocol.declarations if isinstance(node, tree.Import)]
    return [os.path.normpath(os.path.join(os.path.dirname(path), node.path)) for node in nodes]


def found_target(path: str) -> Target | None:
    """The spec or protocol at `path`; None where there is no such file. Raises BadInput for one that cannot be used."""
    return read_target(path) if Path(path).is_file() else None
