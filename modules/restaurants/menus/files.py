"""A menu document on disk, with the pictures that lie beside it."""

from __future__ import annotations

from pathlib import Path

from modules.restaurants.menus.reading import picture_paths


class FileUnreadable(Exception):
    """The file cannot be read; the message says why."""


def read_menu(file: Path) -> tuple[str, dict[str, str]]:
    """The document's text, and the SVG text of the pictures that its relative image_url's name.

    A picture that is not there is left out: the document's own check says where it is missed.
    Raises FileUnreadable, MenuRefused.
    """
    text = _text(file)
    pictures = {path: file.parent / path for path in picture_paths(text)}
    return text, {path: _text(found) for path, found in pictures.items() if found.is_file()}


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise FileUnreadable(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise FileUnreadable(f"{file} is not UTF-8 text") from None
