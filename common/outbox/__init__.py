"""The transactional outbox: what must happen after a change, written with the change.

``services.publish`` inside the transaction, ``registry.subscribe`` in an app's handlers.py. One
row per subscriber, each with its own attempts, so that one failing handler delays no other.
For one subscriber the events of one aggregate come in the order in which they were written.
"""
