"""The sample ward: people and stories as data (JSON), and what makes rows of them.

``telling`` reads the data; ``charts``, ``tests_ordered``, ``blood`` and ``treatments`` turn one
story into rows; ``rows`` writes them all; ``present`` is today's work, done through the services.
"""
