"""What a verdict on endless runs assumes of them."""

from __future__ import annotations

from checker.model.model import Model


def fairness_text(model: Model) -> str:
    """In a phrase."""
    steps = [step for step in model.steps if step.fault is None]
    strong = sorted({step.name for step in steps if step.fairness == "strong"})
    free = sorted({step.name for step in steps if step.fairness == "may"})
    text = "weak fairness of every step of every agent"
    if strong:
        text += f", strong fairness of {', '.join(strong)}"
    if free:
        text += f", none of {', '.join(free)}"
    if len(steps) < len(model.steps):
        text += "; faults need not happen, and not only faults happen for ever"
    return text
