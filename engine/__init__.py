"""The engine: runs batches of tasks on any executor and measures how they ran.

Nothing below this package imports streamlit. Names are loaded when they are first used
(PEP 562), so that a trial's process imports nothing that it does not need.
"""

__version__ = "0.1.0"
