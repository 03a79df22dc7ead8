"""What every package may use: problems and reports, text, HTTP helpers, running a command.

May import nothing else of the project.
"""
