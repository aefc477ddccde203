"""Activities to steps: the code from the start of an activity, or from an await, to its next awaits is one step.

Before: the activities of a role. After: a step for each start and for each branch of each await. Control becomes data: at an
await a step writes its label into the activity's control variable and keeps the names in scope in the frame; the step that goes on
from there reads them back. What follows an await is a *continuation*: the rest of its block, then of the blocks around it, a loop's head included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from checker.elaborate import make
from checker.elaborate.build import Build, Registers
from checker.elaborate.effects import end_activity, lose_variables
from checker.elaborate.standing import resting
from checker.elaborate.statements import Code, branch, lower, probabilities
from checker.elaborate.surface import every_statement
from checker.elaborate.terms import Env
from checker.language import tree
from checker.language.checked import ActivityInfo, AwaitInfo, RoleInfo
from checker.language.checking.constants import evaluate
from checker.language.checking.context import Context
from checker.language.types import Bool, Option
from checker.model.expr import Const, Expr, Local, Read
from checker.model.model import Assign, Body, Either, If, Let, Note, Statement

if TYPE_CHECKING:
    from checker.elaborate.ghosts import Watch


class Then(Struct, frozen=True):
    """The rest of a block, with the names that were in scope there; then `next`."""

    statements: tree.Block
    names: tuple[str, ...]
    next: Continuation


class Again(Struct, frozen=True):
    """Back to the head of a loop; after the loop, `next`."""

    loop: tree.While
    names: tuple[str, ...]
    next: Continuation


class Join(Struct, frozen=True):
    """The end of a statement that several ways lead to: `next` is lowered once, behind the statement."""

    next: Continuation


Continuation: TypeAlias = Then | Again | Join | None  # None: the end of the activity


def crosses(node: tree.Statement) -> bool:
    """Whether an await or a return stands in the statement."""
    match node:
        case tree.Await() | tree.Return():
            return True
        case tree.If():
            return any(map(crosses, node.orelse)) or any(crosses(s) for _, body in node.arms for s in body)
        case tree.Either():
            return any(crosses(s) for _, body in node.branches for s in body)
        case tree.For() | tree.While():
            return any(map(crosses, node.body))
    return False


def ways_to_end(block: tree.Block) -> int:
    """How many ways lead to the end of a block without an await or a return, those that join before counted once."""
    for node in block:
        if crosses(node) and ways_through(node) == 0:
            return 0
    return 1


def ways_through(node: tree.Statement) -> int:
    match node:
        case tree.Await() | tree.Return():
            return 0
        case tree.If():
            return sum(ways_to_end(body) for _, body in node.arms) + ways_to_end(node.orelse)
        case tree.Either():
            return sum(ways_to_end(body) for _, body in node.branches)
    return 1


def stops_itself(body: tree.Block) -> bool:
    """Whether a `stop` stands in the code: the agent may go down in its own step."""
    return any(isinstance(s, tree.Stop) for s in every_statement(body))


class Segments(Struct, kw_only=True):
    """Lowers one activity; `waiting` collects the awaits that were reached, each with what follows it."""

    build: Build
    role: RoleInfo
    activity: ActivityInfo
    watch: Watch | None
    waiting: dict[int, tuple[AwaitInfo, Continuation]] = field(default_factory=dict)

    def code(self, registers: Registers, agent: Local, env: Env, came_from: AwaitInfo | None) -> Code:
        return Code(
            build=self.build,
            role=self.role,
            activity=self.activity,
            agent=agent,
            registers=registers,
            env={**env, "self": agent},
            watch=self.watch,
            came_from=came_from,
            resumed=dict(env),
        )

    def sequence(self, code: Code, statements: tree.Block, then: Continuation) -> Body:
        """The statements up to the next awaits, with what follows them."""
        made: list[Statement] = []
        for place, node in enumerate(statements):
            if not crosses(node):
                made += lower(code, node)
                continue
            rest = Then(statements[place + 1 :], (*code.env, *self._taken_names(node)), then)
            lowered = self._crossing(code, node, rest) if ways_through(node) < 2 else self._joined(code, node, rest)
            return (*made, *lowered)
        return (*made, *self.go_on(code, then))

    def _taken_names(self, node: tree.Statement) -> tuple[str, ...]:
        """The names that `await M(a) from w` binds for the rest of its block."""
        if not isinstance(node, tree.Await) or len(node.branches) != 1 or node.branches[0].body:
            return ()
        what = next(a for a in self.activity.awaits if a.node is node).whats[0]
        if not isinstance(what, tree.AwaitMessage):
            return ()
        return tuple(name for name in (*what.pattern.fields, what.pattern.sender) if name is not None)

    def _crossing(self, code: Code, node: tree.Statement, rest: Continuation) -> Body:
        def inner(at: Code, body: tree.Block) -> Body:
            return self.sequence(at.within(dict(at.env)), body, rest)

        match node:
            case tree.Return():
                return self.end(code)
            case tree.Await():
                return self.wait(code, node, rest)
            case tree.If():
                return branch(code, node, inner)
            case tree.Either():
                branches = tuple(inner(code, body) for _, body in node.branches)
                return (Either(branches=branches, probabilities=probabilities(node)),)
            case tree.While():
                return self._loop(code, node, rest)
        raise TypeError(node)

    def _joined(self, code: Code, node: tree.Statement, rest: Continuation) -> Body:
        """The statement, then once what follows it, for the ways that have neither waited nor ended the activity."""
        join, stopped = Join(rest), code.registers.fresh("(stopped)", Bool())
        inner = replace(code, joins={**code.joins, id(join): stopped})
        first = Let(local=stopped, value=make.FALSE)
        after = If(condition=make.negate(stopped), then=self.go_on(code, rest))
        return (first, *self._crossing(inner, node, join), after)

    def go_on(self, code: Code, then: Continuation) -> Body:
        if then is None:
            return self.end(code)
        if isinstance(then, Join):
            return () if id(then) in code.joins else self.go_on(code, then.next)
        outer = code.within({name: code.env[name] for name in then.names})
        if isinstance(then, Then):
            return self.sequence(outer, then.statements, then.next)
        return self._loop(outer, then.loop, then.next)

    def _loop(self, code: Code, node: tree.While, after: Continuation) -> Body:
        condition = code.terms.lower(node.condition)
        again = Again(node, tuple(code.env), after)
        leave: Body = () if condition == make.TRUE else self.go_on(code.within(dict(code.env)), after)
        if condition == make.FALSE:
            return leave
        body = self.sequence(code.within(dict(code.env)), node.body, again)
        if condition == make.TRUE:
            return body
        return (*code.reads(condition), If(condition=condition, then=body, orelse=leave))

    # --- awaits and ends -------------------------------------------------------------------------------------------

    def wait(self, code: Code, node: tree.Await, then: Continuation) -> Body:
        """The activity stops here: its control and frame say where it is."""
        info = next(a for a in self.activity.awaits if a.node is node)
        self.waiting[id(node)] = (info, then)
        control = self.build.variables[f"{self.role.name}.{self.activity.name}"]
        members = getattr(control.type, "members", ())
        label = Const(members.index(info.label), control.type)
        made: list[Statement] = [Assign(variable=control, indices=(code.agent,), value=label)]
        kept = dict(info.kept)
        before = set() if code.came_from is None else {name for name, _ in code.came_from.kept}
        for name, _ in self.activity.frame:
            frame = self.build.variables[f"{self.role.name}.{self.activity.name}.{name}"]
            if name in kept:
                value = code.env[name]
                if name in before and code.resumed.get(name) is value:
                    continue  # it is in the frame already
                fitted = make.fit(value, frame.type, node.span)
                made.append(Assign(variable=frame, indices=(code.agent,), value=fitted))
            elif name in before:
                made.append(Assign(variable=frame, indices=(code.agent,), value=Const(None, frame.type)))
        made.append(Note(kind="awaits", text=info.label, costs=_costs(self.build, info)))
        return (*self._while_up(code, tuple(made)), *_stopped(code))

    def end(self, code: Code) -> Body:
        """The activity ends: it is idle again, or finished for good when it is a run."""
        control = self.build.get(f"{self.role.name}.{self.activity.name}")
        made: list[Statement] = []
        if control is not None and control.kind == "control" and (code.came_from is not None or self.activity.name == "run"):
            members = getattr(control.type, "members", ())
            to = members.index("finished") if self.activity.name == "run" else 0
            came_from = code.came_from
            frames = () if came_from is None else tuple(name for name, _ in came_from.kept)
            made += end_activity(
                self.build, self.role, self.activity, code.agent, code.registers, self.watch, to=to, frames=frames
            )
        elif self.watch is not None:
            made += self.watch.at_end(self.role, self.activity, code.agent, code.registers)
        made += self._remember(code)
        made.append(Note(kind="ends", text=self.activity.name))
        return (*self._while_up(code, tuple(made)), *_stopped(code))

    def _while_up(self, code: Code, body: Body) -> Body:
        """An agent that has stopped itself does not come back to its code, and what it has kept since is gone too."""
        up = self.build.get(f"{self.role.name} up")
        if up is None or not stops_itself(getattr(self.activity.node, "body", ())):
            return body
        gone = tuple(lose_variables(self.build, code.registers, self.role, code.agent))
        if self.watch is not None:
            gone = (*gone, *self.watch.at_end(self.role, self.activity, code.agent, code.registers))
        return (If(condition=Read(up, (code.agent,)), then=body, orelse=gone),)

    def _remember(self, code: Code) -> Body:
        """For the fault `repeat`: that the activity has finished once, and its parameters."""
        done = self.build.get(f"{self.role.name}.{self.activity.name} repeatable")
        if done is None:
            return ()
        made = [Assign(variable=done, indices=(code.agent,), value=make.TRUE)]
        for name, _ in self.activity.parameters:
            last = self.build.variables[f"{self.role.name}.{self.activity.name} last {name}"]
            made.append(Assign(variable=last, indices=(code.agent,), value=code.env[name]))
        return tuple(made)

    # --- frames ------------------------------------------------------------------------------------------------------

    def read_frame(self, registers: Registers, agent: Local, info: AwaitInfo) -> tuple[list[Let], Env]:
        """The registers that hold what the await kept."""
        lets: list[Let] = []
        env: Env = {}
        for name, _ in info.kept:
            frame = self.build.variables[f"{self.role.name}.{self.activity.name}.{name}"]
            cell: Expr = Read(frame, (agent,))
            kept_type = dict(self.activity.frame)[name]
            if isinstance(frame.type, Option) and not isinstance(kept_type, Option):
                cell = make.unwrap(cell)
            local = registers.fresh(name, cell.type)
            lets.append(Let(local=local, value=cell))
            env[name] = local
        return lets, env


def _costs(build: Build, info: AwaitInfo) -> tuple[tuple[str, int], ...]:
    """What the calls of an await cost, by meter: they are paid as they begin, whatever becomes of them."""
    context = Context(build.checked.protocol, None, build.checked)
    total: dict[str, int] = {}
    for what in info.whats:
        for argument in what.arguments if isinstance(what, tree.AwaitCall) else ():
            total[argument.name] = total.get(argument.name, 0) + evaluate(context, argument.value, {})
    return tuple(total.items())


def _stopped(code: Code) -> list[Let]:
    """The step does nothing more: what follows the statements around is for the other ways."""
    return [Let(local=stopped, value=make.TRUE) for stopped in code.joins.values()]


def free(build: Build, role: RoleInfo, activity: ActivityInfo, agent: Local) -> Expr:
    """The agent may start this activity: none of its activities waits (of a reentrant role: not this one)."""
    conditions: list[Expr] = []
    for other in role.activities:
        variable = build.get(f"{role.name}.{other.name}")
        if variable is None or variable.kind != "control":
            continue
        control = Read(variable, (agent,))
        if other is activity and other.name == "run":
            conditions.append(make.equal(control, 0))
        elif other is activity or not role.reentrant:
            conditions.append(resting(control))
    return make.both(*conditions)


def alive(build: Build, role: RoleInfo, agent: Expr) -> list[Expr]:
    """The agent is up and not stalled, as far as this model knows of such things."""
    up, stalled = build.agent_read(f"{role.name} up", agent), build.agent_read(f"{role.name} stalled", agent)
    found: list[Expr] = [] if up is None else [up]
    return found if stalled is None else [*found, make.negate(stalled)]
