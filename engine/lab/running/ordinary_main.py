"""A program as people write them: its workers import its main module again, and all that this imports.

Run as a script by `startup`, with a start method and a number of workers: prints the seconds until each one's first
word as JSON. Not imported by anything.
"""

import argparse
import csv
import json
import logging
import multiprocessing
import time
import urllib.request

USED = (argparse, csv, logging, urllib.request)
"""What ordinary programs import beside their own modules."""


def process_s(method: str) -> float:
    """Seconds until a new process has sent a message."""
    context = multiprocessing.get_context(method)
    ours, theirs = context.Pipe()
    process = context.Process(target=theirs.send, args=(b"",))  # type: ignore[attr-defined]
    began = time.perf_counter()
    process.start()
    ours.recv()
    took = time.perf_counter() - began
    process.join()
    return took


if __name__ == "__main__":
    import sys

    print(json.dumps([process_s(sys.argv[1]) for _ in range(int(sys.argv[2]))]))  # noqa: T201
