"""Reading the XML that goes to the bank and comes from it."""

from __future__ import annotations

from xml.etree import ElementTree as ET


class NotXml(ValueError):
    """It cannot be read, or declares a document type; the words say which."""


class _NoTypes(ET.TreeBuilder):
    """A document of a bank declares no types and so no entities, which could be made to grow without end or
    to read other files (OWASP, XML external entities)."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise NotXml("it declares a document type")


def parsed(content: bytes) -> ET.Element:
    """The root. Raises NotXml."""
    parser = ET.XMLParser(target=_NoTypes())  # noqa: S314  # declares no entity: see _NoTypes
    try:
        parser.feed(content)
        root: ET.Element = parser.close()
    except NotXml:
        raise
    except (ET.ParseError, LookupError, ValueError) as error:
        raise NotXml("it is no XML") from error
    return root
