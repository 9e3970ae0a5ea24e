"""The shape of a run's document: tables of key -> test, one for each kind of object in it.

A view may rely on what stands here, and on nothing else. Below `reading`, which holds a document against them.
"""

from __future__ import annotations

from typing import Any

from engine.protocol.checks import (
    Shape,
    a_list,
    an_object,
    by_name,
    counting,
    fits,
    list_of,
    moment,
    number,
    one_of,
    or_none,
    positive,
    text,
    truth,
    whole,
)
from engine.report.documents.columns import LARGE, LARGE_TRIAL

FORMAT = "overlap-run"

STATE = one_of("waiting", "running", "finished", "cancelled", "interrupted", "failed")
CONFIGURATION: Shape = {
    "executor": text,
    "workers": counting,
    "start_method?": or_none(text),
    "chunk?": or_none(whole),
    "python?": or_none(text),
    "reference?": or_none(text),
    "environment?": list_of(text),
    "held?": truth,
    "label?": text,
}
TERMS: Shape = {
    "baseline?": or_none(fits(CONFIGURATION)),
    "repeats?": or_none(whole),
    "precision?": or_none(number),
    "budget_s?": or_none(number),
    "all_tasks?": or_none(whole),
    "race?": truth,
}
RUN: Shape = {
    "run": whole,
    "workload": text,
    "state": STATE,
    "environment": an_object,
    "trials": a_list,
    "verdict": or_none(an_object),
    "format?": one_of(FORMAT),
    "version?": whole,
    "kind?": one_of("job", "comparison", "experiment"),
    "title?": text,
    "created_at?": moment,
    "started_at?": or_none(moment),
    "ended_at?": or_none(moment),
    "tasks?": whole,
    "ok?": whole,
    "failed?": whole,
    "options?": an_object,
    "terms?": fits(TERMS),
    "time_limit_s?": or_none(number),
    "message?": or_none(text),
    **LARGE,
}
SHORTEST_S = 1e-9
"""No clock tells a shorter time, and the logarithm of a ratio of such times overflows."""
FIGURES = (
    "interpreter_s", "startup_s", "wall_s", "teardown_s", "cpu_s", "peak_pss_mb", "mean_pss_mb",
    "sampler_interval_s", "sampler_cost", "other_busy", "run_delay_s", "loop_delay_s", "disk_read_mb",
    "disk_written_mb", "sent_mb", "received_mb", "loop_s", "pickling_s", "encoding_s",
)  # fmt: skip
"""The measured numbers of a trial, as the document names them."""
COUNTS = (
    "chunk", "minor_faults", "major_faults", "voluntary_switches", "involuntary_switches", "most_threads",
)  # fmt: skip
"""Those that are whole numbers."""
TRIAL: Shape = {
    "executor": text,
    "workers": counting,
    # A comparison's warm-up has the repeat -1.
    "repeat": lambda value: whole(value) or value == -1,
    "order": whole,
    "tasks": whole,
    "ok": whole,
    "failed": whole,
    "records": a_list,
    "throughput_per_s?": or_none(number),
    "state?": STATE,
    "continues?": or_none(whole),
    "message?": or_none(text),
    "configuration?": fits(CONFIGURATION),
    "memory_kind?": or_none(one_of("pss", "uss", "rss")),
    "worker_names?": lambda value: a_list(value) and all(map(text, value)),
    "samples?": a_list,
    **LARGE_TRIAL,
    **{name + "?": or_none(whole) for name in COUNTS},
    **{name + "?": or_none(number) for name in FIGURES},
    "wall_s?": or_none(lambda value: number(value) and (value == 0 or value >= SHORTEST_S)),
}
RECORD: Shape = {
    "task": whole,
    "label": text,
    "worker": or_none(whole),
    "started_s": or_none(number),
    "finished_s": or_none(number),
    "cpu_s": or_none(number),
    "run_delay_s?": or_none(number),
    "status": one_of("ok", "failed", "cancelled"),
    "reason": or_none(text),
    "error": or_none(text),
    "attempts": whole,
    "output": lambda value: True,
    "fingerprint?": or_none(text),
    "waited_s?": number,
}
SAMPLE: Shape = {"at_s": number, "memory_mb": number, "cpu_s": number, "processes?": number}

_RATIO: Shape = {"estimate": positive, "low": or_none(positive), "high": or_none(positive)}


def _ratio(value: Any) -> bool:
    """An estimate with both ends of its interval, or with neither."""
    return fits(_RATIO)(value) and (value["low"] is None) == (value["high"] is None)


_SUMMARY: Shape = {
    "configuration": fits(CONFIGURATION),
    "trials": whole,
    "wall_s": positive,
    "failed": whole,
    **dict.fromkeys(("startup_s", "peak_pss_mb", "cores_busy", "tasks_at_once"), or_none(number)),
}
_EXPLANATION: Shape = {"label": text, "configuration": fits(CONFIGURATION), "sentences": list_of(text)}
_LAW: Shape = {"sentence": text, "single?": or_none(an_object), "counts?": list_of(number)}
_LEFT: Shape = {"configuration": fits(CONFIGURATION), "after": counting, "since": whole, "level": number}
_RACE: Shape = {
    "of": or_none(counting), "level": number, "looked": whole, "decided": truth, "left": list_of(fits(_LEFT)),
}  # fmt: skip
VERDICT: Shape = {
    "sentences": list_of(text),
    "warnings?": a_list,
    "outcome?": text,
    "baseline?": fits(CONFIGURATION),
    "winner?": or_none(fits(CONFIGURATION)),
    "leaders?": list_of(fits(CONFIGURATION)),
    "recommended?": or_none(fits(CONFIGURATION)),
    "left_out?": list_of(fits(CONFIGURATION)),
    **dict.fromkeys(("rows?", "beside?"), list_of(fits({"configuration": fits(CONFIGURATION), "ratio": _ratio}))),
    **dict.fromkeys(("figures?", "beside_figures?"), list_of(fits(_SUMMARY))),
    "own_part?": list_of(fits({"label": text, "loop": number})),
    "race?": or_none(fits(_RACE)),
    "explanations?": list_of(fits(_EXPLANATION)),
    "scaling?": by_name(fits(_LAW)),
}
"""Of a comparison."""
WARNING: Shape = {"sentence": text, "advice?": or_none(text)}
