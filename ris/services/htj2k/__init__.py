"""Frames in HTJ2K beside the originals: lossless, verified, rebuilt at any time.

``codec`` converts one DICOM file and trusts nothing in it; ``child`` is the process it works in and
``guard`` the one that watches it; ``store`` keeps the files; ``transcoding`` goes through studies.
"""
