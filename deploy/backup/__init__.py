"""Backup and restore of a whole system, native or in containers (docs/adr/0014).

``place`` says where a system keeps its data, ``stage`` makes consistent copies of what changes,
``restic`` keeps them encrypted beside the images, ``unpack`` and ``load`` bring them back.
"""
