"""The floors of the house: who may import whom. `test_floors` holds the code to them, `test_architecture` the paper."""

from __future__ import annotations

# Lowest first. A floor holds groups; the members of one group may import each other, groups of one floor may not.
# A member is a module or a folder directly under engine/, or "pages" or "app".
FLOORS: tuple[tuple[frozenset[str], ...], ...] = (
    (frozenset({"errors"}), frozenset({"model"}), frozenset({"text"})),
    (frozenset({"config"}), frozenset({"protocol"})),
    (frozenset({"machine"}), frozenset({"analysis"})),
    (frozenset({"workloads"}), frozenset({"executors"}), frozenset({"store"})),
    (frozenset({"trial"}), frozenset({"lab"})),
    (frozenset({"orchestrator"}), frozenset({"report"})),
    (frozenset({"runs"}),),
    (frozenset({"cli", "__main__"}), frozenset({"api"}), frozenset({"pages", "app"})),
)
