"""What happened and what to do, for each reason that Ieum may refuse for. `%(name)s` stands for a detail."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.web.i18n import msgid

WORDS: Mapping[str, str] = {
    # Of any request
    "INTERNAL": msgid("This is our fault, not yours. Please try again in a minute; if it happens again, call us."),
    "PATH_UNKNOWN": msgid("There is nothing at this address. Check the address, or begin at the first page."),
    "METHOD_NOT_ALLOWED": msgid("This address does not offer that. Go back and try again from the page before."),
    "FORMAT_NOT_OFFERED": msgid("This cannot be given in the form that was asked for."),
    "BODY_TOO_LARGE": msgid(
        "What you sent is too large. A file may have up to 32 MB."
    ),
    "CONTENT_TYPE_REFUSED": msgid("Send the request as application/json."),
    "RANGE_WRONG": msgid("The file is shorter than the part that was asked for."),
    "REQUEST_MALFORMED": msgid("The request could not be read. Go back and try again."),
    "FIELD_INVALID": msgid("Please check what stands in %(name)s: %(problem)s."),
    "REQUEST_FOREIGN": msgid(
        "For your safety we only take what is sent from our own pages. Open the page here again and send it once more."
    ),
    "SIGN_IN_NEEDED": msgid("Please sign in first. Then you come back to this page."),
    "TOKEN_INVALID": msgid("This token is unknown, expired or revoked. Make a new one on the page My details."),
    "TOKEN_SCOPE_NEEDED": msgid("This token does not allow that. It needs the permission %(scope)s."),
    "ROLE_NEEDED": msgid("Your role does not include this. If you need it, ask your administrator."),
    "SLOW_DOWN": msgid("There were many tries in a short time. Wait %(seconds)s seconds, then try again."),
    "SERVICE_AWAY": msgid("A part of Ieum is being restarted. Try again in a few seconds; nothing is lost."),
    "DATABASE_AWAY": msgid("A part of Ieum is being restarted. Try again in a few seconds; nothing is lost."),
    "NOT_READY": msgid("Not everything is running yet: %(away)s."),
    "PRINCIPAL_INVALID": msgid("A part of Ieum is set up wrongly. Please call us."),
    "PRINCIPAL_EXPIRED": msgid("This took too long. Please try again."),
    "PAGE_SIZE_NEGATIVE": msgid("The page size must be 0 or more."),
    "PAGE_TOKEN_INVALID": msgid("This list cannot be continued from here. Begin it again."),
}
