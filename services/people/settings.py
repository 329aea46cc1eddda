"""What an operator may set of the people service, beside what every process shares."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from services.chassis.config import Settings

NO_ROLE = "none"
_ROLE = "(learner|instructor|reviewer|official|administrator)"


class PeopleSettings(Settings):
    # Roles, separated by commas, whose holders need a second factor; "none" = no role does.
    second_factor_roles: Annotated[str, StringConstraints(pattern=f"^({NO_ROLE}|{_ROLE}(,{_ROLE})*)$")] = (
        "instructor,reviewer,official,administrator"
    )
    # How long they may still come in without one, counted from their next sign-in.
    second_factor_grace_days: int = Field(14, ge=0)
    # How long a backup is kept at most; after that no copy of an erased account is left. For the pages that say so.
    backup_days: int = Field(35, ge=1, le=3660)
