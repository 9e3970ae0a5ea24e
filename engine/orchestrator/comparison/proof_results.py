"""What a comparison that tries a cause has measured, told in its own verdict and where the cause was named.

Such a comparison is planned by `engine.runs.proofs`; its terms name the run and the cause.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.analysis import words
from engine.analysis.statistics.speedup import Speedup, against
from engine.analysis.trials import TimedTrial
from engine.errors import RunNotFound
from engine.model import Run, configuration_from, plain
from engine.store import Store


def proof_of(run: Run, timed: Sequence[TimedTrial]) -> dict[str, Any] | None:
    """What a comparison that tries a cause has measured of it so far; None for any other comparison."""
    proves = run.terms.get("proves")
    if not proves:
        return None
    suspect, changed = configuration_from(proves["suspect"]), configuration_from(proves["changed"])
    rows = against(timed, suspect, [changed])
    if not rows:
        return None
    sentence = f"Tried in run {run.id}: {_gain(rows[0])}."
    return {**proves, "ratio": plain(rows[0].ratio), "standing": rows[0].standing, "sentence": sentence}


def _gain(row: Speedup) -> str:
    ratio, changed, suspect = row.ratio, row.configuration.label, row.against.label
    reach = words.times(ratio.estimate, ratio.low, ratio.high)
    suspect += ", net of other programs" if row.basis == "net" else ""
    are = "are" if words.many(row.configuration) else "is"
    return {
        "faster": f"{changed} {are} {reach} as fast as {suspect}: that was the cause",
        "slower": f"{changed} {are} only {reach} as fast as {suspect}: that change does not help",
        "same": f"{changed} {are} {reach} as fast as {suspect}: that change does not help",
        "undecided": f"{changed} {are} {reach} as fast as {suspect}, which does not decide whether it helps",
    }[row.standing]


def tell_where_it_was_named(store: Store, run: Run) -> None:
    """Tell the measured gain beside the cause, in the comparison that named it; nothing where that is gone.

    Nor where it is somebody else's: who may look at a shared comparison may try its causes, and change nothing of it.
    """
    proof = (run.verdict or {}).get("proof")
    if not proof:
        return
    try:
        named = store.run(proof["run"])
    except RunNotFound:
        return
    if run.person not in (None, named.person):
        return
    verdict = dict(named.verdict or {})
    suspect = configuration_from(proof["suspect"])
    verdict["explanations"] = [
        _with_proof(told, proof) if configuration_from(told["configuration"]) == suspect else told
        for told in verdict.get("explanations") or []
    ]
    store.update_run(named, verdict=verdict)


def _with_proof(explanation: Mapping[str, Any], proof: Mapping[str, Any]) -> dict[str, Any]:
    """An explanation with the latest gain behind its sentences; an earlier one of the same change goes."""
    before = [one for one in explanation.get("proofs") or [] if one["changed"] == proof["changed"]]
    gone = {one["sentence"] for one in before}
    kept = [one for one in explanation.get("proofs") or [] if one not in before]
    sentences = [one for one in explanation["sentences"] if one not in gone]
    return {**explanation, "sentences": [*sentences, proof["sentence"]], "proofs": [*kept, dict(proof)]}
