"""What some texts look like by what they are: Markdown in, groups with names out, and no word changed."""

from __future__ import annotations

import re

import markdown

from ledger.render import callouts

EXTENSIONS = ["admonition", "attr_list", "footnotes", "tables", "toc"]


def html(text: str) -> str:
    return markdown.markdown(text, extensions=[*EXTENSIONS, callouts.CalloutExtension()])


def words(made: str) -> list[str]:
    return re.sub(r"<[^>]*>", " ", made).split()


BENEFIT = '!!! benefit "Seen"\n    It helped.\n'
HARM = '!!! harm "Harm"\n    It hurt.\n'


def test_a_benefit_and_the_harm_behind_it_become_a_pair() -> None:
    made = html(f"{BENEFIT}\n{HARM}\nText.")
    inside = made[made.index('<div class="pair">') : made.index("Text.")]
    assert inside.index("It helped.") < inside.index("It hurt.")
    assert made.count('<div class="pair">') == 1


def test_two_pairs_stay_two_and_what_is_alone_stays_alone() -> None:
    assert html(f"{BENEFIT}\n{HARM}\n{BENEFIT}\n{HARM}").count('<div class="pair">') == 2
    assert "pair" not in html(f"{HARM}\n{BENEFIT}")
    assert "pair" not in html(f"{BENEFIT}\nText.\n\n{HARM}")


def test_a_line_of_certainty_is_named_and_other_bold_words_are_not() -> None:
    assert '<p class="sure"><strong>How sure:</strong>' in html("# T\n\n## S\n\n**How sure:** very low.")
    assert '<li class="sure">' in html("- **How sure?** Not judged.")
    assert "sure" not in html("We are **how sure**.").replace("how sure", "")
    assert "class" not in html("**Sure.** Yes.")


def test_an_opening_that_ends_with_certainty_is_the_key_message() -> None:
    made = html("# Title\n\nOne.\n\n**How sure:** no data.\n\nTwo.\n\n## Next\n\nThree.")
    box = made[made.index('<div class="admonition key">') : made.index("</div>")]
    assert "Key message" in box
    assert "One." in box
    assert "no data." in box
    assert "Two." not in box


def test_an_opening_with_a_box_of_its_own_or_without_certainty_is_left_alone() -> None:
    own = html('# Title\n\nOne.\n\n!!! key "Key message"\n    Two.\n\n    **How sure:** three.\n')
    assert own.count("admonition key") == 1
    assert "<p>One.</p>" in own
    assert "admonition" not in html("# Title\n\nOne.\n\n## Next\n\n**How sure:** two.")


def test_a_section_of_limits_is_a_box_with_its_heading_up_to_the_next_section() -> None:
    made = html("# T\n\n## What is not known\n\nA.\n\n### More\n\n- B\n\n## Next\n\nC.")
    box = made[made.index('<div class="limits">') : made.index("</div>")]
    assert box.index('id="what-is-not-known"') < box.index("A.") < box.index("More") < box.index("B")
    assert "C." not in box
    assert '<div class="limits">' in html("## Open problems\n\nThe last section.")
    last = html("## Open problems\n\nThe last section[^a].\n\n[^a]: A note.")
    assert '</div>\n<div class="footnote">' in last
    assert "limits" not in html("## Benefits seen\n\nA.")


def test_cells_of_a_wide_table_know_their_column() -> None:
    made = html("| A | B b | C |\n|---|---|---|\n| 1 | 2 | 3 |\n")
    assert "<table data-stack" in made
    assert '<td data-label="B b">2</td>' in made
    assert "<td>1</td>" in made
    assert "data-" not in html("| A | B |\n|---|---|\n| 1 | 2 |\n")


def test_no_word_is_lost_or_changed() -> None:
    text = f"# T\n\nOne.\n\n{BENEFIT}\n{HARM}\n## What is not known\n\nA & b.\n\n| A | B | C |\n|---|---|---|\n| 1 | 2 | 3 |\n"
    assert words(html(text)) == words(markdown.markdown(text, extensions=EXTENSIONS))
