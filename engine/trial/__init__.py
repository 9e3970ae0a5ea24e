"""One trial: one batch of tasks on one configuration, in a process of its own.

`main` reads what is asked for, `opening` gets the workers ready, `measuring` runs `loop` between two readings of the
clocks, and `recovery` lets it go on when workers have died.
"""
