"""Acts on reference data: loading it, moving a division, freezing a checklist that is in use."""
