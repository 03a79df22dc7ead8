"""Benchmarks and what they measure with; `make bench…` runs them. Nothing here is part of the site or its build."""
