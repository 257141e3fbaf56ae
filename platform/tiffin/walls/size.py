"""Files and functions that have grown too long to read at once. These are warnings."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tiffin.walls.source import Finding, SourceFile

FILE_LINES = 400
FUNCTION_LINES = 40
PARAMETERS = 6


def oversized(file: SourceFile) -> Iterator[Finding]:
    """A file, function or list of parameters past the house's measure."""
    lines = file.text.count("\n")
    if lines > FILE_LINES:
        yield file.finding(1, f"{lines} lines; past {FILE_LINES} a file becomes a package of the same name")
    for node in file.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield file.finding(
                    node, f"{node.name} has {length} lines; {FUNCTION_LINES} can be read at once"
                )
            parameters = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            count = sum(parameter.arg not in {"self", "cls"} for parameter in parameters)
            if count > PARAMETERS:
                yield file.finding(node, f"{node.name} takes {count} parameters; more than {PARAMETERS}")
