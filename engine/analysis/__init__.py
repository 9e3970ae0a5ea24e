"""What measured trials let us say: speedups, verdict, scaling, explanations.

Pure functions over plain values: nothing in this folder reads a file, a clock or the network, and nothing is drawn.
It needs the standard library only: the figures are few (tens of trials), so Student's t and a fit of three parameters
are a page of code each, and the command line gives a verdict without numpy and scipy, which are many times larger than
all of it. Tests hold both against scipy's values.
"""
