"""An office's mail, composed by the service that asked for it."""

from __future__ import annotations

from services.notices.domain.notice import Notice
from services.notices.letters.letter import Letter, NotToSend, Written
from services.notices.sources import Sources


async def write(sources: Sources, notice: Notice, public_url: str) -> Written:
    composed = await sources.compose(notice, public_url)
    if composed.cancel_reason:
        return NotToSend(composed.cancel_reason)
    return Letter(
        composed.recipient_name,
        composed.recipient_address,
        composed.language,
        composed.subject,
        composed.text,
        composed.html,
    )
