"""What may go wrong, said in one line."""

from __future__ import annotations


class CompanionError(Exception):
    """A mistake that the reader of the message can mend.

    Parameters
    ----------
    message : str
        One line: what was wrong and what is allowed.
    detail : str
        What follows the line (a traceback of a cell, the tail of a log); may be empty.
    """

    status = 2

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


class ChapterFailed(CompanionError):
    """A chapter, a verdict or a page is not as it should be; nobody mistyped anything."""

    status = 1
