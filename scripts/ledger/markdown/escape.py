"""Plain text made safe to put into Markdown."""

from __future__ import annotations

import re
from html import escape


def escape_markdown(text: str) -> str:
    """Text from a record as plain text in Markdown: no markup in it does anything."""
    text = escape(re.sub(r"\s+", " ", text), quote=False)
    # The last two would begin a list at the start of a paragraph.
    text = re.sub("[\ue000-\uf8ff]", "", text)  # characters that the build uses itself
    return re.sub(r"[\\`*_\[\]|~^{}#!@$]|^[+-](?= )|(?<=^\d)[.)](?= )", lambda match: f"&#{ord(match[0])};", text)
