"""What every package needs and what knows nothing of pages: problems and reports, text, running a command.

May import nothing else of the project.
"""
