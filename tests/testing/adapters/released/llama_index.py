"""Bugs of the workflows of LlamaIndex, which reads annotations as they are."""

from checker.testing import boundary
from tests.testing.adapters.released.table import bug


@bug("llama-index-workflows==2.20.0", "llama-index-workflows==2.22.0", "are in the batches")
async def events_that_are_collected_by_two() -> None:
    """Of two workers that collect events at once, both take the same one, and another is in no batch (llama-agents, pull request 687)."""
    from workflows import Context, Workflow, step
    from workflows.events import Event, StartEvent, StopEvent

    class Part(Event):
        number: int

    class Batch(Event):
        numbers: list[int]

    desk = boundary(_Desk())

    class Gather(Workflow):
        @step
        async def begin(self, context: Context, event: StartEvent) -> Part | None:
            for number in range(4):
                context.send_event(Part(number=number))

        @step(num_workers=4)
        async def pair(self, context: Context, event: Part) -> Batch | None:
            await desk.answer()
            found = context.collect_events(event, [Part, Part])
            return Batch(numbers=[part.number for part in found]) if found else None

        @step
        async def end(self, context: Context, event: Batch) -> StopEvent | None:
            found = context.collect_events(event, [Batch, Batch])
            return StopEvent(result=sorted(number for batch in found for number in batch.numbers)) if found else None

    numbers = await Gather(timeout=60).run()
    assert numbers == [0, 1, 2, 3], f"{numbers} are in the batches"


class _Desk:
    async def answer(self) -> None: ...
