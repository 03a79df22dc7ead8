"""The form of an address: what makes it unusable wherever it leads."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import SplitResult, unquote, urlsplit

from ledger.model.text_files import INVISIBLE_CHARACTER

HOST_NAME = re.compile(
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{1,62}\.?|localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\]"
)
MALFORMED_PATTERNS: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"\s"), "an address cannot contain a space; write %20"),
    (re.compile(r"[<>\"`{}|\\^\x00-\x1f]"), "an address cannot contain this character; percent-encode it"),
    (
        re.compile(r"\A(?:www\.|https?[/.]|https?:/?[^/]|https?:/{3,}|h?ttps?//|htt?p?s?;//)", re.IGNORECASE),
        "write https:// in full",
    ),
)
"""What no address may contain, with the fix. Relative addresses are checked for nothing else."""
BAD_PERCENT_ENCODING = re.compile(r"%(?![0-9A-Fa-f]{2})")
TRAILING_PUNCTUATION = re.compile(r"[,;:]$|://[^/?#]*\.$")
"""A full stop may end a path, as in /wiki/Example_Inc."""
MAIL_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
TELEPHONE_NUMBER = re.compile(r"\+?[\d().-]+(?:;[a-z0-9-]+(?:=[\w.+()-]+)?)*", re.IGNORECASE)


def describe_malformed_address(address: str) -> str | None:
    """What is wrong with the form of an address, and how to fix it; None where it is well formed."""
    if INVISIBLE_CHARACTER.search(unquote(address)):
        return "the address has an invisible character in it; type the address again"
    for pattern, message in MALFORMED_PATTERNS:
        if pattern.search(address):
            return message
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises where it is not a number
    except ValueError as error:
        return f"not an address: {error}"
    if not parts.scheme:
        return None
    describe = DESCRIBE_BY_SCHEME.get(parts.scheme)
    if describe is None:
        return f"'{parts.scheme}:' is not allowed here; use https:, mailto: or a relative path"
    if message_of_scheme := describe(address, parts):
        return message_of_scheme
    if BAD_PERCENT_ENCODING.search(address):
        return "a % must be followed by two hex digits; write %25"
    return None


def _describe_bad_web_address(address: str, parts: SplitResult) -> str | None:
    if "@" in parts.netloc:
        return "an address must not contain a user name; remove it"
    host = parts.netloc if "[" in parts.netloc else parts.netloc.partition(":")[0]
    if not parts.hostname or not HOST_NAME.fullmatch(host):
        return "the host name is missing or impossible; correct it"
    if TRAILING_PUNCTUATION.search(address):
        return "the address ends with a punctuation mark; remove that"
    return None


def _describe_bad_mail_address(_: str, parts: SplitResult) -> str | None:
    return None if MAIL_ADDRESS.fullmatch(parts.path) else "not a mail address; write mailto:name@example.org"


def _describe_bad_telephone_number(_: str, parts: SplitResult) -> str | None:
    return None if TELEPHONE_NUMBER.fullmatch(parts.path) else "not a telephone number; write tel:+44-20-…"


DESCRIBE_BY_SCHEME: Mapping[str, Callable[[str, SplitResult], str | None]] = {
    "http": _describe_bad_web_address,
    "https": _describe_bad_web_address,
    "mailto": _describe_bad_mail_address,
    "tel": _describe_bad_telephone_number,
}
"""The schemes that a link may have, and what describes a malformed address of each."""
