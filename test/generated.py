"""The parts of docs/RELIABILITY.md that the project's commands write."""

from pathlib import Path

DOCUMENT = Path(__file__).resolve().parent.parent / "docs/RELIABILITY.md"


def write(command, text):
    """Puts what ./dev COMMAND has found between the marks of that command."""
    begin, end = f"<!-- {command}: written by ./dev {command} -->", f"<!-- end of {command} -->"
    head, rest = DOCUMENT.read_text().split(begin)
    DOCUMENT.write_text(f"{head}{begin}\n\n{text}\n\n{end}{rest.split(end)[1]}")
