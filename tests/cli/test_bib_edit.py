"""Fields are removed and changed; every other byte stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.cli import autofix, bib_edit
from ledger.model import bib_reader
from ledger.model.bibliography import Entry

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


@pytest.mark.parametrize("field", PRIVATE)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("before", ["\tauthor", "\ttitle", "\tyear", "\tmonth"])
def test_a_private_field_is_removed_and_no_other_byte(field: str, ends: str, before: str) -> None:
    clean = EXPORT.replace("World Test Organization", "{World Test Organization}").replace("\n", ends)
    assert autofix.fix_bibliography_fields(clean.replace(before, field.replace("\n", ends) + before)) == clean


def test_the_last_field_and_one_within_a_line_are_removed() -> None:
    clean = EXPORT.replace("World Test Organization", "{World Test Organization}")
    text = clean.replace("= jan\n", "= jan,\n\tfile = {x}\n").replace("{Two},", "{Two}, file = {x},")
    text = text.replace("{x}}", "{x}, owner={me}}")
    assert autofix.fix_bibliography_fields(text) == clean.replace("= jan\n", "= jan,\n").replace("{x}}", "{x},}")


def test_organisations_are_braced_and_slips_are_left_to_a_person() -> None:
    text = EXPORT.replace("\tyear", "\tvolme = {3},\n\tyear")
    assert autofix.fix_bibliography_fields(text) == text.replace(
        '"World Test Organization"', '"{World Test Organization}"'
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
    assert autofix.fix_bibliography_fields(text) == text


def test_an_entry_that_is_also_commented_out_is_left_as_it_is() -> None:
    entry = "@misc{one, title = {T}, file = {x}}"
    text = f"@comment{{{entry}}}\n{entry}\n"
    assert autofix.fix_bibliography_fields(text) == text


def test_a_change_that_would_break_the_file_is_not_made() -> None:
    def opened(_entry: Entry, name: str, value: str) -> tuple[str, str]:
        return name, "{{" if name == "title" else value

    assert bib_edit.edit_fields(EXPORT, opened) == EXPORT


@given(
    st.lists(
        st.sampled_from(["{", "}", '"', ",", "=", "#", "%", "@", "\\", "\n", " file = {x},", "a", " "]), max_size=12
    )
)
def test_whatever_stands_in_a_file_the_other_fields_keep_their_values(pieces: list[str]) -> None:
    text = EXPORT.replace("\tyear", f"\tnote = {{{''.join(pieces)}}},\n\tfile = {{x}},\n\tyear")
    before, after = (
        bib_reader.read_bibliography(text).entries,
        bib_reader.read_bibliography(autofix.fix_bibliography_fields(text)).entries,
    )
    assert list(before) == list(after)
    for key, entry in before.items():
        kept = {name: value for name, value in entry.fields.items() if name not in ("file", "author")}
        assert {name: after[key].get(name) for name in kept} == kept
