"""One trial: one batch on one configuration, in a process of its own. `main` is its way in, `loop` its heart."""
