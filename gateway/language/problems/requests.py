"""Of any request."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.language.i18n import msgid

REQUESTS: Mapping[str, str] = {
    "INTERNAL": msgid("This is our fault, not yours. Please try again in a minute. If it happens again, call us."),
    "PATH_UNKNOWN": msgid("There is nothing at this address. Check the address, or start from the first page."),
    "METHOD_NOT_ALLOWED": msgid("This address does not offer that. Go back and try again from the page before."),
    "FORMAT_NOT_OFFERED": msgid("This cannot be given in the form that was asked for."),
    "BODY_TOO_LARGE": msgid("What you sent is too large. A file may have up to 32 MB."),
    "REQUEST_TOO_SLOW": msgid("What you sent took too long to arrive. Check the connection, then send it again."),
    "HOST_UNKNOWN": msgid("Ieum cannot be reached at this address. Use the address that your city gave you."),
    "OVERLOADED": msgid("Many people are using Ieum right now. Wait a few seconds, then try again; nothing is lost."),
    "CONTENT_TYPE_REFUSED": msgid("Send the request as application/json."),
    "RANGE_WRONG": msgid("The file is shorter than the part that was asked for."),
    "REQUEST_MALFORMED": msgid("The request could not be read. Go back and try again."),
    "VALUE_UNKNOWN": msgid("That is not one of the choices. Choose one from the list."),
    "NAME_INVALID": msgid("This name is not complete. It looks like %(form)s."),
    "NAME_MALFORMED": msgid("This name is not complete. Copy it again from where you found it."),
    "NOT_FOUND": msgid("There is no such thing here."),
    "BUSY": msgid("Somebody else is changing this right now. Please try again."),
    "REQUEST_FOREIGN": msgid(
        "For your safety we only take what is sent from our own pages. Open the page here again and send it once more."
    ),
    "SIGN_IN_NEEDED": msgid("Please sign in first. You will then return to this page."),
    "TOKEN_INVALID": msgid("This token is unknown, expired or revoked. Make a new one on the page My details."),
    "TOKEN_SCOPE_NEEDED": msgid("This token does not allow that. It needs the permission %(scope)s."),
    "TOKEN_AREA_NOT_HERE": msgid(
        "This token is limited to an area, and only figures and accounts have areas. Make one without an area for this."
    ),
    "ROLE_NEEDED": msgid("Your role does not include this. If you need it, ask your administrator."),
    "SLOW_DOWN": msgid("There were many tries in a short time. Wait %(seconds)s seconds, then try again."),
    "SERVICE_AWAY": msgid("A part of Ieum is being restarted. Try again in a few seconds; nothing is lost."),
    "DATABASE_AWAY": msgid("A part of Ieum is being restarted. Try again in a few seconds; nothing is lost."),
    "DOCUMENT_SLOW": msgid("The document takes longer than usual. Please try again in a minute."),
    "DEAD_LETTER_NOT_FOUND": msgid("This event is not in the list any more: it was handled."),
    "NOT_READY": msgid("Not everything is running yet: %(away)s."),
    "PRINCIPAL_INVALID": msgid("A part of Ieum is set up wrongly. Please call us."),
    "PRINCIPAL_EXPIRED": msgid("This took too long. Please try again."),
    "PAGE_SIZE_NEGATIVE": msgid("The page size must be 0 or more."),
    "PAGE_TOKEN_INVALID": msgid("This list cannot be continued from here. Begin it again."),
    "UPDATE_MASK_INVALID": msgid("updateMask names something that cannot be changed: %(paths)s."),
    "UPDATE_MASK_UNKNOWN": msgid("updateMask names something that cannot be changed: %(path)s."),
    "REQUEST_ID_USED": msgid("This requestId was used for something else. Take a new one."),
    "GATEWAY_ONLY": msgid("Only Ieum itself may ask this."),
}
