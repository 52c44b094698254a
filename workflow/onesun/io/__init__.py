"""Bytes and processes: whole files, locks, pools, progress, and where things lie; no science."""
