"""The open data: what is exported equals what was typed; schemas and package validate; nothing is added up."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import frictionless
import jsonschema
import pytest

from conftest import BIB, ROOT, Make
from ledger.checks import bib_fields
from ledger.export import data_files, dataset, json_schemas, tables
from ledger.model import bib_reader, bibliography, project, yaml_source
from ledger.model.claims import Claim
from ledger.model.project import Project
from ledger.model.trial_record import Harm, Record, Result, TrialPage
from samples import SAMPLE, TODAY, small


@pytest.fixture(scope="module")
def published() -> Project:
    return project.load_project(ROOT)


@pytest.fixture(scope="module")
def files(published: Project) -> dict[str, str]:
    return data_files.build_data_files(published)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


# --- round trip ---------------------------------------------------------------------------------------


def _list_differences(exported: Any, typed: Any, default: dict[str, Any], place: str) -> list[str]:
    """Where an exported value is not what was typed, apart from the two short forms of a fact."""
    if isinstance(exported, dict) and not isinstance(typed, dict):
        return _list_differences(exported, {"value": typed}, default, place)
    if isinstance(exported, dict):
        added = {key: value for key, value in exported.items() if key not in typed}
        found = [] if added.items() <= default.items() else [f"{place}: {added} was added"]
        for key, value in typed.items():
            found += _list_differences(exported.get(key), value, default, f"{place}.{key}")
        return found
    if isinstance(exported, list) and isinstance(typed, list) and len(exported) == len(typed):
        pairs = enumerate(zip(exported, typed, strict=True))
        return [line for n, (one, two) in pairs for line in _list_differences(one, two, default, f"{place}.{n}")]
    if isinstance(exported, float):
        typed = float(typed)  # a decimal number is a text in a record
    return [] if exported == typed else [f"{place}: {exported} is not {typed}"]


def test_every_record_is_exported_as_it_was_typed_with_the_source_of_each_fact(
    published: Project, files: dict[str, str]
) -> None:
    exported = json.loads(files["trials.json"])["trials"]
    assert len(exported) == len(published.records)
    for item in exported:
        text = (ROOT / item["source"]).read_text(encoding="utf-8")
        header, _ = yaml_source.split_front_matter(text)
        assert header is not None
        typed = yaml_source.load_yaml(header).data
        default = typed["trial"].pop("default_source")
        assert _list_differences(item["front_matter"], typed, default, item["source"]) == []


def test_an_exported_record_is_a_record_again(published: Project, files: dict[str, str]) -> None:
    for item in json.loads(files["trials.json"])["trials"]:
        again = TrialPage.model_validate(item["front_matter"])
        assert again.trial == published.records[again.trial.id][1]


@pytest.mark.parametrize(("name", "part"), [("outcomes.csv", "results"), ("harms.csv", "harms")])
def test_every_row_of_results_and_harms_is_in_its_file(
    published: Project, files: dict[str, str], name: str, part: str
) -> None:
    model: Any = Result if part == "results" else Harm
    back: dict[str, list[Any]] = defaultdict(list)
    for row in table(files[name]):
        values: dict[str, Any] = {
            key: row[key].removeprefix("'") for key in model.model_fields if key != "certainty" and row[key] != ""
        }
        numbers: dict[str, Any] = {key: int(values[key]) for key in ("n", "of", "n_people") if key in values}
        printed = {"value": row["value_text"].removeprefix("'") or None, "unit": values.get("unit")}
        if printed["value"] is None and row["lower"]:
            printed["unit"] = None  # of the interval
        back[row["trial"]].append(model.model_validate({**values, **numbers, **printed}))
    for id_, (_, record) in published.records.items():
        rows = [
            item.model_copy(update={"certainty": None}) if part == "results" else item for item in getattr(record, part)
        ]
        assert back[id_] == rows, id_


@pytest.mark.parametrize(
    ("printed", "numbers"),
    [
        ({"value": "6.2", "unit": "%"}, (6.2, "%", None, None)),
        ({"value": "-10", "unit": "%"}, (-10, "%", None, None)),
        ({"value": "40 (SD 41)", "unit": "%"}, (40, "%", None, None)),
        ({"value": "0.22 ± 0.17", "unit": "IU/kg"}, (0.22, "IU/kg", None, None)),
        ({"value": "0.1 to 0.3", "unit": "ng/mL"}, (None, "ng/mL", 0.1, 0.3)),
        ({"value": "43", "unit": "months (median)", "interval": "range 6 to 100"}, (43, "months (median)", 6, 100)),
        ({"n": 10, "of": 12, "interval": "52 to 98 % (95 %, our calculation)"}, (None, "%", 52, 98)),
        ({"n": 10, "of": 12}, (None, None, None, None)),
        ({"value": "about 10 %"}, (None, None, None, None)),
        ({"value": "83 of 297 events (27.9 %)"}, (None, None, None, None)),
    ],
)
def test_numbers_are_read_from_what_is_printed_and_none_is_computed(
    printed: dict[str, Any], numbers: tuple[float | str | None, ...]
) -> None:
    row = Result.model_validate({"measure": "m", "cite": "k", "seen": "abstract", **printed})
    columns = tables.parse_measurement(row)
    assert tuple(columns[name] for name in ("value", "unit", "lower", "upper")) == numbers
    assert columns["value_text"] == printed.get("value")


def test_a_column_of_numbers_is_described_as_one(files: dict[str, str]) -> None:
    resources = json.loads(files["datapackage.json"])["resources"]
    fields = next(item for item in resources if item["path"] == "outcomes.csv")["schema"]["fields"]
    kinds = {field["name"]: field["type"] for field in fields}
    assert [kinds[name] for name in ("value", "unit", "lower", "upper", "value_text")] == [
        "number", "string", "number", "number", "string",
    ]  # fmt: skip


def test_a_rating_in_a_file_is_computed_and_has_its_reasons(files: dict[str, str]) -> None:
    rows = table(files["outcomes.csv"])
    assert {row["certainty"] for row in rows} <= {"high", "moderate", "low", "very low", "no data"}
    assert all(row["certainty_why"] for row in rows)
    first = table(files["certainty.csv"])[0]
    assert (first["therapy"], first["certainty"]) == ("zimislecel", "low")
    assert "starts at low, not randomised; risk of bias, down one level: " in first["certainty_why"]


def test_a_trials_row_holds_its_counts_with_their_sources(published: Project, files: dict[str, str]) -> None:
    found = {row["id"]: row for row in table(files["trials.csv"])}
    assert set(found) == set(published.records)
    for id_, (_, record) in published.records.items():
        for name in ("planned", "enrolled", "treated", "controls", "analysed"):
            count = getattr(record.people, name)
            assert found[id_][f"people_{name}"] == (str(count.value) if count else ""), id_
            assert found[id_][f"people_{name}_cite"] == (count.cite if count else ""), id_
        assert found[id_]["evidence_stage"] == record.stage
        assert found[id_]["phase"] == record.phase.value


def test_claims_read_back(published: Project, files: dict[str, str]) -> None:
    claims = json.loads(files["claims.json"])["claims"]
    assert [Claim.model_validate(item) for item in claims] == published.claims.claims
    assert [row["id"] for row in table(files["claims.csv"])] == [claim.id for claim in published.claims.claims]


def test_the_bibtex_reads_back_as_the_same_entries(published: Project, files: dict[str, str]) -> None:
    again = bib_reader.read_bibliography(files["references.bib"].replace("  keywords = ", "  kind = ")).entries
    assert {key: entry.fields for key, entry in again.items()} == {
        key: entry.fields for key, entry in published.bibliography.entries.items()
    }


def test_only_fields_of_the_list_are_published(make: Make) -> None:
    text = BIB.replace("  year", "  file = {C:\\me\\secret.pdf},\n  abstract = {secret},\n  volme = {secret},\n  year")
    text = f"% secret\n@comment{{jabref-meta: secret}}\n@string{{x = {{secret}}}}\n{text}"
    for name, content in data_files.build_data_files(
        project.load_project(make({"references.bib": text}), TODAY)
    ).items():
        assert "secret" not in content, name
        if name == "references.bib":
            assert content.split("\n\n", 1)[1] == BIB.replace("  kind", "  keywords")


def test_every_published_field_describes_a_source(files: dict[str, str]) -> None:
    entries = bib_reader.read_bibliography(files["references.bib"]).entries.values()
    assert {name for entry in entries for name in entry.fields} <= bib_fields.KNOWN_FIELDS - {"kind"} | {"keywords"}
    assert bib_fields.KNOWN_FIELDS.isdisjoint(bib_fields.PRIVATE_FIELDS)


def test_the_csl_json_has_every_entry_with_its_identifiers(published: Project, files: dict[str, str]) -> None:
    items = {item["id"]: item for item in json.loads(files["references.json"])}
    assert list(items) == list(published.bibliography.entries)
    for key, entry in published.bibliography.entries.items():
        for ours, theirs in (("doi", "DOI"), ("pmid", "PMID"), ("pmcid", "PMCID"), ("url", "URL")):
            assert items[key].get(theirs, "") == entry.get(ours), key
        assert re.sub("[‘’“”]", "'", items[key]["title"]) == re.sub("[‘’“”]", "'", entry.text("title"))
        people = [person for person in bibliography.split_names(entry.get("author")) if person.family != "others"]
        assert len(items[key].get("author", [])) == len(people), key


def test_a_source_as_csl_json(make: Make) -> None:
    small(make)
    text = BIB.replace("  pages", "  volume = {1},\n  pages")
    [item] = data_files.export_references(project.load_project(make({"references.bib": text}), TODAY))
    assert item == {
        "id": "known2024",
        "type": "article-journal",
        "author": [{"family": "Doe", "given": "Jane"}, {"family": "Roe", "given": "Richard"}],
        "title": "A trial",
        "container-title": "J Test",
        "volume": "1",
        "page": "1-2",
        "note": "registered as NCT01234567",
        "DOI": "10.1234/abc",
        "genre": "trial report",
        "issued": {"date-parts": [[2024]]},
        "custom": {
            "data_version": "2026-11-21",
            "licence": "CC-BY-4.0",
            "status": {
                "state": "not checked",
                "not_checked": ["Crossref", "Retraction Watch"],
                "doi": dict.fromkeys(("exists", "title", "first author", "year", "journal"), "not checked"),
            },
        },
    }


# --- schemas, dictionary, package ---------------------------------------------------------------------


def test_the_schema_is_valid_and_every_record_keeps_it(files: dict[str, str]) -> None:
    schema = json.loads(files["trial.schema.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for item in json.loads(files["trials.json"])["trials"]:
        assert not list(validator.iter_errors(item["front_matter"])), item["source"]


@pytest.mark.parametrize(
    ("old", "new"), [("value: phase 1,", "value: phase I,"), ("cohort: sample", "cohrt: sample"), ("n: 10,", "n: ten,")]
)
def test_the_schema_refuses_what_the_model_refuses(files: dict[str, str], old: str, new: str) -> None:
    header, _ = yaml_source.split_front_matter(SAMPLE.replace(old, new, 1))
    assert header is not None
    validator = jsonschema.Draft202012Validator(json.loads(files["trial.schema.json"]))
    assert list(validator.iter_errors(yaml_source.load_yaml(header).data))


def test_every_claim_keeps_the_claims_schema(files: dict[str, str]) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(files["claims.schema.json"]))
    for claim in json.loads(files["claims.json"])["claims"]:
        assert not list(validator.iter_errors(claim))


def test_every_field_of_a_record_has_a_meaning() -> None:
    rows = json_schemas.build_dictionary()
    assert len(rows) > 150
    assert [row["field"] for row in rows if not row["meaning"]] == []
    assert len({row["field"] for row in rows}) == len(rows)
    words = {row["field"]: row["words"] for row in rows}
    assert words["trial.phase.value"].startswith("early phase 1; phase 1;")


def test_the_package_validates_with_all_its_tables(files: dict[str, str], tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    report = frictionless.Package(str(tmp_path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "type", "message"])[:5]
    named = {resource["path"] for resource in json.loads(files["datapackage.json"])["resources"]}
    assert named == set(files) - {"datapackage.json"}


def test_licence_and_version_stand_in_each_file(files: dict[str, str], published: Project) -> None:
    version = dataset.get_data_version(published)
    assert version >= "2026-11-21"
    for name, text in files.items():
        assert version in text, name
        assert "CC-BY-4.0" in text, name


def test_nothing_is_added_up_over_trials(published: Project, files: dict[str, str]) -> None:
    whole = json.loads(files["trials.json"])
    assert set(whole) == {"name", "version", "licence", "licence_url", "pooling", "trials"}
    assert "never added up" in whole["pooling"]
    for name, text in files.items():
        if name.endswith(".csv") and name not in ("claims.csv", "certainty.csv"):
            ids = {row.get("id") or row.get("trial") for row in table(text)}
            assert ids <= set(published.records), name  # no row stands for more than one trial


# --- a hostile or odd record --------------------------------------------------------------------------


def test_text_with_commas_quotes_and_breaks_survives_in_csv(make: Make) -> None:
    text = SAMPLE.replace("value: A university", "value: 'A \"great\", odd; university'")
    found = data_files.build_data_files(small(make, text))
    [row] = table(found["trials.csv"])
    assert row["sponsor"] == 'A "great", odd; university'


def test_no_cell_runs_as_a_formula(make: Make) -> None:
    record = SAMPLE.replace("plain_title: Islets from a donor line", "plain_title: '=HYPERLINK(\"https://a.example\")'")
    record = record.replace('unit: "%", comparator: 8.1% before', "unit: \"%\", comparator: '-1.5'")
    files = data_files.build_data_files(project.load_project(make({"docs/trials/sample.md": record}), TODAY))
    assert table(files["trials.csv"])[0]["plain_title"] == '\'=HYPERLINK("https://a.example")'
    assert table(files["outcomes.csv"])[1]["comparator"] == "-1.5"  # a number
    assert json.loads(files["trials.json"])["trials"][0]["front_matter"]["trial"]["plain_title"].startswith("=")


def test_a_project_without_trials_has_whole_files(make: Make) -> None:
    found = data_files.build_data_files(project.load_project(make(), TODAY))
    assert json.loads(found["trials.json"])["trials"] == []
    assert found["trials.csv"].startswith("id,")


def test_what_was_left_out_stays_left_out(make: Make) -> None:
    [item] = data_files.export_trials(small(make))
    assert "dates" not in item["front_matter"]["trial"]
    assert isinstance(Record.model_validate(item["front_matter"]["trial"]), Record)
