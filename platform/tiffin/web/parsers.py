"""Reading JSON strictly: what is malformed is said with its place, and no document can break the reader."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from rest_framework.parsers import JSONParser

from tiffin.web.problems import Problem


class StrictJSONParser(JSONParser):
    """As Django REST framework's, but malformed JSON raises `malformed_json` with line and column."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = stream.read()
        try:
            return json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
        except json.JSONDecodeError as error:
            raise _malformed(error.msg, line=error.lineno, column=error.colno) from None
        except UnicodeDecodeError as error:
            raise _malformed("The body is not UTF-8", byte=error.start) from None
        except RecursionError:
            raise _malformed("The document is nested too deeply") from None
        except ValueError as error:
            raise _malformed(str(error)) from None


def _malformed(what: str, **place: int) -> Problem:
    where = f" at line {place['line']}, column {place['column']}" if "line" in place else ""
    return Problem("malformed_json", detail=f"{what}{where}.", extensions=place)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
