"""A comparison's verdict as its run stores it: the winner, warnings, explanations and scaling laws, as JSON values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.analysis.causes.causes import why
from engine.analysis.causes.explain import explain
from engine.analysis.causes.sentences import in_words, startup_in_words
from engine.analysis.causes.startup import imports_cause
from engine.analysis.event_loop import in_words as loop_in_words
from engine.analysis.event_loop import loop_shares
from engine.analysis.findings.counting import ours
from engine.analysis.findings.findings import Circumstances
from engine.analysis.own_part import own_parts, warnings
from engine.analysis.scaling.scaling import curves_of, scaling
from engine.analysis.trials import TimedTrial, configurations, summary, trials_of
from engine.analysis.verdict.verdict import verdict
from engine.machine.environment import gil
from engine.model import Configuration, Run, plain
from engine.orchestrator.comparison.imports import Imports
from engine.orchestrator.comparison.kept import Kept
from engine.orchestrator.comparison.proof_results import proof_of


def document_of(run: Run, kept: Kept, circumstances: Circumstances, imports: Imports | None) -> dict[str, Any]:
    """All that can be said of the trials that have finished by now; `kept` holds at least one."""
    timed = tuple(kept.timed)
    judged = verdict(timed, kept.baseline, circumstances)
    parts = own_parts(one.trial for one in kept.finished)
    counting = {figure.configuration: figure for figure in judged.figures}
    faster = {row.configuration for row in (*judged.rows, *judged.beside) if row.standing == "faster"}
    document = judged.plain()
    document["own_part"] = [{**plain(part), "label": part.configuration.label} for part in parts]
    document["warnings"] += [plain(one) for one in warnings(parts, counting)]
    document["explanations"] = [
        _explanation(run, kept, one, circumstances.nouns, imports, one in faster)
        for one in configurations(timed)
        if one.reference is None  # a reference is explained by the engine's own row beside it
    ]
    document["scaling"] = scaling_laws(timed, kept.baseline)
    if (proof := proof_of(run, timed)) is not None:
        document["proof"] = proof
        document["sentences"].append(proof["sentence"])
        document["text"] += f" {proof['sentence']}"
    return document


def nothing_works(baseline: Configuration, noun: str, reason: str, example: str) -> dict[str, Any]:
    """A verdict that names no winner, because every task failed: with the most frequent reason."""
    text = f"Every {noun} failed, so nothing was compared: {reason} ({example})"
    document = verdict((), baseline).plain()
    return document | {"outcome": "failed", "sentences": [text], "text": text, "warnings": [], "explanations": []}


def scaling_laws(timed: Sequence[TimedTrial], baseline: Configuration) -> dict[str, dict[str, Any]]:
    """The scaling law of each executor that ran with several worker counts."""
    families: dict[str, Configuration] = {}
    for one in configurations(timed):
        if one.executor != "sequential" and one.reference is None:
            families.setdefault(one.executor, one)
    return {name: plain(scaling(curves_of(timed, baseline, like))) for name, like in families.items()}


def _explanation(
    run: Run, kept: Kept, configuration: Configuration, nouns: tuple[str, str], imports: Imports | None, faster: bool
) -> dict[str, Any]:
    """Why a configuration is as fast as it is, and where its worker-seconds went (means over its trials)."""
    base, trials = kept.baseline, trials_of(kept.timed, configuration)
    baseline = trials_of(kept.timed, base)
    efficiency, causes = why(trials, baseline, kept.usable_cpus, gil(), nouns)
    started = imports_cause(summary(trials), imports) if configuration.python is None else None
    explanation = explain(
        kept.records_of(ours(base) or base), kept.records_of(configuration), summary(baseline or trials),
        summary(trials), kept.usable_cpus, nouns, in_words(causes, efficiency, run.id), faster,
    )  # fmt: skip
    shares = loop_shares(configuration, [trial.measured for trial in trials])
    first = kept.first_of(configuration)
    return {
        **plain(explanation),
        "sentences": [*explanation.sentences, *loop_in_words(shares), *startup_in_words(started)],
        "label": configuration.label,
        "where": kept.shares_of(configuration),
        "first": plain(first) if first else None,
        "efficiency": plain(efficiency) if efficiency and efficiency.tells else None,
        "event_loop": plain(shares) if shares else None,
        "causes": [plain(cause) for cause in (*causes, *([started] if started else []))],
    }
