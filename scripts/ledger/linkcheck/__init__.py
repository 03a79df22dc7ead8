"""The live link check: which addresses may be requested, the requests, and the class of each link.

Uses the network; the build imports nothing from here. May import ``http``, ``site`` and below.
"""
