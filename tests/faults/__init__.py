"""Programs that let the outbox run for real while everything around it is killed, frozen or lies.

``python -m tests.faults`` is one run: it prints what it counted and ends with 1 where a promise was broken.
"""
