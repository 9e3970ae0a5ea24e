"""The buttons that try a cause: the same tasks on the leader, the suspect, and the suspect with one thing changed."""

from __future__ import annotations

from functools import partial

import streamlit as st

from engine.model import ENDED, Plan, Run, new_token
from engine.runs.proofs import Experiment, experiments, proof_plan
from pages.parts.run.pictures import is_imported
from pages.parts.shared import launching
from pages.parts.shared.clicks import acting_button, open_next
from pages.parts.shared.server import store
from pages.parts.shared.starting import start_once
from pages.parts.shared.words import literal

SHOWN = 3
"""So many causes, the dearest, can be tried by a click; the command line tries any."""


def proof_buttons(run: Run) -> None:
    """Draw a button for each of the dearest causes that a comparison can show; none where it may not run here."""
    if run.state not in ENDED or is_imported(run):
        return
    found = {(one.suspect, one.changed): one for one in experiments(run) if _may_run(run, one)}
    shown = list(found.values())[:SHOWN]
    if not shown:
        return
    st.caption("Is that the cause? A short comparison of the same tasks, with one thing changed, shows it:")
    with st.container(horizontal=True, key="proofs"):
        for number, one in enumerate(shown):
            acting_button(
                f"Try {literal(one.changed.label)}", partial(_try, one, new_token()), run, f"prove:{number}",
                icon=":material/science:",
                help=f"{literal(one.suspect.label)} against {literal(one.changed.label)}, beside what is recommended.",
            )  # fmt: skip


def _may_run(run: Run, one: Experiment) -> bool:
    return launching.is_allowed(run.workload) and (not one.changed.environment or launching.environments_allowed())


def _try(one: Experiment, token: str, run: Run) -> None:
    open_next(start_once(token, partial(_placed, one, run)))


def _placed(one: Experiment, run: Run, token: str) -> Plan:
    """The plan, with the run's uploads put in place. Raises OverlapError."""
    plan = proof_plan(store(), run, one)
    store().folder(run).link_into(store().folder(token).path, ("inputs",))
    return plan
