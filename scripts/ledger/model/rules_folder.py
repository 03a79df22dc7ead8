"""Read a file of the folder ``rules/``, which editors change: the wording of the rules, word lists, instruments.

The folder belongs to the engine, so it is found from this file and not from the current folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from ledger.core.errors import CannotRunError
from ledger.model.yaml_source import BadYamlError, YamlDocument, load_yaml

Form = TypeVar("Form")

ENGINE_ROOT = Path(__file__).resolve().parents[3]
RULES_FOLDER = ENGINE_ROOT / "rules"

HINTS_BY_ERROR = {
    "missing": "this key is missing; add it",
    "extra_forbidden": "unknown key; remove it",
    "string_type": "this must be text; put it in quotes",
    "string_too_short": "there is no text; write it",
    "list_type": "a list is needed here; begin each line with '- '",
    "too_short": "the list is empty; add an item",
    "dict_type": "`key: value` lines are needed here; add them",
    "model_type": "`key: value` lines are needed here; add them",
}


def load_rules_file(name: str, form: type[Form]) -> tuple[Form, YamlDocument]:
    """A file of the folder as typed data, and its lines. Raises CannotRunError, one line that names the place."""
    path = RULES_FOLDER / name
    try:
        document = load_yaml(path.read_text(encoding="utf-8"))
        return TypeAdapter(form).validate_python(document.data), document
    except BadYamlError as error:
        raise report_at(name, error.line, str(error)) from None
    except UnicodeDecodeError:
        raise report_at(name, 1, "this is not UTF-8 text; save the file as UTF-8") from None
    except FileNotFoundError:
        raise report_at(name, 1, "the file is missing; restore it") from None
    except ValidationError as error:
        errors: list[dict[str, Any]] = [dict(one) for one in error.errors(include_url=False)]
        # A misspelt key is unknown and missing: the unknown one is what the editor typed.
        first = next((one for one in errors if one["type"] == "extra_forbidden"), errors[0])
        missing = [str(one["loc"][-1]) for one in errors if one["type"] == "missing"]
        place = tuple(part for part in first["loc"] if part != "[key]")
        shown = ".".join(str(part) for part in place)
        raise report_at(
            name, document.line(place), f"{shown}: {_describe(first, missing)}".removeprefix(": ")
        ) from None


def report_at(name: str, line: int, message: str) -> CannotRunError:
    """The error at a line of a file of the folder."""
    return CannotRunError(f"{RULES_FOLDER.name}/{name}:{line}: {message}")


def _describe(error: dict[str, Any], missing: Sequence[str]) -> str:
    if error["type"] == "extra_forbidden" and (near := get_close_matches(str(error["loc"][-1]), missing, 1)):
        return f"unknown key; did you mean '{near[0]}'?"
    if error["type"] == "literal_error":
        return f"'{error['input']}' is not allowed here; write one of: {error['ctx']['expected']}"
    return HINTS_BY_ERROR.get(error["type"]) or str(error["msg"]).removeprefix("Value error, ")
