"""The one way a value is refused here: which field, and what to do about it."""

from __future__ import annotations

from services.chassis.errors import Invalid


class Wrong(Invalid):
    """`field` names the input (a column, an option); `line` and `column` are its place in `file`, when it has one."""

    file: str = ""

    def __init__(self, message: str, *, field: str = "", line: int | None = None, column: int | None = None) -> None:
        super().__init__("WRONG_VALUE", field=field, message=message)
        self.message, self.line, self.column = message, line, column

    def __str__(self) -> str:
        column = f"column {self.column}" if self.column else ""
        place = ", ".join(
            part
            for part in (
                f"line {self.line}" if self.line else "",
                f"{column} ({self.field})" if column and self.field else column or self.field,
            )
            if part
        )
        return f"{place}: {self.message}" if place else self.message
