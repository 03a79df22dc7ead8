"""Plain text made safe to put into Markdown."""

from __future__ import annotations

import re
from html import escape


def escape_markdown(text: str) -> str:
    """Text from a record as plain text in Markdown: no markup in it does anything."""
    text = escape(re.sub(r"\s+", " ", text), quote=False)
    # The last two would begin a list at the start of a paragraph.
    text = re.sub("[\ue000-\uf8ff]", "", text)  # signs that the build uses for itself
    return re.sub(r"[\\`*_\[\]|~^{}#!@$]|^[+-](?= )|(?<=^\d)[.)](?= )", lambda sign: f"&#{ord(sign[0])};", text)
