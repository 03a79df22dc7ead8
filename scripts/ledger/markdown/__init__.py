"""Markdown source as text with line numbers: blocks, headings, links, fences, the words a reader sees.

Nothing here knows what a page or a record is. May import ``core``.
"""
