"""The rules: functions from the project to problems, one module per subject, and the table of all rules.

Nothing here writes, renders or uses the network. May import ``model`` and below.
"""
