"""The HTTP client of every program that uses the network: settings, retries, limits, and a guard against private addresses.

Uses the network; the build imports nothing from here. May import ``core`` and ``model``.
"""
