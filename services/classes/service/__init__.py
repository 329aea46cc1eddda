"""The RPC door of the classes service."""

from __future__ import annotations

from services.chassis.token_access import Access
from services.classes.service.applications import ApplicationMethods
from services.classes.service.attendance import AttendanceMethods
from services.classes.service.classes import ClassMethods
from services.classes.service.kits import KitMethods
from services.classes.service.outreach import OutreachMethods
from services.classes.service.use import UseMethods

_OPEN = Access(own="learning.read", open=True)
_READ, _WRITE = Access(own="learning.read"), Access(own="learning.write")
# A method that is not named is closed to tokens: staff work on pages.
TOKEN_ACCESS = {
    "GetClass": _OPEN,
    "ListClasses": _OPEN,
    "GetDrawList": _OPEN,
    "ListHolidays": _OPEN,
    "GetApplication": _READ,
    "ListApplications": _READ,
    "Apply": _WRITE,
    "WithdrawApplication": _WRITE,
    "AcceptOffer": _WRITE,
    "DeclineOffer": _WRITE,
    "CheckIn": _WRITE,
    "RequestVisit": _WRITE,
    "GetVisit": _READ,
    "ListVisits": _READ,
    "WithdrawVisit": _WRITE,
}


class ClassesService(ClassMethods, ApplicationMethods, AttendanceMethods, KitMethods, OutreachMethods, UseMethods):
    pass
