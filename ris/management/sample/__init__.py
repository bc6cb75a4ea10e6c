"""The sample ward: people and stories as data (JSON), and what makes rows of them.

``telling`` reads the data; the modules named after a ``story`` make rows of one; ``sample_ward``
writes them all; ``todays_work`` is done through the services, as people do it.
"""
