"""A test bed of links: a server on this machine that does what servers of the world do, and the truth about each link.

Each kind has the class that a careful person would give it. The same bed is put before other programs by
``scripts/bench_links.py``. Nothing leaves this machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import gzip
import ipaddress
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import format_datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DOI = "10.1234/known"
NO_DOI = "10.1234/unknown"
NCT, OLD_NCT, NO_NCT = "NCT01234567", "NCT00000001", "NCT09999999"


@dataclass(frozen=True)
class Request:
    path: str
    query: str
    headers: Mapping[str, str]
    times: int
    """How often this path has been asked, with this request."""


Answer = Callable[["Bed", Request, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Kind:
    """One kind of link: its name, its address (``{web}`` and other places of the bed in it), and its true class."""

    name: str
    address: str
    truth: str
    others: bool = True
    """Whether other programs can be shown it: not so for identifiers, and for what would leave this machine."""
    markdown: str = ""
    """How it stands on the page, where that is not a plain link."""
    target: str = ""
    """Where it has moved to, if it has."""


def plain(
    status: int, body: str | bytes = "", kind: str = "text/html; charset=utf-8", length: int | None = None, **more: str
) -> Answer:
    """An answer with a body; header names with ``_`` in place of ``-``. ``length`` is what it claims to have."""

    async def answer(bed: Bed, request: Request, writer: asyncio.StreamWriter) -> None:
        raw = body.encode() if isinstance(body, str) else body
        writer.write(head(status, kind, len(raw) if length is None else length, more) + raw)
        await writer.drain()

    return answer


def head(status: int, kind: str, length: int | None, more: Mapping[str, str]) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Odd"
    lines = [f"HTTP/1.1 {status} {phrase}", "Connection: close"]
    lines += [f"Content-Type: {kind}"] if kind else []
    lines += [f"Content-Length: {length}"] if length is not None else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def page(title: str = "A page", text: str = "Some words.") -> Answer:
    return plain(200, html(title, text))


def html(title: str, text: str) -> str:
    return f"<!doctype html><html lang=en><head><title>{title}</title></head><body><h1>{title}</h1>{text}</body></html>"


def to(status: int, target: str, **more: str) -> Answer:
    """A redirect; ``{web}`` in its target is the bed's own address."""

    async def answer(bed: Bed, request: Request, writer: asyncio.StreamWriter) -> None:
        await plain(status, "", length=None, Location=bed.filled(target), **more)(bed, request, writer)

    return answer


def in_turn(*answers: Answer) -> Answer:
    """Another answer each time; the last one for ever."""

    async def answer(bed: Bed, request: Request, writer: asyncio.StreamWriter) -> None:
        await answers[min(request.times, len(answers)) - 1](bed, request, writer)

    return answer


def after(seconds: float, then: Answer) -> Answer:
    async def answer(bed: Bed, request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(seconds * bed.slowness)
        await then(bed, request, writer)

    return answer


async def hang(bed: Bed, request: Request, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(600)


async def reset(bed: Bed, request: Request, writer: asyncio.StreamWriter) -> None:
    """Cut the connection the hard way, without a word."""
    found = writer.get_extra_info("socket")
    found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    writer.transport.abort()


async def silent_end(bed: Bed, request: Request, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def nonsense(bed: Bed, request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.example.org ESMTP ready\r\n")
    await writer.drain()


async def drip(bed: Bed, request: Request, writer: asyncio.StreamWriter) -> None:
    """A byte now and then for ever: never silent, never done."""
    writer.write(head(200, "text/html", None, {}))
    while True:
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.3)


async def endless(bed: Bed, request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(head(200, "text/html; charset=utf-8", None, {}) + html("Large", "").encode())
    for _ in range(400):  # 40 MB, of which a careful reader takes a few kB
        writer.write(b"<p>" + b"x" * 100_000)
        await writer.drain()


async def late_date(bed: Bed, request: Request, writer: asyncio.StreamWriter) -> None:
    """429 with Retry-After as a date, two seconds from now."""
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=2)
    await plain(429, "Busy", Retry_After=format_datetime(soon, usegmt=True))(bed, request, writer)


async def needs_cookie(bed: Bed, request: Request, writer: asyncio.StreamWriter) -> None:
    """The page comes only with the cookie that its own redirect has set."""
    if "seen=1" in request.headers.get("cookie", ""):
        await page()(bed, request, writer)
    else:
        await to(302, "/cookie", Set_Cookie="seen=1; Path=/")(bed, request, writer)


async def no_cookie(bed: Bed, request: Request, writer: asyncio.StreamWriter) -> None:
    """Gone for whoever brings a cookie along from elsewhere."""
    await (plain(404, "No") if request.headers.get("cookie") else page())(bed, request, writer)


async def counts(bed: Bed, request: Request, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0.05)
    await page()(bed, request, writer)


def get_only(status: int) -> Answer:
    """``status`` for a HEAD, a page for a GET."""

    async def answer(bed: Bed, request: Request, writer: asyncio.StreamWriter) -> None:
        await (page() if request.headers[":method"] == "GET" else plain(status))(bed, request, writer)

    return answer


KEEPS_OUT = (402, 407, 409, 411, 412, 413, 414, 415, 416, 417, 418, 419, 420, 421, 422, 423, 424, 426, 428, 430, 431, 440,
             444, 449, 450, 451, 460, 463, 464, 468, 470, 479, 480, 494, 495, 496, 497, 498, 499)  # fmt: skip
IN_TROUBLE = (
    505,
    506,
    507,
    508,
    509,
    510,
    520,
    521,
    522,
    523,
    524,
    525,
    526,
    527,
    529,
    530,
    561,
    567,
    598,
    599,
    666,
    783,
)


def titled(title: str, text: str = "<p>Some words.</p>") -> str:
    """A page with its notice in the title only."""
    return f"<!doctype html><title>{title}</title><body>{text}"


def headed(heading: str, text: str = "<p>Some words.</p>") -> str:
    """A page with its notice in the first heading only."""
    return f"<!doctype html><title>Journal of Cells</title><body><h1>{heading}</h1>{text}"


ARTICLE = "<p>Islets were kept in culture, and their insulin was measured each day.</p>" * 40
WALLS = {
    "just a moment": titled("Just a moment...", "<noscript>Enable JavaScript and cookies to continue</noscript>"),
    "one moment": html("One moment, please...", "<p>Please wait while your request is being verified...</p>"),
    "access denied": html("Access Denied", "<p>You don't have permission to access \"/x\" on this server.</p>Reference #18"),
    "attention": titled("Attention Required! | Cloudflare", "<h1>Sorry, you have been blocked</h1>"),
    "checking": html("Checking your browser before accessing example.org", "<p>This takes 5 seconds.</p>"),
    "checking in the text": titled("example.org", "<div>Checking if the site connection is secure</div>"),
    "verify": headed("Verify you are human by completing the action below."),
    "robot": headed("Are you a robot?"),
    "bot": titled("Making sure you&#39;re not a bot!"),
    "security check": html("Security Check", "<p>Please complete the security check to access the site.</p>"),
    "captcha": titled("example.org", '<p>One more step</p><div class="g-recaptcha" data-sitekey="x"></div>'),
    "hcaptcha": titled("example.org", '<p>One more step</p><div class="h-captcha"></div>'),
    "solve": titled("example.org", "<p>To continue, please solve the CAPTCHA below.</p>"),
    "incapsula": '<html><head><META NAME="robots" CONTENT="noindex"></head><body><iframe id="main-iframe" '
    'src="/_Incapsula_Resource?SWUDNSAI=31">Request unsuccessful. Incapsula incident ID: 1-2</iframe></body></html>',
    "datadome": titled("example.org", '<p id="cmsg">Please enable JS and disable any ad blocker</p><script>var dd='
    "{'host':'geo.captcha-delivery.com'}</script>"),
    "perimeterx": titled("Access to this page has been denied", '<div id="px-captcha"></div>'),
    "press and hold": titled("Shop", "<p>Press &amp; Hold to confirm you are a human (and not a bot).</p>"),
    "akamai": titled("&nbsp;", '<div id="sec-if-cpt-container"></div><script src="/_sec/cp_challenge/x.js"></script>'),
    "aws": titled("", '<script>window.gokuProps = {"key":"x"};</script><div id="challenge-container"></div>'),
    "pardon": titled("Pardon Our Interruption"),
    "sucuri": titled("Sucuri WebSite Firewall - Access Denied"),
    "rejected": titled("Request Rejected", "The requested URL was rejected. Please consult with your administrator."),
    "vercel": titled("Vercel Security Checkpoint"),
    "client challenge": titled("Client Challenge"),
    "traffic": headed("We have detected unusual traffic from your network"),
    "German": html("Zugriff verweigert", ""),
    "French": html("Accès refusé", ""),
    "Spanish": html("Acceso denegado", ""),
    "Russian": html("Доступ запрещён", ""),
    "Chinese": html("安全验证", ""),
    "Japanese": html("アクセスが拒否されました", ""),
    "Korean": html("접근이 거부되었습니다", ""),
}  # fmt: skip
NO_SITE = {
    "for sale": titled("example.org is for sale", "<p>Buy this domain.</p>"),
    "may be for sale": titled("example.org", "<p>The domain example.org may be for sale. Click here to inquire.</p>"),
    "HugeDomains": titled("ExampleCells.com is for sale | HugeDomains"),
    "parked": html("Parked Domain", ""),
    "parked free": titled("example.org", "<p>This domain is parked free, courtesy of a registrar.</p>"),
    "expired": html("example.org", "<p>This domain has expired. Is this your domain? Renew now!</p>"),
    "suspended": titled("Account Suspended", "<h1>This Account has been suspended.</h1>"),
    "construction": html("Under Construction", ""),
    "coming soon": html("Coming Soon", "<p>Our new website is on its way.</p>"),
    "German": titled("example.org", "<p>Diese Domain steht zum Verkauf!</p>"),
    "French": titled("example.org", "<p>Ce nom de domaine est à vendre.</p>"),
    "Chinese": titled("example.org", "<p>该域名正在出售</p>"),
    "Apache": titled("Apache2 Ubuntu Default Page: It works", ARTICLE),
    "Apache test": titled("Test Page for the Apache HTTP Server on Red Hat Enterprise Linux", ARTICLE),
    "it works": "<html><body><h1>It works!</h1></body></html>",
    "nginx": html("Welcome to nginx!", "<p>If you see this page, the nginx web server is successfully installed.</p>"),
    "IIS": titled("IIS Windows Server", '<img src="iisstart.png">'),
    "cPanel": titled("Default Web Site Page", ARTICLE),
    "Plesk": titled("Web Server's Default Page", "<p>This page is generated by Plesk.</p>"),
    "Tomcat": titled("Apache Tomcat/9.0.1", ARTICLE),
    "OpenResty": html("Welcome to OpenResty!", ""),
    "lighttpd": titled("Placeholder page"),
}
NOT_FOUND = {
    "seem": headed("Sorry! That page doesn't seem to exist."),
    "may be removed": headed("The page you are looking for might have been removed or is temporarily unavailable."),
    "a number": html("Invalid study ID", ""),
    "can't find": html("We can't find that page", ""),
    "couldn't find": headed("Sorry, we couldn’t find the page you were looking for."),
    "study": html("Study Not Found", ""),
    "trial": titled("Trial not found | Registry"),
    "unavailable": html("This page isn't available", ""),
    "content": headed("This content is no longer available"),
    "wrong": html("Something went wrong", ""),
    "long": titled("Page not found | Journal", "<h1>Page not found</h1>" + ARTICLE),
    "French": html("Page introuvable", ""),
    "French sentence": headed("La page que vous recherchez n’existe pas"),
    "French of a study": headed("Cette page n'existe plus"),
    "German": html("Seite nicht gefunden", ""),
    "German sentence": headed("Die angeforderte Seite konnte nicht gefunden werden."),
    "German, gone": headed("Diese Seite existiert nicht mehr"),
    "Spanish": html("Página no encontrada", ""),
    "Spanish sentence": headed("La página que busca no existe"),
    "Italian": html("Pagina non trovata", ""),
    "Italian sentence": headed("La pagina richiesta non esiste"),
    "Dutch": html("Pagina niet gevonden", ""),
    "Dutch sentence": headed("Deze pagina bestaat niet"),
    "Portuguese": html("Página não encontrada", ""),
    "Portuguese sentence": headed("A página que procura não existe"),
    "Russian": html("Страница не найдена", ""),
    "Russian sentence": headed("Запрашиваемая страница не существует"),
    "Chinese": html("页面不存在", ""),
    "Chinese sentence": headed("抱歉，您访问的页面不存在"),
    "Japanese": html("ページが見つかりません", ""),
    "Japanese sentence": headed("お探しのページは見つかりませんでした。"),
    "Korean": html("페이지를 찾을 수 없습니다", ""),
    "Korean sentence": headed("요청하신 페이지를 찾을 수 없습니다."),
    "Polish": html("Nie znaleziono strony", ""),
    "Swedish": html("Sidan hittades inte", ""),
}
EMPTY = {
    "nothing": "",
    "spaces": " \n\t ",
    "no words": "<html><head><title>Journal</title></head><body></body></html>",
    "a comment": "<html><body><!-- cached --><p>&nbsp;</p></body></html>",
}
ARTICLES = {
    "not found in its title": html("Cells that were not found in mice", ARTICLE),
    "access denied in its title": html("Access denied: how the price of insulin keeps people out", ARTICLE),
    "access denied before a dash": html("Access Denied – what insulin costs", ARTICLE),
    "captchas": titled("CAPTCHA - Encyclopaedia", "<h1>CAPTCHA</h1>" + ARTICLE),
    "not found before a dash": html("Page not found – what authors do when links rot", ARTICLE),
    "just a moment in its text": html("Waiting", "<p>Just a moment was enough for most of them, she said.</p>"),
    "a quoted notice": html("Dead links", "<p>Three of nine links said 'page not found' or 'access denied' to us.</p>"),
    "for sale in its text": html("Organs", "<p>They said that no organ is for sale in this country.</p>"),
    "suspended": html("Trial suspended after two deaths", ARTICLE),
    "a captcha in a form": titled("Contact", ARTICLE + '<form><div class="g-recaptcha"></div></form>'),
    "behind Incapsula": titled("A paper", ARTICLE + '<script src="/_Incapsula_Resource?x"></script>'),
    "404 in its title": html("Peugeot 404 in 1962", ARTICLE),
    "a title of a drawing": titled("A paper", "<svg><title>404</title></svg>" + ARTICLE),
    "a picture only": titled("Figure 2", '<img src="figure.png">'),
}
REFRESHES = {
    "at once": '<meta http-equiv="refresh" content="0; url={}">',
    "in capitals": "<META CONTENT='5;URL={}' HTTP-EQUIV=REFRESH>",
    "quoted": '<meta http-equiv="refresh" content="3; URL=\'{}\'">',
    "with a comma": '<meta http-equiv="Refresh" content="0,{}">',
    "without a name": '<meta http-equiv="refresh" content="10; {}" />',
    "in noscript": '<noscript><meta http-equiv="refresh" content="0;url={}"></noscript>',
    "with entities": '<meta http-equiv="&#114;efresh" content="0;&#32;url={}">',
}
NO_REFRESHES = {
    "of the page itself": '<meta http-equiv="refresh" content="30">',
    "of the page itself by name": '<meta http-equiv="refresh" content="0;url=#part">',
    "in half an hour": '<meta http-equiv="refresh" content="1800;url=/404">',
    "in a comment": '<!-- <meta http-equiv="refresh" content="0;url=/404"> -->',
    "in a script": '<script>x = \'<meta http-equiv="refresh" content="0;url=/404">\'</script>',
    "without scripts": '<noscript><meta http-equiv="refresh" content="0;url=?noscript=1"></noscript>',
}
REDIRECTS_BLOCKED = (
    "/consent?return=x", "/cookie-wall", "/gdpr/consent.html", "/collectConsent", "/captcha/", "/recaptcha.html",
    "/validateCaptcha", "/access-denied", "/blocked.html", "/security-check", "/action/cookieAbsent",
)  # fmt: skip
REDIRECTS_SUSPECT = (
    "/error", "/error.aspx?aspxerrorpath=/x", "/errors/404.html", "/not-found", "/pagenotfound.html", "/Oops.php",
    "/maintenance", "/users/sign_in", "/oauth2/authorize", "/idp/profile/SAML2", "/subscribe", "/paywall?x=1",
    "/checkout/x", "/cgi-sys/suspendedpage.cgi", "/lander",
)  # fmt: skip
SHELLS = {
    "an empty root": '<div id="root"></div><script src="app.js"></script>',
    "an element of its own": "<app-root></app-root><script type=module src=main.js></script>",
    "a loading message": "<div>Loading…</div><script src=app.js></script>",
    "words around it": '<p>Journal of Cells</p><div id="__next"></div><script src=app.js></script>',
}
PLACES_THERE = {
    "percent signs in an id": ("a%3A-b", '<h2 id="a%3A-b">x</h2>'),
    "an id in other quotes": ("part", "<h2 id='part'>x</h2>"),
    "an id without quotes": ("part", "<h2 class=x id=part>x</h2>"),
    "an id with an entity": ("a&b", '<h2 ID="a&amp;b">x</h2>'),
    "an id after the end of a tag in quotes": ("part", '<h2 title="a > b" id="part">x</h2>'),
    "an id of a drawing": ("part", '<p>x</p><svg><g id="part"/></svg>'),
}
PLACES_MISSING = {
    "a comment": '<p>x</p><!-- <h2 id="part">x</h2> -->',
    "a script": "<p>x</p><script>x = '<h2 id=\"part\">'</script>",
    "a style": "<p>x</p><style>/* <h2 id=part> */</style>",
    "a template": "<p>x</p><template><h2 id=part>x</h2></template>",
    "the words": "<p>Write id=part or id='part' here</p>",
    "another attribute": "<p title=' id=part ' data-id='part'>x</p>",
    "the name of an input": '<p>x</p><form><input name="part"></form>',
    "the name of a meta element": '<meta name="part" content="x"><p>x</p>',
    "other letters": '<h2 id="Part">x</h2>',
}
LONG = "/long/" + "x" * 3500
SOFT = "<p>We could not find what you were looking for.</p>"
HANDLE = '{"responseCode":1,"handle":"10.1234/known","values":[]}'
STUDY = '{"protocolSection":{"identificationModule":{"nctId":"NCT01234567"}}}'

ANSWERS: dict[str, Answer] = {
    "/": page("Front page"),
    "/ok": page(),
    "/ok2": page(),
    "/new": page(),
    "/head404": get_only(404),
    "/head405": get_only(405),
    "/cookie": needs_cookie,
    "/plain": no_cookie,
    "/301": to(301, "/new"),
    "/302": to(302, "/new"),
    "/303": to(303, "/new"),
    "/307": to(307, "/new"),
    "/308": to(308, "{web}/new"),
    "/301-301": to(301, "/301"),
    "/301-302": to(301, "/302"),
    "/302-301": to(302, "/301"),
    "/dir/relative": to(302, "../new"),
    "/query-only": to(302, "?a=1"),
    "/loop": to(302, "/loop2"),
    "/loop2": to(302, "/loop"),
    "/self": to(301, "/self"),
    "/to404": to(302, "/404"),
    "/moved404": to(301, "/404"),
    "/to403": to(301, "/403"),
    "/to-front": to(302, "/"),
    "/to-front-for-good": to(301, "/"),
    "/to-login": to(302, "/login?next=x"),
    "/login": page("Sign in"),
    "/nowhere": plain(302, ""),
    "/slow": after(0.8, page()),
    "/hang": hang,
    "/drip": drip,
    "/reset": reset,
    "/reset-once": in_turn(reset, page()),
    "/end": silent_end,
    "/nonsense": nonsense,
    "/truncated": plain(200, html("Cut", "x"), length=5000),
    "/huge": endless,
    "/gzip": plain(200, gzip.compress(html("Packed", '<h2 id="deep">x</h2>').encode()), Content_Encoding="gzip"),
    "/packed-oddly": plain(200, b"\x8b\x00\x80", Content_Encoding="br"),
    "/bomb": plain(200, gzip.compress(b"\0" * 30_000_000), Content_Encoding="gzip"),
    "/charset": plain(200, html("Ünï", '<h2 id="tür">x</h2>'), "text/html; charset=latin-1"),
    "/no-such-charset": plain(200, html("Ünï", "x"), "text/html; charset=x-none"),
    "/429-once": in_turn(plain(429, "Busy", Retry_After="1"), page()),
    "/429-date": in_turn(late_date, page()),
    "/429": plain(429, "Busy"),
    "/429-long": plain(429, "Busy", Retry_After="3600"),
    "/503-once": in_turn(plain(503, "Busy"), page()),
    "/502-once": in_turn(plain(502, "Busy"), page()),
    "/503": plain(503, "Busy"),
    "/504": plain(504, "Busy"),
    "/500": plain(500, "Oops"),
    "/501": plain(501, "Oops"),
    "/404": plain(404, html("Not found", "No")),
    "/400": plain(400, "Bad"),
    "/410": plain(410, "Gone"),
    "/403": plain(403, "Forbidden"),
    "/challenge": plain(503, "Just a moment", Cf_Mitigated="challenge"),
    "/401": plain(401, "Who?", WWW_Authenticate='Basic realm="x"'),
    "/405": plain(405, "No"),
    "/406": plain(406, "No"),
    "/999": plain(999, "Denied"),
    **{f"/keeps-out/{status}": plain(status, "No") for status in KEEPS_OUT},
    **{f"/in-trouble/{status}": plain(status, "No") for status in IN_TROUBLE},
    **{f"/wall/{name}": plain(200, text) for name, text in WALLS.items()},
    **{f"/no-site/{name}": plain(200, text) for name, text in NO_SITE.items()},
    **{f"/not-there/{name}": plain(200, text) for name, text in NOT_FOUND.items()},
    **{f"/empty/{name}": plain(200, text) for name, text in EMPTY.items()},
    "/wall.pdf": plain(200, WALLS["just a moment"]),
    "/empty/text": plain(200, "", "text/plain"),
    **{f"/article/{name}": plain(200, text) for name, text in ARTICLES.items()},
    **{f"/refresh/{name}": plain(200, titled("Old", tag.format("/new"))) for name, tag in REFRESHES.items()},
    **{f"/no-refresh/{name}": plain(200, titled("Page", f"<p>x</p>{tag}")) for name, tag in NO_REFRESHES.items()},
    "/refresh-header": plain(200, html("Old", "x"), Refresh="0; url=/new"),
    "/refresh-front": plain(200, titled("Old", REFRESHES["at once"].format("/"))),
    "/refresh-404": plain(200, titled("Old", REFRESHES["at once"].format("/404"))),
    "/refresh-403": plain(200, titled("Old", REFRESHES["at once"].format("/403"))),
    "/refresh-login": plain(200, titled("Old", REFRESHES["at once"].format("/login"))),
    "/refresh-private": plain(200, titled("Old", REFRESHES["at once"].format("http://10.0.0.1/"))),
    "/refresh-script": plain(200, titled("Old", "<p>x</p>" + REFRESHES["at once"].format("javascript:alert(1)"))),
    "/refresh-loop": plain(200, titled("Old", REFRESHES["at once"].format("/refresh-loop2"))),
    "/refresh-loop2": plain(200, titled("Old", REFRESHES["at once"].format("/refresh-loop"))),
    "/refresh-base": plain(200, titled("Old", '<base href="/dir/">' + REFRESHES["at once"].format("../new"))),
    "/to-refresh": to(302, "/refresh/at once"),
    "/301-refresh": to(301, "/refresh/at once"),
    **{f"/away/{number}": to(302, path) for number, path in enumerate((*REDIRECTS_BLOCKED, *REDIRECTS_SUSPECT))},
    **{urlsplit(path).path: page() for path in (*REDIRECTS_BLOCKED, *REDIRECTS_SUSPECT)},
    **{f"/shell/{name}": plain(200, titled("Journal", text)) for name, text in SHELLS.items()},
    **{f"/place/{name}": plain(200, titled("Page", text)) for name, (_, text) in PLACES_THERE.items()},
    **{f"/no-place/{name}": plain(200, titled("Page", text)) for name, text in PLACES_MISSING.items()},
    "/to-place": to(302, "/fragment#part"),
    "/to-no-place": to(302, "/fragment#nothing"),
    "/moved-to-place": to(301, "/fragment#part"),
    "/utf-16": plain(200, html("Ünï", '<h2 id="tür">x</h2>').encode("utf-16"), "text/html"),
    "/utf-16-be": plain(200, html("Ünï", '<h2 id="tür">x</h2>').encode("utf-16-be"), "text/html; charset=UTF-16BE"),
    "/utf-16-bare": plain(200, html("Ünï", '<h2 id="tür">x</h2>').encode("utf-16-le"), "text/html"),
    "/utf-16-lost": plain(200, html("页面不存在", "").encode("utf-16"), "text/html"),
    "/gbk": plain(200, ('<meta charset="gbk">' + html("页面", '<h2 id="部分">x</h2>')).encode("gbk"), "text/html"),
    "/shift-jis": plain(200, html("ページが見つかりません", "").encode("cp932"), "text/html; charset=Shift_JIS"),
    "/koi8": plain(200, html("Страница не найдена", "").encode("koi8-r"), "text/html; charset=koi8-r"),
    "/punycode": plain(200, html("Page", "x"), "text/html; charset=punycode"),
    "/digits": plain(200, html("Page", "&#" + "9" * 6000 + "; x")),
    "/waf-captcha": plain(405, "Prove it", x_amzn_waf_action="captcha"),
    "/202": plain(202, ""),
    "/204": plain(204, "", length=None),
    "/soft-title": plain(200, html("Page not found | Journal", SOFT * 40)),
    "/soft-404": plain(200, html("404", SOFT * 40)),
    "/soft-text": page("Journal", "<p>Sorry, the page you requested could not be found.</p>"),
    "/not-soft": page("Cells that were not found in mice", "<p>Why the 404 patients are not found again.</p>" * 60),
    "/fragment": page("Parts", '<h2 id="part">Part</h2><a name="old"></a>'),
    "/far-fragment": page("Parts", "<p>" + "x" * 300_000 + '</p><h2 id="far">Far</h2>'),
    "/right.pdf": plain(200, b"%PDF-1.7\n%more", "application/pdf"),
    "/octets.pdf": plain(200, b"%PDF-1.7\n%more", "application/octet-stream"),
    "/wrong.pdf": page("Buy this article"),
    "/lying.pdf": plain(200, html("Viewer", "x"), "application/pdf"),
    "/blob/main/shown.pdf": page("shown.pdf at main"),
    "/ünï/页": page(),
    "/a b/c%d": page(),
    "/a_(b)": page(),
    "/a;b,c=d@e!f'g": page(),
    LONG: page(),
    "/query": page(),
    "/http10": page(),
    "/to-file": to(302, "file:///etc/hostname"),
    "/to-ftp": to(302, "ftp://127.0.0.1/x"),
    "/to-javascript": to(302, "javascript:alert(1)"),
    "/to-password": to(302, "http://me:secret@127.0.0.1:{port}/ok"),
    "/to-private": to(302, "http://127.0.0.2:{port}/ok"),
    "/to-metadata": to(302, "http://169.254.169.254/latest/meta-data/"),
    "/to-inside": to(302, "http://[::1]:{port}/ok"),
    "/to-mapped": to(302, "http://[::ffff:10.0.0.1]/ok"),
    "/to-odd-number": to(302, "http://2130706434:{port}/ok"),
    "/to-bad": to(302, "http://[:::/"),
    "/to-expired": to(302, "{expired}/ok"),
    "/twice": page("Twice", '<h2 id="one">1</h2><h2 id="two">2</h2>'),
    "/html-link": page(),
    "/auto": page(),
    "/by-reference": page(),
    f"/handles/{DOI}": plain(200, HANDLE, "application/json"),
    f"/handles/{NO_DOI}": plain(404, '{"responseCode":100,"handle":"10.1234/unknown"}', "application/json"),
    "/handles/10.1234/busy": plain(503, "Busy"),
    "/handles/10.1234/odd": page("Welcome to the hotel"),
    f"/api/studies/{NCT}": plain(200, STUDY, "application/json"),
    f"/api/studies/{OLD_NCT}": to(301, f"/api/studies/{NCT}"),
    f"/api/studies/{NO_NCT}": plain(404, "Not found", "text/plain"),
    "/pubmed/123/": page("A paper - PubMed"),
    "/pubmed/124/": plain(404, html("Not found", "No")),
    "/pmc/PMC123/": page("A paper - PMC"),
    "/pmc/PMC124/": plain(403, "Are you a robot?"),
}

KINDS: tuple[Kind, ...] = (
    Kind("a page", "{web}/ok", "ok"),
    Kind("HEAD says 404, GET a page", "{web}/head404", "ok"),
    Kind("HEAD says 405, GET a page", "{web}/head405", "ok"),
    Kind("a redirect that needs its cookie", "{web}/cookie", "ok"),
    Kind("a page that turns away strangers' cookies", "{web}/plain", "ok"),
    Kind("301 to a new address", "{web}/301", "moved", target="{web}/new"),
    Kind("308 to a new address", "{web}/308", "moved", target="{web}/new"),
    Kind("301, then 301", "{web}/301-301", "moved", target="{web}/new"),
    Kind("301, then 302", "{web}/301-302", "moved", target="{web}/302"),
    Kind("302, then 301", "{web}/302-301", "ok"),
    Kind("302 for a while", "{web}/302", "ok"),
    Kind("303", "{web}/303", "ok"),
    Kind("307 for a while", "{web}/307", "ok"),
    Kind("a relative redirect", "{web}/dir/relative", "ok"),
    Kind("two pages that redirect to each other", "{web}/loop", "redirect-loop"),
    Kind("a page that redirects to itself", "{web}/self", "redirect-loop"),
    Kind("a redirect to a 404", "{web}/to404", "broken"),
    Kind("a permanent redirect to a 404", "{web}/moved404", "broken"),
    Kind("a permanent redirect to a 403", "{web}/to403", "blocked"),
    Kind("a redirect to the front page", "{web}/to-front", "suspect"),
    Kind("a permanent redirect to the front page", "{web}/to-front-for-good", "suspect"),
    Kind("a redirect to a login page", "{web}/to-login", "suspect"),
    Kind("a redirect without an address", "{web}/nowhere", "suspect"),
    Kind("a slow page, within the limit", "{web}/slow", "ok"),
    Kind("a server that hangs", "{web}/hang", "time-out"),
    Kind("an answer that never ends, byte by byte", "{web}/drip", "time-out"),
    Kind("a connection that is cut", "{web}/reset", "reset"),
    Kind("cut once, then a page", "{web}/reset-once", "ok"),
    Kind("closed without an answer", "{web}/end", "reset"),
    Kind("an answer that is no HTTP", "{web}/nonsense", "reset"),
    Kind("a body that breaks off", "{web}/truncated", "reset"),
    Kind("a body of 40 MB", "{web}/huge", "ok"),
    Kind("a packed page with a fragment", "{web}/gzip#deep", "ok"),
    Kind("a page packed in a way nobody asked for", "{web}/packed-oddly#deep", "ok"),
    Kind("a packed page that unpacks to 30 MB", "{web}/bomb", "ok"),
    Kind("a page with a wrong charset", "{web}/charset", "ok"),
    Kind("a page with an unknown charset", "{web}/no-such-charset", "ok"),
    Kind("429 once, Retry-After in seconds", "{web}/429-once", "ok"),
    Kind("429 once, Retry-After as a date", "{web}/429-date", "ok"),
    Kind("429 for ever", "{web}/429", "deferred"),
    Kind("429 with Retry-After of an hour", "{web}/429-long", "deferred"),
    Kind("503 once", "{web}/503-once", "ok"),
    Kind("502 once", "{web}/502-once", "ok"),
    Kind("503 for ever", "{web}/503", "deferred"),
    Kind("504 for ever", "{web}/504", "deferred"),
    Kind("500", "{web}/500", "server-error"),
    Kind("501", "{web}/501", "server-error"),
    Kind("404", "{web}/404", "broken"),
    Kind("400", "{web}/400", "broken"),
    Kind("410", "{web}/410", "gone"),
    Kind("403 to programs", "{web}/403", "blocked"),
    Kind("503 with a test for people", "{web}/challenge", "blocked"),
    Kind("401", "{web}/401", "blocked"),
    Kind("405", "{web}/405", "blocked"),
    Kind("406", "{web}/406", "blocked"),
    *(Kind(f"{status}", f"{{web}}/keeps-out/{status}", "blocked") for status in KEEPS_OUT),
    *(Kind(f"{status}", f"{{web}}/in-trouble/{status}", "deferred") for status in IN_TROUBLE),
    *(Kind(f"a wall: {name}", f"{{web}}/wall/{name}", "blocked") for name in WALLS),
    Kind("a wall before a PDF", "{web}/wall.pdf", "blocked"),
    Kind("a wall where a place is linked to", "{web}/wall/just a moment#part", "blocked"),
    *(Kind(f"no site: {name}", f"{{web}}/no-site/{name}", "suspect") for name in NO_SITE),
    *(Kind(f"not found: {name}", f"{{web}}/not-there/{name}", "suspect") for name in NOT_FOUND),
    *(Kind(f"an empty page: {name}", f"{{web}}/empty/{name}", "suspect") for name in (*EMPTY, "text")),
    *(Kind(f"an article: {name}", f"{{web}}/article/{name}", "ok") for name in ARTICLES),
    *(Kind(f"a refresh {name}", f"{{web}}/refresh/{name}", "moved", target="{web}/new") for name in REFRESHES),
    *(Kind(f"a refresh {name}", f"{{web}}/no-refresh/{name}", "ok") for name in NO_REFRESHES),
    Kind("a refresh in the header", "{web}/refresh-header", "moved", target="{web}/new"),
    Kind("a refresh from another base", "{web}/refresh-base", "moved", target="{web}/new"),
    Kind("a redirect for good, then a refresh", "{web}/301-refresh", "moved", target="{web}/new"),
    Kind("a redirect for a while, then a refresh", "{web}/to-refresh", "ok"),
    Kind("a refresh to the front page", "{web}/refresh-front", "suspect"),
    Kind("a refresh to a 404", "{web}/refresh-404", "broken"),
    Kind("a refresh to a 403", "{web}/refresh-403", "blocked"),
    Kind("a refresh to a login page", "{web}/refresh-login", "suspect"),
    Kind("a refresh to a private address", "{web}/refresh-private", "refused-unsafe", others=False),
    Kind("a refresh to a script", "{web}/refresh-script", "ok"),
    Kind("two pages that refresh to each other", "{web}/refresh-loop", "redirect-loop"),
    *(
        Kind(f"a redirect to {path}", f"{{web}}/away/{number}", "blocked" if path in REDIRECTS_BLOCKED else "suspect")
        for number, path in enumerate((*REDIRECTS_BLOCKED, *REDIRECTS_SUSPECT))
    ),
    *(Kind(f"a place in {name}", f"{{web}}/shell/{name}#part", "ok") for name in SHELLS),
    *(
        Kind(f"a place: {name}", f"{{web}}/place/{name}#{quote(place, safe='%')}", "ok")
        for name, (place, _) in PLACES_THERE.items()
    ),
    *(Kind(f"a place only in {name}", f"{{web}}/no-place/{name}#part", "missing-fragment") for name in PLACES_MISSING),
    Kind("a redirect with its own place", "{web}/to-place#elsewhere", "ok"),
    Kind("a redirect with its own place, not there", "{web}/to-no-place#part", "missing-fragment"),
    Kind("moved, with its own place", "{web}/moved-to-place#elsewhere", "moved", target="{web}/fragment#part"),
    *(Kind(f"a place in {name}", f"{{web}}/{name}#t%C3%BCr", "ok") for name in ("utf-16", "utf-16-be", "utf-16-bare")),
    Kind("a place in GBK", "{web}/gbk#%E9%83%A8%E5%88%86", "ok"),
    *(Kind(f"not found, in {name}", f"{{web}}/{name}", "suspect") for name in ("utf-16-lost", "shift-jis", "koi8")),
    Kind("a charset that is none", "{web}/punycode", "ok"),
    Kind("a character of 6,000 digits", "{web}/digits", "ok"),
    Kind("the top", "{web}/fragment#top", "ok"),
    Kind("a page of a PDF", "{web}/right.pdf#page=3", "ok"),
    Kind("405 with a CAPTCHA", "{web}/waf-captcha", "blocked"),
    Kind("999", "{web}/999", "blocked"),
    Kind("202 and nothing", "{web}/202", "blocked"),
    Kind("204", "{web}/204", "suspect"),
    Kind("status 200, title 'Page not found'", "{web}/soft-title", "suspect"),
    Kind("status 200, title '404'", "{web}/soft-404", "suspect"),
    Kind("status 200, text 'could not be found'", "{web}/soft-text", "suspect"),
    Kind("a title with 'not found' in its sentence", "{web}/not-soft", "ok"),
    Kind("a fragment that is there", "{web}/fragment#part", "ok"),
    Kind("a fragment that is an old anchor", "{web}/fragment#old", "ok"),
    Kind("a fragment that is not there", "{web}/fragment#nothing", "missing-fragment"),
    Kind("a text fragment", "{web}/fragment#:~:text=Part", "ok"),
    Kind("a fragment far down", "{web}/far-fragment#far", "ok"),
    Kind("a fragment with an umlaut", "{web}/charset#t%C3%BCr", "ok"),
    Kind("a PDF", "{web}/right.pdf", "ok"),
    Kind("a PDF sent as plain bytes", "{web}/octets.pdf", "ok"),
    Kind("a PDF address that answers with a page", "{web}/wrong.pdf", "wrong-type"),
    Kind("a page that is sent as PDF", "{web}/lying.pdf", "wrong-type"),
    Kind("a page that shows a PDF", "{web}/blob/main/shown.pdf", "ok"),
    Kind("a path in other scripts", "{web}/ünï/页", "ok"),
    Kind("percent signs in the path", "{web}/a%20b/c%25d", "ok"),
    Kind("brackets in the path", "{web}/a_(b)", "ok"),
    Kind("odd signs in the path", "{web}/a;b,c=d@e!f'g", "ok"),
    Kind("an address of 3,500 characters", "{web}" + LONG, "ok"),
    Kind("a query", "{web}/query?a=1&b=%20c&d", "ok"),
    Kind("a query with an entity", "{web}/query?x=1&y=2", "ok", markdown="[entity]({web}/query?x=1&amp;y=2)"),
    Kind("a name that does not exist", "http://nothing.invalid/", "dns"),
    Kind("a port that nobody listens on", "http://127.0.0.1:{closed}/", "refused"),
    Kind("TLS with a good certificate", "{good}/ok", "ok"),
    Kind("TLS, certificate out of its time", "{expired}/ok", "tls-expired"),
    Kind("TLS, certificate signed by itself", "{selfsigned}/ok", "tls-self-signed"),
    Kind("TLS, certificate of another host", "{wrongname}/ok", "tls-wrong-name"),
    Kind("TLS, certificate of an unknown authority", "{unknown}/ok", "tls-untrusted"),
    Kind("TLS address, server without TLS", "https://127.0.0.1:{port}/ok", "tls-untrusted"),
    Kind("a redirect to an expired certificate", "{web}/to-expired", "tls-expired"),
    Kind("a redirect to a file", "{web}/to-file", "refused-unsafe"),
    Kind("a redirect to FTP", "{web}/to-ftp", "refused-unsafe"),
    Kind("a redirect to a script", "{web}/to-javascript", "refused-unsafe"),
    Kind("a redirect with a password", "{web}/to-password", "refused-unsafe"),
    Kind("a redirect to a private address", "{web}/to-private", "refused-unsafe"),
    Kind("a redirect to the cloud's inside", "{web}/to-metadata", "refused-unsafe", others=False),
    Kind("a redirect to this machine (IPv6)", "{web}/to-inside", "refused-unsafe"),
    Kind("a redirect to a private address in disguise", "{web}/to-mapped", "refused-unsafe", others=False),
    Kind("a redirect to a private address as one number", "{web}/to-odd-number", "refused-unsafe"),
    Kind("a redirect to what is no address", "{web}/to-bad", "refused-unsafe"),
    Kind("a password in the address", "http://me:secret@127.0.0.1:{port}/ok2", "refused-unsafe"),
    Kind("a private address", "http://127.0.0.2:{port}/ok", "refused-unsafe"),
    Kind("another scheme", "ftp://127.0.0.1/x", "refused-unsafe"),
    Kind("a file", "file:///etc/hostname", "refused-unsafe", others=False),
    Kind("two places of one page, the first", "{web}/twice#one", "ok"),
    Kind("two places of one page, the second", "{web}/twice#two", "ok"),
    Kind("raw HTML", "{web}/html-link", "ok", markdown='<a href="{web}/html-link">raw</a>'),
    Kind("an address in angle brackets", "{web}/auto", "ok", markdown="<{web}/auto>"),
    Kind(
        "a link by reference", "{web}/by-reference", "ok", markdown="[by reference][ref]\n\n[ref]: {web}/by-reference"
    ),
    Kind("a DOI that doi.org knows", f"https://doi.org/{DOI}", "ok", others=False),
    Kind("a DOI that doi.org does not know", f"https://doi.org/{NO_DOI}", "broken", others=False),
    Kind("a DOI while doi.org is busy", "https://dx.doi.org/10.1234/busy", "deferred", others=False),
    Kind("a DOI while another page answers for doi.org", "https://doi.org/10.1234/odd", "deferred", others=False),
    Kind("a trial", f"https://clinicaltrials.gov/study/{NCT}", "ok", others=False),
    Kind("a trial by its old number", f"https://clinicaltrials.gov/study/{OLD_NCT}", "moved", others=False),
    Kind("a trial that does not exist", f"https://clinicaltrials.gov/study/{NO_NCT}", "broken", others=False),
    Kind("a PubMed number", "https://pubmed.ncbi.nlm.nih.gov/123/", "ok", others=False),
    Kind("a PubMed number that does not exist", "https://pubmed.ncbi.nlm.nih.gov/124/", "broken", others=False),
    Kind("a PMC number", "https://pmc.ncbi.nlm.nih.gov/articles/PMC123/", "ok", others=False),
    Kind("a PMC number, programs kept out", "https://pmc.ncbi.nlm.nih.gov/articles/PMC124/", "blocked", others=False),
)


@dataclass
class Bed:
    """The server at work: its addresses, and what it was asked."""

    folder: Path
    slowness: float = 1.0
    places: dict[str, str] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    agents: set[str] = field(default_factory=set)
    answers: dict[str, Answer] = field(default_factory=lambda: dict(ANSWERS))

    def filled(self, text: str) -> str:
        """A text with the bed's addresses in their places."""
        for name, value in self.places.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    @property
    def authority(self) -> Path:
        """The certificate that vouches for the good ones of the bed."""
        return self.folder / "authority.pem"

    @property
    def bases(self) -> list[str]:
        """What makes the live check ask the bed for identifiers."""
        named = {"doi": "handles", "trials": "api", "pubmed": "pubmed", "pmc": "pmc"}
        return [f"--base={name}={self.places['web']}/{path}" for name, path in named.items()]

    def page(self, kinds: tuple[Kind, ...] = KINDS) -> str:
        """A page with all links, one a paragraph."""
        lines = ["# Links", ""]
        for kind in kinds:
            lines += [self.filled(kind.markdown) or f"[a link](<{self.filled(kind.address)}>)", ""]
        return "\n".join(lines)


@contextmanager
def serve(folder: Path, slowness: float = 1.0) -> Iterator[Bed]:
    """The bed on free ports of this machine. ``folder`` takes its certificates."""
    bed = Bed(folder, slowness)
    contexts = certificates(folder)
    started: threading.Event = threading.Event()
    loop = asyncio.new_event_loop()

    async def begin() -> None:
        server = await asyncio.start_server(lambda r, w: _serve(bed, r, w), "127.0.0.1", 0, limit=100_000)
        port = server.sockets[0].getsockname()[1]
        bed.places.update(port=str(port), web=f"http://127.0.0.1:{port}")
        for other in ("127.0.0.2", "::1"):  # what is asked here was asked against the rules
            with suppress(OSError):
                await asyncio.start_server(lambda r, w: _serve(bed, r, w), other, port, limit=100_000)
        for name, context in contexts.items():
            tls = await asyncio.start_server(lambda r, w: _serve(bed, r, w), "127.0.0.1", 0, ssl=context)
            bed.places[name] = f"https://127.0.0.1:{tls.sockets[0].getsockname()[1]}"
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            bed.places["closed"] = str(closed.getsockname()[1])
        started.set()

    def work() -> None:
        asyncio.set_event_loop(loop)
        loop.set_exception_handler(lambda loop, context: None)
        loop.run_until_complete(begin())
        loop.run_forever()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        with suppress(Exception):
            loop.run_until_complete(asyncio.sleep(0.01))
        loop.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield bed
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


async def _serve(bed: Bed, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        opening = await reader.readexactly(1)
        if opening == b"\x16":  # somebody wants TLS here
            writer.write(head(400, "", 0, {}))
            return
        raw = opening + await reader.readuntil(b"\r\n\r\n")
        first, *rest = raw.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest if line)}
        headers[":method"] = method
        parts = urlsplit(target)
        path = unquote(parts.path)
        if method == "GET":
            bed.asked[path] += 1
        bed.agents.add(headers.get("user-agent", ""))
        answer = bed.answers.get(path, plain(404, html("Not found", "No")))
        working = asyncio.ensure_future(answer(bed, Request(path, parts.query, headers, bed.asked[path]), writer))
        leaving = asyncio.ensure_future(reader.read(1))  # ends when the client goes away
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        working.cancel()
        leaving.cancel()
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
        pass  # the client went away, as it should when it has seen enough
    finally:
        with contextlib.suppress(Exception):
            writer.close()


def certificates(folder: Path) -> dict[str, ssl.SSLContext]:
    """A server's side of TLS for each kind of certificate, and ``authority.pem`` for those that trust the bed."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    authority, root = _certificate("the bed's authority", None, None, now - 90 * day, now + 90 * day)
    stranger, other = _certificate("another authority", None, None, now - 90 * day, now + 90 * day)
    (folder / "authority.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    good = (now - day, now + 30 * day)
    made = {
        "good": _certificate("127.0.0.1", root, authority, *good),
        "expired": _certificate("127.0.0.1", root, authority, now - 60 * day, now - 30 * day),
        "selfsigned": _certificate("127.0.0.1", None, None, *good),
        "wrongname": _certificate("elsewhere.example", root, authority, *good),
        "unknown": _certificate("127.0.0.1", other, stranger, *good),
    }
    contexts = {}
    for name, (key, certificate) in made.items():
        pem = certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / f"{name}.pem").write_bytes(pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / f"{name}.pem")
        contexts[name] = context
    return contexts


def _certificate(
    host: str,
    issuer: x509.Certificate | None,
    signer: ec.EllipticCurvePrivateKey | None,
    start: datetime.datetime,
    end: datetime.datetime,
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """A key and its certificate, signed by ``signer`` or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca="authority" in host, path_length=None), critical=True)
    )
    if "authority" not in host:
        try:
            alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            alternative = x509.DNSName(host)
        builder = builder.add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
    return key, builder.sign(signer or key, hashes.SHA256())
