"""The rules: functions from the project to problems, one module per subject. ``@rule`` names what each reports.

Nothing here writes, renders or uses the network. May import ``model`` and below.
"""
