"""What every package may use: problems and reports, text, partial dates, writing files, running a command.

May import nothing else of the project.
"""
