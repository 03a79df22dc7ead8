"""Entries are repaired and laid out; what is between them stays, and no value changes its meaning."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.cli import autofix, bib_edit
from ledger.cli.bib_repairs import decode_markup
from ledger.model import bib_reader

EXPORT = """\
% My library
@string{jt = "J Test"}

@comment{jabref-meta: fileDirectory:/home/me;}

@Article{one,
\tauthor = "World Test Organization",
\ttitle={A {nested {deep}} one} ,
\tjournal = jt # " more",
\tyear = 2024,
\tmonth = jan
}

@misc{two, title = {Two}, howpublished = {x}}
"""
"""As reference managers write it: tabs, quotes, macros, pieces, no last comma, an entry in one line."""
PRIVATE = (
    "\tabstract = {Set {in {12} people}: a, b\n\t  file = {not a field}, and {so on,}},\n",
    '\tabstract = "Quoted {\\"u} text, with = and ,\n@ and {two, lines}",\n',
    "\tfile = {C:\\Users\\me\\a.pdf:application/pdf},\n",
    "\tFILE = {a.pdf} ,\n",
    "\tmendeley-groups = {Islets} # { and more},\n",
    "\ttimestamp = 2024,\n",
    "\tannote = {},\n",
)


def fix(text: str) -> str:
    return autofix.fix_bibliography(text)[0]


@pytest.mark.parametrize("field", PRIVATE)
@pytest.mark.parametrize("before", ["\tauthor", "\ttitle", "\tyear", "\tmonth"])
def test_a_private_field_is_removed_and_nothing_else_changes(field: str, before: str) -> None:
    assert fix(EXPORT.replace(before, field + before)) == fix(EXPORT)


def test_entries_are_laid_out_and_what_is_between_them_stays() -> None:
    assert (
        fix(EXPORT.replace("\tyear", "\tvolme = {3},\n\tyear"))
        == """\
% My library
@string{jt = "J Test"}

@comment{jabref-meta: fileDirectory:/home/me;}

@article{one,
  author = {{World Test Organization}},
  title = {A {nested {deep}} one},
  journal = jt # " more",
  volme = {3},
  year = {2024},
  month = jan,
}

@misc{two,
  title = {Two},
  howpublished = {x},
}
"""
    )


@pytest.mark.parametrize(
    "text",
    [
        "@article{one, file = {x}, title = {a}",  # never closed
        "@article{one, file = {x} title = {a}}",  # no comma
        "@article{one, file = {a \\{ b}, title = {a}}",  # the parsers disagree about its end
        "no entry at all",
        "",
    ],
)
def test_what_cannot_be_read_is_left_as_it_is(text: str) -> None:
    assert fix(text) == text


def test_a_copy_of_an_entry_in_a_comment_stays() -> None:
    entry = "@misc{one, title = {T}, file = {x}}"
    assert fix(f"@comment{{{entry}}}\n{entry}\n") == f"@comment{{{entry}}}\n@misc{{one,\n  title = {{T}},\n}}\n"


def test_a_change_that_would_break_the_file_is_not_made() -> None:
    assert bib_edit.rewrite_entries(EXPORT, lambda entry: replace(entry, fields={"title": "{{"})) == EXPORT


@given(
    st.lists(
        st.sampled_from(["{", "}", '"', ",", "=", "#", "%", "@", "\\", "\n", " file = {x},", "a", " "]), max_size=12
    )
)
def test_whatever_stands_in_a_file_the_other_fields_keep_their_values(pieces: list[str]) -> None:
    text = EXPORT.replace("\tyear", f"\tnote = {{{''.join(pieces)}}},\n\tfile = {{x}},\n\tyear")
    before, after = (
        bib_reader.read_bibliography(text).entries,
        bib_reader.read_bibliography(fix(text)).entries,
    )
    assert list(before) == list(after)
    for key, entry in before.items():
        kept = {name: decode_markup(value) for name, value in entry.fields.items() if name not in ("file", "author")}
        assert {name: after[key].get(name) for name in kept} == kept
