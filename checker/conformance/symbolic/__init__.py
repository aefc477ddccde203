"""Sets of states too large to list: kept as decision diagrams, followed through a run in the order of its observations.

`diagram` keeps the sets, `cases` asks the reference interpreter what a step does wherever it would do the same, `images` applies that to
whole sets, `follow` decides a run.
"""
