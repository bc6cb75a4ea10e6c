"""The whole system on one Debian machine without containers.

Standard library only, since it runs before anything is installed. ``python3 -m deploy.native``.
"""
