"""Every warning beside a verdict: the list of rules, the gravest first.

Stands above `noise`, `sizes` and `work`, which hold the rules, and below `verdict`.
"""

from __future__ import annotations

from engine.analysis.findings.findings import Circumstances, Findings, Rule, VerdictWarning
from engine.analysis.warnings.noise import busy, noisy, thin_lead, too_few_repeats, unstable
from engine.analysis.warnings.sizes import startup_not_paid, too_few_tasks, too_short, workers_above_cpus
from engine.analysis.warnings.work import cancelled, failures, nothing_finished, outputs_differ, outputs_vary

RULES: dict[str, Rule] = {
    "cancelled": cancelled,
    "outputs_differ": outputs_differ,
    "outputs_vary": outputs_vary,
    "failures": failures,
    "no_trial": nothing_finished,
    "too_few_repeats": too_few_repeats,
    "busy_machine": busy,
    "noisy_baseline": noisy,
    "thin_lead": thin_lead,
    "unstable": unstable,
    "workers_above_cpus": workers_above_cpus,
    "too_few_tasks": too_few_tasks,
    "batch_too_short": too_short,
    "startup_not_paid": startup_not_paid,
}
"""A rule for each code; a test holds each code to one case in which it appears and one in which it does not."""


def warnings_about(findings: Findings, circumstances: Circumstances) -> tuple[VerdictWarning, ...]:
    """Every warning that applies, in the order of the rules."""
    return tuple(warning for rule in RULES.values() for warning in rule(findings, circumstances))
