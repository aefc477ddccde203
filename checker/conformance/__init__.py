"""Whether what was observed of a real team is a behaviour of its protocol.

`Beliefs(model, hidden)` is shared by all runs of one model, `Tracker(beliefs)` follows one: `observe` takes a `StepSeen` (or what else stands in
`checker.conformance.seen`), `observe_state` the cells that were read, `begin` and `end` a call; each says whether some behaviour still explains it
all. `stuck` is then the first observation that none explains, with what was allowed instead, and `explanation` one behaviour that explains the
rest. `logs` reads files.
"""
