"""What the published pages must keep: plain openings, sources for every number, and the facts that are easy to get wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from ledger import citations, generate, links, project
from ledger.project import Page

ROOT = Path(__file__).resolve().parent.parent
TODAY = date.today()
SITE = project.load(ROOT, TODAY)
PAGES = sorted(SITE.pages)
KINDS = (
    "home",
    "basics",
    "therapy",
    "requirement",
    "safety",
    "outcomes",
    "trial",
    "article",
    "questions",
    "glossary",
    "about",
    "index",
)
MOST_GRADE, MOST_WORDS = 8.0, 16.0
CITED = re.compile(r"\s*\[@[^\]]*\]")


# --- front matter -------------------------------------------------------------------------------------


@pytest.mark.parametrize("src", PAGES)
def test_every_page_says_what_it_is_and_when_it_was_checked(src: str) -> None:
    data = SITE.pages[src].meta.data
    assert data["title"].strip()
    assert 20 <= len(data["description"]) <= 160
    assert data["kind"] in KINDS
    assert date(2026, 1, 1) <= date.fromisoformat(data["checked"])
    assert data["reviewed_by"].strip()


@pytest.mark.parametrize("src", PAGES)
def test_every_page_has_one_title(src: str) -> None:
    levels = [heading.level for heading in SITE.pages[src].source.headings]
    assert levels[:1] == [1]
    assert levels.count(1) == 1


# --- sources ------------------------------------------------------------------------------------------


def test_every_number_has_a_source_and_every_source_a_page() -> None:
    report = citations.check(SITE)
    assert [str(problem) for problem in report.problems] == []
    assert report.counts["excuses"] <= citations.MOST_EXCUSES
    assert report.counts["citations"] > 500


def test_every_link_holds() -> None:
    assert [str(problem) for problem in links.check(SITE).problems] == []


def test_the_references_of_the_articles_are_there_and_discussed() -> None:
    numbers = {entry.get("articlenumber"): key for key, entry in SITE.bibliography.entries.items()}
    wanted = [*(f"A{n}" for n in range(1, 19)), *(f"B{n}" for n in range(1, 4))]
    assert not set(wanted) - set(numbers)
    discussed = {citation.key for citation in citations.find(SITE.pages["articles/reference-lists.md"])}
    assert not [number for number in wanted if numbers[number] not in discussed]


# --- plain language -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Readability:
    """Flesch and Kincaid's school grade (US), and words a sentence."""

    grade: float
    words_a_sentence: float


def syllables(word: str) -> int:
    """Groups of vowels, two where i meets a or o (di-abetes), none for a silent e: near enough over a paragraph."""
    letters = re.sub(r"(?<=..)(?:(?<!l)e|(?<![td])ed)$", "", re.sub(r"[^a-z]", "", word.lower()))
    return max(len(re.findall(r"(?<![tcs])i(?=[ao])|[aeiouy]+", letters)), 1)


def readability(text: str) -> Readability:
    """Of plain text with a blank line between paragraphs."""
    sentences = [part for part in re.split(r"(?<=[.?!])[\"”')]*\s+|\n\s*\n", text) if re.search(r"\w", part)]
    words = [word for word in text.split() if re.search(r"\w", word)]
    length = len(words) / len(sentences)
    return Readability(0.39 * length + 11.8 * sum(map(syllables, words)) / len(words) - 15.59, length)


def opening(text: str) -> str:
    """The plain words of a page before its first section or generated table."""
    text = re.split(r"^## |<!--\s*generated:", text, maxsplit=1, flags=re.MULTILINE)[0]
    text = re.sub(r"<!--.*?-->", "", CITED.sub("", text), flags=re.DOTALL)
    text = re.sub(r"^(?:#.*|\s*(?:!!!|\?\?\?).*|\s*\|.*)$", "\n", text, flags=re.MULTILINE)
    text = re.sub(r"^\s*(?:[-*]|\d+\.|:)\s+", "\n\n", text, flags=re.MULTILINE)
    return re.sub(r"[*_`]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text))


def test_syllables_are_counted() -> None:
    words = {
        "cell": 1,
        "insulin": 3,
        "one": 1,
        "table": 2,
        "stopped": 1,
        "needed": 2,
        "the": 1,
        "2024": 1,
        "diabetes": 4,
    }
    assert {word: syllables(word) for word in words} == words


def test_easy_text_has_a_low_grade_and_hard_text_a_high_one() -> None:
    assert readability("The cat sat. It was fat.").grade < 2
    hard = "Immunosuppressive pharmacotherapy necessitates individualised haematological surveillance."
    assert readability(hard).grade > 20
    assert readability("One two three. Four five six seven eight.").words_a_sentence == 4
    assert readability("A line\n\nAnother line").words_a_sentence == 2


def test_the_opening_is_what_stands_before_the_first_section() -> None:
    text = '# T\n\nOne **two** [three](x.md) [@a; @b].\n\n!!! key "K"\n    Four.\n\n- five\n- six\n\n## S\n\nseven'
    assert opening(text).split() == ["One", "two", "three.", "Four.", "five", "six"]
    assert opening("Eight.\n\n<!-- generated: trial-facts -->\n\nnine").split() == ["Eight."]


@pytest.mark.parametrize("src", PAGES)
def test_every_opening_is_plain(src: str) -> None:
    found = readability(opening(SITE.pages[src].text))
    assert found.grade <= MOST_GRADE
    assert found.words_a_sentence <= MOST_WORDS


@pytest.mark.parametrize("src", PAGES)
def test_no_page_praises(src: str) -> None:
    text = f"{SITE.pages[src].meta.data['title']} {SITE.pages[src].meta.data['description']} {shown(SITE.pages[src])}"
    unquoted = re.sub(r"[\"“][^\"“”]{0,300}[\"”]", "", text)
    assert not re.findall(r"breakthrough|miracle|revolutionary|game[- ]changer", unquoted, re.IGNORECASE)


# --- the questions ------------------------------------------------------------------------------------


def test_twenty_questions_have_short_answers() -> None:
    page = SITE.pages["questions.md"]
    answers = re.split(r"^## ", page.text, flags=re.MULTILINE)[1:]
    assert len(answers) == 20
    for answer in answers:
        question, _, text = answer.partition("\n")
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", CITED.sub("", text)).split()
        assert len([word for word in words if re.search(r"\w", word)]) <= 120, question
        assert question.endswith("?"), question


# --- what must be right -------------------------------------------------------------------------------


def shown(page: Page) -> str:
    """A page's words with its generated tables, without citations and marks."""
    text = generate.html(page, SITE, generate.markdown(page, SITE, page.text))
    text = text.partition('<ul class="bibliography"')[0]  # titles of sources are not our words
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", CITED.sub("", unescape(re.sub(r"<[^<>]*>", " ", text))))
    return " ".join(re.sub(r"[*`]", "", text.replace("&#124;", "|")).split())


def says(src: str, *patterns: str) -> None:
    """The page holds each pattern (a regular expression, capitals do not matter)."""
    text = shown(SITE.pages[src])
    missing = [pattern for pattern in patterns if not re.search(pattern, text, re.IGNORECASE)]
    assert not missing, f"{src} does not say {missing}"


def telling(key: str, results: str) -> list[str]:
    """The pages that cite ``key`` for something that matches ``results`` in the same block."""
    found = []
    for src, page in SITE.pages.items():
        blocks = [block.text for block in page.source.blocks if re.search(rf"@{key}\b", block.text)]
        if any(re.search(results, block, re.IGNORECASE) for block in blocks):
            found.append(src)
    return found


WANG_RESULT = r"day 75|96\.21|98 %|off insulin|no insulin|insulin.independen|free of insulin|stopped insulin|needed no"
ON_DRUGS = r"immunosuppress|immune drugs?|hold(?:s|ing)? back (?:the|her) immune|drugs? against rejection"


def test_wang_is_never_told_without_the_drugs_she_was_on() -> None:
    pages = telling("wang2024chemically", WANG_RESULT)
    assert len(pages) >= 5
    for src in pages:
        says(src, r"second-hand|news reports?", ON_DRUGS)


def test_wang_is_said_to_have_been_on_drugs_after_two_liver_transplants() -> None:
    for src in ("trials/wang-2024.md", "therapies/own-cell-islets.md", "articles/article-a.md"):
        says(src, r"second-hand|news reports?", r"two (?:earlier )?liver transplants", r"article A|the article says")
    assert SITE.records["wang-2024"][1].immune_strategy.value == "immunosuppression for earlier transplants"
    assert SITE.records["wang-2024"][1].immune_strategy.seen == "second-hand"


def test_wang_is_one_person_one_report_one_year() -> None:
    says(
        "trials/wang-2024.md",
        r"one person and one report",
        r"day 75",
        r"43\.18 % to 96\.21 % by month 4",
        r"above 98 %",
        r"follow-up is one year",
        r"as two studies; they are not",
    )
    record = SITE.records["wang-2024"][1]
    assert [row.of for row in record.results if row.measure == "insulin independence"] == [1]
    assert record.people.treated
    assert record.people.treated.value == 1


def test_forward_is_told_whole() -> None:
    record = SITE.records["forward"][1]
    assert record.people.analysed
    assert record.people.analysed.value == 14
    [main] = [row for row in record.results if row.measure == "insulin independence" and row.at == "day 365"]
    assert (main.n, main.of, main.group) == (10, 12, "full dose")
    deaths = [row for row in record.harms if row.event == "death"]
    assert [(row.n, row.of) for row in deaths] == [(2, 14)]
    assert "investigators" in (deaths[0].judged_by or "")
    neutropenia = [row for row in record.harms if "neutropenia" in row.event]
    assert [(row.n, row.of) for row in neutropenia] == [(3, 14)]
    for src in ("trials/forward.md", "therapies/zimislecel.md"):
        says(
            src,
            r"half(?: a)? dose",
            r"10 of (?:the )?12",
            r"day 365",
            r"below 7 %",
            r"severe lows?",
            r"immunosuppress|hold back the immune",
            r"meningitis",
            r"severe dementia with agitation",
            r"neutropenia",
            r"interim",
            r"not prespecified|not (?:been )?planned (?:in advance|beforehand)",
            r"no control group|no comparison group|without a (?:control|comparison) group|control none|compared with none",
            r"Vertex|the maker paid",
        )

    says("trials/forward.md", r"cryptococcal meningitis", r"earlier cognitive impairment")


def test_forward_results_are_never_told_without_the_harms() -> None:
    for src in telling("reichman2025islets", r"10 of (?:the )?12"):
        if src == "about/method.md":
            continue  # tells how counts are written, not what they mean
        says(src, r"died|deaths?", ON_DRUGS)


def test_vc_02_found_little_and_its_authors_say_why() -> None:
    says(
        "trials/vc-02.md",
        r"no significant benefit",
        r"0\.1 to 0\.3 ng/mL",
        r"too few cells survived|few cells survived",
    )
    says("therapies/encapsulated-cells.md", r"C-peptide", r"6 of 17")


def test_izadi_gives_no_remission_rate() -> None:
    says(
        "trials/izadi-2022.md",
        r"21 people",
        r"within 6 weeks of diagnosis",
        r"“?\"late\" means the placebo group, given cells after year 1",
        r"Nothing we could read supports a remission rate of 70 % or 80 %",
    )


def test_the_adipose_trial_is_over_and_its_harms_are_counted() -> None:
    record = SITE.records["nct03920397"][1]
    assert record.latest.value == "completed"
    says(
        "trials/nct03920397.md",
        r"4 of 8|four of the 8",
        r"thrombophlebitis",
        r"vein of the retina|vein in the eye|retinal vein",
        r"by month 12 the gains .{0,40}were gone",
    )


def test_the_cord_cell_trial_has_no_results() -> None:
    record = SITE.records["nct04061746"][1]
    assert record.latest.value == "active, not recruiting"
    assert record.results == []
    says("trials/nct04061746.md", r"no results were posted")


def test_the_80_per_cent_rests_on_a_seller_and_par_q_measures_no_quality_of_life() -> None:
    says("articles/article-b.md", r"80 %", r"page of a clinic that sells")
    says("outcomes.md", r"seller's page", r"PAR-Q", r"nothing of the kind")
    assert SITE.bibliography.entries["dvcstem2025diabetes"].kind == "seller's page"
    for src in telling("dvcstem2025diabetes", r"80 ?%"):
        says(src, r"seller|sells")


def test_the_us_figures_are_of_2007_and_partly_wrong() -> None:
    says("basics/burden.md", r"23\.6 million", r"7\.8 %", r"2007", r"wrong even then")
    says("articles/article-a.md", r"seventh, not sixth", r"2007")


def test_references_that_cannot_carry_their_claims_are_named() -> None:
    rows = {row.number: row for row in SITE.claims.references}
    text = shown(SITE.pages["articles/reference-lists.md"])
    for number, about in (("A15", "legs?"), ("A17", "multiple sclerosis"), ("A3", "type 2 diabetes")):
        assert re.search(rf"\| {number} \|[^|]*\|[^|]*\|[^|]*{about}", text), number
    assert re.search(r"\| A14 \|[^|]*\|[^|]*\| Never cited in the text", text)
    assert re.search(r"letter to the editor \| The source of article A", text)
    assert {"A3", "A14", "A15", "A17"} <= set(rows)
    for article_key in ("shirbaghaee2023placental", "alanazi2022sclerosis", "arte2024dualistic"):
        verdicts = {row.verdict for row in SITE.claims.citations if row.key == article_key}
        assert verdicts, article_key
        assert "supports" not in verdicts, article_key


def test_blood_stem_cells_came_first_faded_and_killed() -> None:
    says("index.md", r"insulin-free years before 2024")
    says(
        "therapies/blood-stem-cells.md",
        r"insulin.free|off insulin|no insulin",
        r"almost all",
        r"1 of (?:the )?24|one of (?:the )?24|one .{0,40}24 people",
        r"sepsis",
        r"overlap|must not be added|not add",
    )


def test_the_teratoma_was_in_type_2_diabetes_and_spread() -> None:
    assert SITE.records["han-2022-teratoma"][1].diabetes_type == "type 2"
    for src in telling("han2021teratoma", r"tumour|teratoma"):
        says(src, r"type 2")
    says("trials/han-2022-teratoma.md", r"spread to nearby lymph nodes", r"No registered trial is named")


def test_donor_islets_are_the_yardstick() -> None:
    says("therapies/donor-islets.md", r"87\.5 %", r"71 %", r"five years|year 5|5 years")
    for src in telling("hering2016phase3", r"87\.5 ?%"):
        says(src, r"71 ?%")


@pytest.mark.parametrize("src", ["index.md", "questions.md"])
def test_the_two_deaths_are_told_once_with_causes_and_benefit(src: str) -> None:
    text = shown(SITE.pages[src])
    deaths = r"(?:\b(?:2|two) (?:of (?:the )?14 (?:\w+ ){0,3})?died\b|\b(?:2|two) deaths\b)"
    told = [match.start() for match in re.finditer(deaths, text, re.IGNORECASE)]
    assert len(told) == 1
    around = text[max(told[0] - 600, 0) : told[0] + 600]
    for part in (r"12 had no severe low|12 of 12", "fungal infection", "dementia", "did not think", "anti-rejection"):
        assert re.search(part, around), part


MISLEADING = (
    r"no longer (?:had a )?successful",
    r"more than 700",
    r"came in about 9 %",
    r"abstracts we read do not answer",
    r"do not know how new the diabetes",
    r"nearest data come from other cells",
)


@pytest.mark.parametrize("src", [src for src in PAGES if src != "about/corrections.md"])
def test_what_was_corrected_does_not_come_back(src: str) -> None:
    text = shown(SITE.pages[src])
    assert [pattern for pattern in MISLEADING if re.search(pattern, text, re.IGNORECASE)] == []
