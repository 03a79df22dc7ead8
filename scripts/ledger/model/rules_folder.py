"""Read a file of the folder ``rules/``, which editors change: the wording of the rules, word lists, instruments.

The folder belongs to the engine, so it is found from this file and not from the current folder.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from ledger.core.errors import CannotRunError
from ledger.model.validation import describe_error
from ledger.model.yaml_source import BadYamlError, YamlDocument, load_yaml

Form = TypeVar("Form")

ENGINE_ROOT = Path(__file__).resolve().parents[3]
RULES_FOLDER = ENGINE_ROOT / "rules"


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
        errors = error.errors(include_url=False)
        # A misspelt key is unknown and missing: the unknown one is what the editor typed.
        first = next((one for one in errors if one["type"] == "extra_forbidden"), errors[0])
        missing = [str(one["loc"][-1]) for one in errors if one["type"] == "missing"]
        place = tuple(part for part in first["loc"] if part != "[key]")
        shown = ".".join(str(part) for part in place)
        raise report_at(
            name, document.line(place), f"{shown}: {describe_error(first, missing)}".removeprefix(": ")
        ) from None


def report_at(name: str, line: int, message: str) -> CannotRunError:
    """The error at a line of a file of the folder."""
    return CannotRunError(f"{RULES_FOLDER.name}/{name}:{line}: {message}")
