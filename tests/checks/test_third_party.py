"""Files of the site that would make a reader's browser contact another host."""

from __future__ import annotations

import pytest

from conftest import Make, check_links


def asked(make: Make, path: str, text: str) -> list[str]:
    """``path:line`` for each request to a third party that a file would make."""
    problems = check_links(make({path: text})).problems
    return [f"{problem.path}:{problem.line}" for problem in problems if problem.rule == "third-party"]


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("docs/a.css", "a{}\n@import url(https://example.org/x.css);\n", 2),
        ("docs/a.css", '\n\n@import "//example.org/x.css";\n', 3),
        ("docs/a.css", "@font-face{src:url('https://example.org/x.woff2')}\n", 1),
        ("docs/a.css", "a{background:image-set('https://example.org/x.png' 1x)}\n", 1),
        ("docs/a.js", "\nfetch('https://example.org')\n", 2),
        ("docs/a.js", "fetch(`https://example.org/${x}`)\n", 1),
        ("docs/a.js", "import x from 'https://example.org/x.js'\n", 1),
        ("docs/a.js", "export * from 'https://example.org/x.js'\n", 1),
        ("docs/a.js", "r.open('GET', 'https://example.org')\n", 1),
        ("docs/a.js", "s.src = 'https://example.org/x.js'\n", 1),
        ("docs/a.js", "s.setAttribute('src', 'https://example.org/x.js')\n", 1),
        ("docs/a.js", "new WebSocket('wss://example.org')\n", 1),
        ("docs/a.js", "const u = '//example.org/x';\nfetch(u)\n", 1),
        ("docs/a.svg", "<svg>\n<image href='https://example.org/x.png'/></svg>\n", 2),
        ("docs/a.html", "<img src=https://example.org/x.png>\n", 1),
        ("overrides/main.html", '<p>\n<script src="https://example.org/x.js"></script>\n', 2),
        ("overrides/main.html", "<link href='https://fonts.example.org/x' rel='stylesheet'>\n", 1),
        ("overrides/main.html", "<link rel=preconnect href=//example.org>\n", 1),
        ("overrides/main.html", "<img {% if a > b %}hidden{% endif %} src='https://example.org/x.png'>\n", 1),
        ("overrides/partials/x.html", "<style>\n@import url('https://example.org/x')</style>\n", 2),
        ("mkdocs.yml", "extra_javascript:\n  - https://example.org/x.js\n", 2),
        ("mkdocs.yml", "extra_javascript:\n  - path: https://example.org/x.js\n", 2),
        ("mkdocs.yml", "extra_css: [https://example.org/x.css]\n", 1),
        ("mkdocs.yml", "extra:\n  analytics:\n    provider: google\n", 2),
        ("mkdocs.yml", "extra: {analytics: {provider: google}}\n", 1),
        ("mkdocs.yml", "theme:\n  name: material\n", 1),
        ("mkdocs.yml", "theme: material\n", 1),
        ("mkdocs.yml", "theme:\n  name: material\n  font: false\n  logo: https://example.org/x.png\n", 4),
    ],
)
def test_a_file_of_the_site_that_would_ask_a_third_party_is_told(path: str, text: str, line: int, make: Make) -> None:
    assert asked(make, path, text) == [f"{path}:{line}"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("docs/a.css", "/* url(https://example.org/x.png) */ a{background:url(data:image/png;base64,x)}\n"),
        ("docs/a.css", "a{background:url(img/pic.png)}\n"),
        ("docs/a.js", "// see https://example.org\nconst ns = 'http://www.w3.org/2000/svg';\n"),
        ("docs/a.svg", "<svg xmlns='http://www.w3.org/2000/svg'><use xlink:href='#a'/></svg>\n"),
        ("overrides/main.html", "<a href='https://example.org'>x</a><link rel=canonical href=https://example.org>\n"),
        (
            "overrides/main.html",
            "<!-- <img src='https://example.org/x.png'> -->{# <img src='https://example.org'> #}\n",
        ),
        ("mkdocs.yml", "theme:\n  name: material\n  font: false\n"),
        ("mkdocs.yml", "theme: {name: material, font: false}\n"),
        ("mkdocs.yml", "extra_css:\n  # https://example.org\n  - a.css # https://example.org\n"),
        ("mkdocs.yml", "site_url: https://example.org\nrepo_url: https://example.org\n"),
    ],
)
def test_a_file_of_the_site_that_asks_nobody_raises_nothing(path: str, text: str, make: Make) -> None:
    assert asked(make, path, text) == []
