"""What an operator asks a running system: is it ready, and what are its figures.

``checks`` and ``gauges`` are told by the apps' probes.py; ``counters`` add up over all processes.
"""
