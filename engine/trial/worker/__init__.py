"""What happens inside a worker: it is set up, runs chunks of tasks, and encodes their records itself.

The same code on every executor. `run` runs a chunk, `run_async` does so in an event loop.
"""
