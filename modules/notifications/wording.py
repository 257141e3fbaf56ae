"""Messages in words: a template for each kind and language, whose first line is the subject."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import escape, linebreaks

from tiffin.dto import DTO
from tiffin.regions import Region

TEMPLATES = Path(__file__).parent / "templates" / "notifications"
FALLBACK = "en"


class Written(DTO):
    """A message as it goes out. `summary` is its first paragraph, `unsubscribe` a way out of its kind."""

    language: str
    subject: str
    summary: str
    text: str
    html: str
    unsubscribe: str = ""


class AdBelow(DTO):
    """An ad below an e-mail: `why` it is there, and the link to `end` it: no more of them."""

    advertiser: str
    headline: str
    text: str
    link: str
    why: str
    end: str


@cache
def languages() -> tuple[str, ...]:
    """Those that there are templates in."""
    return tuple(sorted(each.name for each in TEMPLATES.iterdir() if each.is_dir()))


def choose_language(preferred: str, of_region: Iterable[str]) -> str:
    """The customer's own first, then the region's in their order: the first that there are templates in."""
    for tag in (preferred, *of_region):
        for known in (tag, tag.partition("-")[0]):
            if known in languages():
                return known
    return FALLBACK


def write(
    kind: str,
    facts: Mapping[str, Any],
    *,
    language: str,
    region: Region | None = None,
    link: str,
    unsubscribe: str = "",
    ad: AdBelow | None = None,
) -> Written:
    """Raises whatever a bad template does (TemplateDoesNotExist, TemplateSyntaxError), ValueError for one
    that says nothing."""
    template = f"notifications/{language}/{kind}.txt"
    lines = render_to_string(template, {**facts, **_local_times(facts, region), "link": link}).strip()
    subject, _, body = lines.partition("\n")
    paragraphs = [each.strip() for each in body.strip().split("\n\n") if each.strip()]
    if not subject or not paragraphs:
        raise ValueError(f"{template} needs a subject and a paragraph")
    page = {
        "language": language,
        "subject": subject,
        "body": linebreaks(escape("\n\n".join(paragraphs))),
        "link": link,
        "unsubscribe": unsubscribe,
        "ad": ad,
        "ad_template": f"notifications/{language}/ad.html",
    }
    below = [render_to_string(f"notifications/{language}/ad.txt", page).strip()] if ad else []
    footer = render_to_string(f"notifications/{language}/footer.txt", page).strip()
    return Written(
        language=language,
        subject=" ".join(subject.split()),
        summary=paragraphs[0],
        text="\n\n".join([*paragraphs, link, *below, footer]) + "\n",
        html=str.__str__(
            render_to_string("notifications/mail.html", {**page, "footer": linebreaks(escape(footer))})
        ),
        unsubscribe=unsubscribe,
    )


def _local_times(facts: Mapping[str, Any], region: Region | None) -> dict[str, str]:
    """Facts that are times, as the region's clocks show them."""
    return {
        name: f"{(region.local(at) if region else at):%H:%M}"
        for name, value in facts.items()
        if name.endswith("_at")
        for at in [datetime.fromisoformat(value)]
    }
