"""NeuroNova inference service: one DICOM series in, one reviewed-by-a-doctor mask out."""
