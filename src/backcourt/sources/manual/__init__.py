"""Corrections by hand: single values of single rows, each with its reason, in place of what a source says."""
