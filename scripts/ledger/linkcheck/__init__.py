"""The live link check: which addresses may be requested, requesting them, classifying what comes back.

Uses the network; no build imports it. May import ``site`` and below.
"""
