"""The command line for people: `python -m engine …`, installed as `overlap`.

One file a group of commands; each has its line in `COMMANDS` (engine/cli/group.py) and is imported when it is asked
for. `work` alone is none for people: the orchestrator, which starts before every run's first task, does without click.
Imports nothing, because start.py imports `engine.cli.serving` before click is installed.
"""
