"""The error for a value that is refused: which field, where in the file, and what to do about it."""

from __future__ import annotations

from services.chassis.errors import Invalid


class InvalidValue(Invalid):
    """`field` names the input (a column, an option); `line` and `column` are its position in `file`, if it has one."""

    file: str = ""

    def __init__(self, message: str, *, field: str = "", line: int | None = None, column: int | None = None) -> None:
        super().__init__("WRONG_VALUE", field=field, message=message)
        self.message, self.line, self.column = message, line, column

    def __str__(self) -> str:
        position = self._position()
        return f"{position}: {self.message}" if position else self.message

    def _position(self) -> str:
        """For instance `line 3, column 2 (area)`."""
        parts = [f"line {self.line}"] if self.line else []
        if self.column:
            parts.append(f"column {self.column}" + (f" ({self.field})" if self.field else ""))
        elif self.field:
            parts.append(self.field)
        return ", ".join(parts)
