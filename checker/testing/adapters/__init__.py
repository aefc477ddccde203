"""Boundaries for released frameworks: each module is for one, imports it when it is imported itself, and touches its public interfaces only.

    pip install 'teamcheck[langgraph]'

| module | what it puts at boundaries | checks of its own |
|---|---|---|
| `langgraph` | checkpointer, store, chat model, runs of a graph | `one_history`, `runs_in_turn` |
| `openai_agents` | model, session | `answers_what_it_read` |
| `mcp` | the messages of a client and a server in one process | |
| `taskiq` | the broker (delivery at least once), the results | |
| `arq` | each command to redis, with a server in memory | |
| `a2a` | the store of tasks, the requests to a handler | `one_end` |
| `autogen_core` | messages of the runtime | |
| `google_adk` | session service, models | `answers_what_it_read` |
| `sqlalchemy` | each statement of an async engine | |

What is not listed needs no adapter: `boundary(obj)` fits any object whose methods the code calls.
"""
