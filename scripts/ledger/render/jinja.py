"""The environment of ``templates/``: what a template can call, and how it is written.

Every value that a template puts into a page is escaped, unless it is ``Markup``. A missing value is an error. Line
breaks and indentation are for those who read a template: an HTML page gets neither, so a sentence stays on one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.runtime import Macro
from markupsafe import Markup

from ledger.checks.retractions import get_notice_label
from ledger.core.text import pluralize, slugify
from ledger.markdown.escape import escape_markdown
from ledger.model.certainty import CERTAINTY_WORDS
from ledger.model.source_status import NOTICE_STATES
from ledger.model.stages import STAGE_STEPS
from ledger.model.trial_record import RECRUITING
from ledger.render import markup, trial_values

TEMPLATES = Path(__file__).parent / "templates"


class _JoinLines(Extension):
    """Leaves out the line breaks of HTML templates and the indentation after them."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        for token in stream:
            if token.type == "data" and (stream.name or "").endswith(".html"):
                token = Token(token.lineno, token.type, re.sub(r"\s*\n\s*", "", token.value))
            yield token


ENVIRONMENT = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    extensions=[_JoinLines],
    auto_reload=False,
)
ENVIRONMENT.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
ENVIRONMENT.filters |= {
    "slugify": slugify,
    "markdown": lambda text: Markup(escape_markdown(text)),
    "markdown_with_citations": markup.escape_except_citations,
}
ENVIRONMENT.globals |= {
    "certainty_words": CERTAINTY_WORDS,
    "notice_states": NOTICE_STATES,
    "recruiting": RECRUITING,
    "stage_steps": STAGE_STEPS,
}
ENVIRONMENT.globals |= {
    function.__name__: function
    for function in (
        get_notice_label,
        pluralize,
        markup.cite_in_markdown,
        markup.cite_sources,
        markup.get_relative_url,
        markup.mark_inline_code,
        trial_values.format_cells,
        trial_values.format_comparator,
        trial_values.format_measurement,
        trial_values.format_people_count,
        trial_values.format_provenance,
        trial_values.format_value,
        trial_values.get_registry_url,
    )
}


def render(template: str, **values: object) -> str:
    """The text of a template with these values."""
    return ENVIRONMENT.get_template(template).render(values)


def render_macro(template: str, macro: str, *values: object) -> str:
    """The text of one macro of a template."""
    return str(get_macro(template, macro)(*values))


@cache
def get_macro(template: str, macro: str) -> Macro:
    """One macro of a template, to be called many times."""
    found: Macro = getattr(ENVIRONMENT.get_template(template).module, macro)
    return found
