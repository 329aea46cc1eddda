"""What a draft still needs before its review."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.language.i18n import msgid

DRAFTS: Mapping[str, str] = {
    "TITLE_MISSING": msgid("The title is missing."),
    "SUMMARY_MISSING": msgid("The summary is missing."),
    "LANGUAGES_MISSING": msgid("Choose at least one language."),
    "AUDIENCE_MISSING": msgid("Say for whom the course is."),
    "COMPETENCES_MISSING": msgid("Choose what is learnt (at least one competence)."),
    "LEVEL_MISSING": msgid("Choose the level."),
    "MINUTES_MISSING": msgid("Say how many minutes the lesson takes."),
    "COVER_ALT_MISSING": msgid("Describe the cover picture in words."),
    "ALT_MISSING": msgid("Describe the picture in words for those who cannot see it."),
    "CAPTIONS_MISSING": msgid("The video needs captions."),
    "TRANSCRIPT_MISSING": msgid("The video needs its words as text."),
    "VIDEO_URL_NOT_HTTPS": msgid("The address of the video must begin with https."),
    "VIDEO_URL_NOT_A_FILE": msgid(
        "This is the address of a page, which cannot be played in a lesson. Upload the video, or give the address of a"
        " file that ends in .mp4 or .webm."
    ),
    "MEDIA_MISSING": msgid("Choose a file."),
    "MEDIA_UNKNOWN": msgid("This file is not there any more. Send it again."),
    "NOT_A_PICTURE": msgid("This is no picture. Choose a PNG, JPEG, WebP or GIF file."),
    "NOT_A_VIDEO": msgid("This is no video. Choose an MP4 or WebM file."),
    "MEDIA_WRONG_TYPE": msgid("This is another kind of file. Choose one of the kind that is asked for."),
    "COVER_WRONG_TYPE": msgid("The cover is no picture. Choose a picture."),
    "COVER_MISSING": msgid("The cover picture is not there any more. Choose it again."),
    "CAPTIONS_WRONG_TYPE": msgid(
        "These are no captions. Captions are a text file whose first line is WEBVTT; save yours as WebVTT (.vtt)."
    ),
    "TEXT_MISSING": msgid("The text is empty."),
    "NO_LESSON": msgid("Add a lesson."),
    "NO_BLOCK": msgid("This lesson is empty. Add a text, a picture, a video, a file or a quiz."),
    "NO_COUNTED_LESSON": msgid("Choose which lessons count for completion."),
    "COUNTED_LESSON_UNKNOWN": msgid("A lesson that counts is not there any more. Choose again which ones count."),
    "NO_ITEM": msgid("This quiz has no question yet."),
    "PROMPT_MISSING": msgid("The question is empty."),
    "EXPLANATION_MISSING": msgid("Explain the answer in a sentence."),
    "OPTION_TEXT_MISSING": msgid("An answer to choose from is empty."),
    "OPTIONS_EQUAL": msgid("Two answers read the same. Write different ones, or remove one."),
    "OPTIONS_TOO_FEW": msgid("Give at least two answers to choose from."),
    "NO_RIGHT_ANSWER": msgid("Say which answer is right."),
    "DRAW_TOO_LARGE": msgid("The quiz draws more questions than it has. Add questions, or draw fewer."),
    "NO_GAP": msgid("Make at least one gap: write its words between double brackets in the text."),
    "GAPS_DIFFER": msgid("Each gap must be in the text once, in every language. Write its number there: [[1]]."),
    "PICTURE_MISSING": msgid("Choose the picture on which the question is answered."),
    "SPOT_MISSING": msgid("Say where each place is: press on the picture."),
    "RIGHT_ANSWER_MISSING": msgid("Write the right answer."),
    "TOO_MANY_RIGHT_ANSWERS": msgid("Only one answer may be right here."),
    "NUMBER_MALFORMED": msgid(
        "Write the right answer as a number of up to 15 digits, such as 112 or 3.5. The difference that is still right "
        "is such a number, too."
    ),
}
