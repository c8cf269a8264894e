"""The GraphiQL document, and the files that it loads."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final

from starlette.responses import HTMLResponse
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    import os

    from starlette.responses import Response
    from starlette.types import Scope

HERE: Final = Path(__file__).parent
BUILT: Final = HERE / "static"
"""Where `build.mjs` writes; absent until it has run."""

BROWSER: Final = HERE / "browser"
"""The scripts that are served as they are when nothing is built."""

FILES_PATH: Final = "/graphiql"
"""The path under which the files of the page are served."""

CONTENT_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
}
"""Not left to the machine's own table of types, which may call scripts something that `nosniff` then refuses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One operation that the page offers: a file of `examples/`, whose leading comment is its title and text."""

    name: str
    kind: str
    title: str
    description: str
    document: str
    variables: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Assets:
    """What a document loads: addresses, each with its hash where another host serves it."""

    styles: tuple[tuple[str, str | None], ...]
    scripts: tuple[tuple[str, str | None], ...]
    module: str


def examples(today: date | None = None) -> tuple[Example, ...]:
    """Every example, in the order of the files' names.

    The first comment line is the title, those after it the description. A file `NAME.variables.json` beside
    `NAME.graphql` holds the variables, if the operation has any; `$WEEK_AGO` in it is a day, that long before today.
    """
    week_ago = (today or datetime.now(UTC).date()) - timedelta(days=7)
    return tuple(_example(path, week_ago) for path in sorted((HERE / "examples").glob("*.graphql")))


def graphiql_page(*, token: str | None, endpoint: str = "/graphql") -> HTMLResponse:
    """The document, with the token in the Authorization header of its requests, or a placeholder to be edited.

    The token is readable by whoever may load the page: give one only in demo mode on a loopback address.
    """
    assets = _built() or _from_cdn()
    settings = {"endpoint": endpoint, "token": token, "examples": [asdict(example) for example in examples()]}
    document = Template((HERE / "page.html").read_text("utf-8")).substitute(
        links="\n    ".join(
            [f'<link rel="stylesheet" href="{escape(address)}"{_integrity(hash_)}>' for address, hash_ in assets.styles]
        ),
        settings=_json_in_html(settings),
        scripts="\n    ".join(
            [f'<script src="{escape(address)}"{_integrity(hash_)}></script>' for address, hash_ in assets.scripts]
            + [f'<script type="module" src="{escape(assets.module)}"></script>']
        ),
    )
    return HTMLResponse(
        document,
        headers={
            "Cache-Control": "no-store",
            "Content-Security-Policy": _content_security_policy(assets),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        },
    )


def graphiql_static() -> Mount:
    """The route of the page's files: bundled ones, named by their content, may be cached for good."""
    return Mount(
        FILES_PATH,
        routes=[
            Mount("/static", _Files(BUILT, "public, max-age=31536000, immutable")),
            Mount("/browser", _Files(BROWSER, "no-cache")),
        ],
    )


class _Files(StaticFiles):
    """A folder of files, which may come into being after the start."""

    def __init__(self, directory: Path, cache_control: str) -> None:
        super().__init__(directory=directory, check_dir=False)
        self.config_checked = True
        self.cache_control = cache_control

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = self.cache_control
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Content-Security-Policy"] = "default-src 'none'"
        if content_type := CONTENT_TYPES.get(Path(full_path).suffix):
            response.headers["Content-Type"] = content_type
        return response


def _example(path: Path, week_ago: date) -> Example:
    document = path.read_text("utf-8").strip() + "\n"
    lines = document.splitlines()
    body = next(index for index, line in enumerate(lines) if not line.startswith("#"))
    title, *description = [line.removeprefix("#").strip() for line in lines[:body]]
    variables = path.with_suffix(".variables.json")
    values = Template(variables.read_text("utf-8").strip()) if variables.exists() else None
    return Example(
        name=path.stem,
        kind=lines[body].split(maxsplit=1)[0],
        title=title,
        description=" ".join(description),
        document=document,
        variables=values and values.substitute(WEEK_AGO=week_ago.isoformat()),
    )


def _built() -> _Assets | None:
    manifest = BUILT / "manifest.json"
    if not manifest.exists():
        return None
    files = json.loads(manifest.read_text("utf-8"))
    return _Assets(
        styles=((f"{FILES_PATH}/static/{files['style']}", None),),
        scripts=(),
        module=f"{FILES_PATH}/static/{files['script']}",
    )


def _from_cdn() -> _Assets:
    """GraphiQL 4: the last version that comes as one file for script tags."""
    files = json.loads((HERE / "cdn.json").read_text("utf-8"))
    own = (f"{FILES_PATH}/browser/page.css", None)
    return _Assets(
        styles=(*((file["address"], file["integrity"]) for file in files["styles"]), own),
        scripts=tuple((file["address"], file["integrity"]) for file in files["scripts"]),
        module=f"{FILES_PATH}/browser/cdn.js",
    )


def _integrity(hash_: str | None) -> str:
    return f' integrity="{hash_}" crossorigin="anonymous"' if hash_ else ""


def _content_security_policy(assets: _Assets) -> str:
    """What the page may do: run the scripts named here, and talk to this server.

    The editors place and colour their lines by style attributes and elements that they write at run time, hence the
    inline styles; their fonts are in the style sheets.
    """
    other_scripts = [address for address, hash_ in assets.scripts if hash_]
    other_styles = [address for address, hash_ in assets.styles if hash_]
    return "; ".join(
        [
            "default-src 'none'",
            " ".join(["script-src 'self'", *other_scripts]),
            " ".join(["style-src 'self' 'unsafe-inline'", *other_styles]),
            "worker-src 'self'",
            "connect-src 'self'",
            "font-src data:",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )


def _json_in_html(value: object) -> str:
    """The value as JSON that cannot end the script element around it, whatever strings it holds."""
    text = json.dumps(value)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
