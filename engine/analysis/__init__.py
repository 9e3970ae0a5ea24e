"""What measured trials let us say: speedups, verdict, scaling, explanations.

Pure functions over plain values: nothing in this folder reads a file, a clock or the network, and nothing is drawn.
Linear algebra is numpy's. Student's t and a fit of three parameters are a page of code each, because scipy, which has
both, takes a hundred times as long to import as all of this; tests hold them against its values.
"""
