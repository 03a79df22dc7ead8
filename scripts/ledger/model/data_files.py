"""Read a data file into its model."""

from __future__ import annotations

from pathlib import Path

from ledger.core.problems import Problem
from ledger.model.text_files import read_text
from ledger.model.validation import Model, parse_yaml
from ledger.model.yaml_source import BadYamlError, YamlDocument, load_yaml


def read_yaml(model: type[Model], file: Path, path: str, rule: str) -> tuple[Model | None, YamlDocument, list[Problem]]:
    """The content of a YAML file as ``model``, and its lines; or None, and what is wrong in it."""
    text, problem = read_text(file, path)
    try:
        document = load_yaml(text)
    except BadYamlError as error:
        return None, YamlDocument({}), [Problem(path, error.line, rule, str(error))]
    content, problems = (None, [problem]) if problem else parse_yaml(model, document, path, rule)
    return content, document, problems
