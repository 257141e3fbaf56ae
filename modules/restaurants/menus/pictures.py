"""Pictures that restaurants send: SVG text that draws and does nothing else."""

from __future__ import annotations

import hashlib
import re
from xml.parsers import expat

MAX_BYTES = 60_000
_NAMESPACE = "http://www.w3.org/2000/svg "
_ELEMENTS = {
    "svg", "g", "defs", "title", "desc", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon",
    "text", "tspan", "linearGradient", "radialGradient", "stop", "clipPath", "mask", "pattern", "use",
    "symbol",
}  # fmt: skip
_ELSEWHERE = re.compile(r"url\(\s*['\"]?\s*(?!#)|javascript:|@import|data:", re.IGNORECASE)


def problem_with(svg: str) -> str | None:
    """Why this is not a picture that may be shown, or None. Only shapes and text that stand in the file
    itself: no script, no style sheet, no link, nothing loaded from elsewhere."""
    if len(svg.encode()) > MAX_BYTES:
        return f"the picture is larger than {MAX_BYTES} bytes"
    found: list[str] = []
    names: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        names.append(name)
        problem = _problem_in(name, attributes)
        if problem:
            found.append(problem)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = lambda *_: found.append("the picture has a document type; leave it out")
    try:
        parser.Parse(svg, True)
    except expat.ExpatError as error:
        return f"the picture is not well-formed SVG ({error})"
    if names[0] != f"{_NAMESPACE}svg":
        return "the picture is not SVG"
    return found[0] if found else None


def hash_of(svg: str) -> str:
    """The name under which a picture is kept: the same picture has the same name."""
    return hashlib.sha256(svg.encode()).hexdigest()[:32]


def path_of(name: str) -> str:
    """Where a kept picture is served."""
    return f"/api/v1/pictures/{name}.svg"


def _problem_in(name: str, attributes: dict[str, str]) -> str | None:
    local_name = name.removeprefix(_NAMESPACE)
    if local_name not in _ELEMENTS:
        return f"the picture has a <{local_name}> element; only shapes and text may be used"
    for attribute, value in attributes.items():
        local = attribute.rsplit(" ", 1)[-1]
        if local.lower().startswith("on"):
            return f"the picture has an event handler ({local})"
        if local == "href" and not value.startswith("#"):
            return "the picture links to something outside itself"
        if _ELSEWHERE.search(value):
            return f"the picture loads something from elsewhere ({local})"
    return None
