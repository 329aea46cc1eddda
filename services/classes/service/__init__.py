"""The RPC door of the classes service."""

from __future__ import annotations

from services.classes.service.applications import ApplicationMethods
from services.classes.service.attendance import AttendanceMethods
from services.classes.service.classes import ClassMethods

# What an API token must allow for each method; what is not named here is not open to tokens.
TOKEN_SCOPES: dict[str, str] = {
    "GetClass": "learning.read",
    "ListClasses": "learning.read",
    "GetDrawList": "learning.read",
    "GetApplication": "learning.read",
    "ListApplications": "learning.read",
    "Apply": "learning.write",
    "WithdrawApplication": "learning.write",
    "AcceptOffer": "learning.write",
    "DeclineOffer": "learning.write",
}


class ClassesService(ClassMethods, ApplicationMethods, AttendanceMethods):
    pass
