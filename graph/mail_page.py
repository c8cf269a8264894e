"""The last mails as they look, at `/notices`: for a demo, which has nobody to send them to.

Each mail is drawn by the browser in a frame that may do nothing: no scripts, no forms, nothing fetched.
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import HTMLResponse
from starlette.routing import Route

from resolvers import access
from resolvers.operation import Call
from resolvers.telling import notice_delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

SHOWN: Final = 30

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

STYLE: Final = """
body { margin: 0 auto; max-width: 1180px; padding: 24px 16px 64px; color: #1f2933; background: #fff;
       font: 15px/1.5 system-ui, sans-serif }
h1 { margin: 0 0 4px; font-size: 22px }
p { margin: 0 0 20px; color: #52606d }
article { border-top: 1px solid #d9dfe5; padding: 16px 0 20px }
h2 { margin: 0; font-size: 16px }
.about { margin: 2px 0 12px; font-size: 13px; color: #52606d; overflow-wrap: anywhere }
.state { padding: 1px 7px; border-radius: 9px; background: #e4e9ee; color: #243b53; font-size: 12px }
.SENT { background: #d5f0e3 } .REFUSED { background: #fbd9d5 } .PENDING, .SENDING { background: #fdf0cd }
.frames { display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start }
iframe { border: 1px solid #bcc6d0; border-radius: 6px; height: 560px; max-width: 100%; resize: both }
.wide { width: 700px } .narrow { width: 360px }
pre { overflow: auto; padding: 12px; background: #f7f9fb; border: 1px solid #e4e9ee; border-radius: 6px }
"""


def mail_page(demo_token: Callable[[], str | None]) -> Route:
    """The address of the page. It shows what the holder of the demo's token may read, to whoever reaches it."""

    async def show(_request: Request) -> Response:
        """The last mails, the latest first."""
        now = datetime.now(UTC)
        actor = await access.authenticate(demo_token() or "", now)
        mails = [] if actor is None else await notice_delivery.latest(Call(actor, now), SHOWN)
        return HTMLResponse(_document(mails), headers=HEADERS)

    return Route("/notices", show, methods=["GET"])


def _document(mails: Sequence[tuple[Any, Any]]) -> str:
    told = "".join(_article(notice, mail) for notice, mail in mails)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Notices</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><h1>Notices</h1>"
        f"<p>The last {SHOWN} mails, as they look in a mail program, wide and on a telephone. "
        "A notice that says KEPT was not sent to anybody.</p>"
        f"{told or '<p>There are none yet.</p>'}</body></html>"
    )


def _article(notice: Any, mail: Any) -> str:
    recipient = f"{mail['recipient_name'] or ''} <{mail['recipient_email']}>".strip()
    about = f"{notice.kind} · to {recipient} · {notice.created_at:%Y-%m-%d %H:%M} UTC"
    if notice.last_error:
        about = f"{about} · {notice.last_error}"
    frame = f'sandbox="" loading="lazy" srcdoc="{escape(mail["html"])}"'
    return (
        f"<article><h2>{escape(mail['subject'])}</h2>"
        f'<div class="about"><span class="state {notice.state}">{notice.state}</span> {escape(about)}</div>'
        f'<div class="frames"><iframe class="wide" title="wide" {frame}></iframe>'
        f'<iframe class="narrow" title="narrow" {frame}></iframe></div>'
        f"<details><summary>Plain text</summary><pre>{escape(mail['text'])}</pre></details></article>"
    )
