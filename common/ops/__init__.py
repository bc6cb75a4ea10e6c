"""Liveness (/healthz), readiness (/readyz) and Prometheus metrics (/metrics).

The probes.py of each app registers its ``checks`` and ``gauges``; ``counters`` are summed over all
processes.
"""
