"""The DICOMweb gateway (PS3.18). The routes are those of ``ris.urls``; there are no others."""
