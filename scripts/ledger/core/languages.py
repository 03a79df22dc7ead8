"""What differs between the languages of pages."""

from __future__ import annotations

import re

LANGUAGE_TAGS = {"zh": "zh-CN"}
"""The full tag of a language, where the suffix of a file is shorter."""
HAN = re.compile(r"[\u4e00-\u9fff]")
"""One Chinese character. Chinese has no blanks between words."""
