"""`prove`: the experiment that shows whether a cause that a comparison named is the cause."""

from __future__ import annotations

import click

from engine.cli.terminal.telling import tell
from engine.cli.watching import leave, open_store, run_plan, tell_comparison
from engine.model import new_token


@click.command()
@click.argument("run")
@click.argument("cause", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the whole run as one JSON document.")
def prove(run: str, cause: str | None, as_json: bool) -> None:
    """Try a cause that comparison RUN names: the same tasks with one thing changed, and what that gains.

    CAUSE is its name, such as gil or native_threads; by default the dearest. The gain is told in both runs.
    """
    from engine.runs.proofs import chosen, proof_plan

    store = open_store()
    named = store.run(run)
    experiment = chosen(named, cause)
    plan = proof_plan(store, named, experiment)
    tell(f"Comparing {experiment.suspect.label} with {experiment.changed.label}.")
    token = new_token()
    store.folder(named).link_into(store.folder(token).path, ["inputs"])
    ended = run_plan(store, plan, as_json, token)
    tell_comparison(store, ended)
    leave(ended)
