"""The project as HTML: the tables, charts, cards and notes that pages request, and what surrounds a page's text.

May import ``checks`` (for what a rule has worked out, never to report) and below.
"""
