"""The command line of the checks: options, report formats, ``--changed`` and ``--fix``.

May import everything but the packages that use the network.
"""
