"""Measurements: quality against a known truth, and time."""
