"""The DICOMweb gateway without HTTP: what is asked, in which form, and how the archive is asked."""
