"""Writing and publishing courses, and their files."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.language.i18n import msgid

COURSES: Mapping[str, str] = {
    "SYNONYM_ALONE": msgid(
        "“%(word)s” stands alone on line %(line)s. Write a word that means the same beside it, or remove the line."
    ),
    "SYNONYMS_CHANGED": msgid(
        "Somebody changed the search words meanwhile. Compare both lists below, then save again; yours is kept."
    ),
    "COURSE_NOT_FOUND": msgid("There is no such course."),
    "VERSION_NOT_FOUND": msgid("There is no such version of this course."),
    "LESSON_NOT_FOUND": msgid("There is no such lesson in this course. Perhaps it was deleted meanwhile."),
    "NOT_YOUR_COURSE": msgid("Only the authors of this course may do that."),
    "OWN_COURSE": msgid("You are an author of this course. Somebody else has to review it."),
    "LAST_TEACHER": msgid("A course needs at least one author. Add another one first."),
    "DRAFT_CHANGED": msgid("Somebody changed this course meanwhile. Compare both versions; nothing of yours is lost."),
    "LESSON_CHANGED": msgid("Somebody changed this lesson meanwhile. Compare both versions; nothing of yours is lost."),
    "COURSE_IN_REVIEW": msgid("This course is being reviewed and cannot be changed. Cancel the review first."),
    "COURSE_NOT_IN_REVIEW": msgid("This course is not being reviewed just now."),
    "COURSE_NOT_PUBLISHED": msgid("This course is not published yet."),
    "COURSE_PUBLISHED": msgid("A published course cannot be deleted, because learners hold it. You can retire it."),
    "COURSE_RETIRED": msgid("This course is not offered any more."),
    "COURSE_INCOMPLETE": msgid("%(count)s things are still missing. They are listed on the page of the course."),
    "COURSE_TOO_LARGE": msgid("The course is too large. Divide it into two courses."),
    "NOTHING_TO_REVIEW": msgid("Nothing was changed since it was published."),
    "NOTE_MISSING": msgid("Write what the authors should change."),
    "TEXT_TOO_LONG": msgid("This text is too long. Use up to %(limit)s characters."),
    "SERVICES_ONLY": msgid("Only Ieum's own services may ask for this."),
    "CALLER_NOT_ALLOWED": msgid("Whoever called is not allowed to. An operator should check its certificate and keys."),
    "TOO_MANY": msgid("These are too many. There may be up to %(limit)s."),
    "NUMBER_OUT_OF_RANGE": msgid("This number is too small or too large. Choose another one."),
    "ID_MALFORMED": msgid("An id has up to 40 small letters, digits and hyphens."),
    "ID_TWICE": msgid("The same id is used twice. Change one of them."),
    "LANGUAGE_MALFORMED": msgid("A language is written like ko or en."),
    "MEDIA_NAME_MALFORMED": msgid("A file is named like media/abc. Send it first, then use the name in the answer."),
    "AUDIENCE_UNKNOWN": msgid("Choose for whom the course is: residents, employees or both."),
    "LEVEL_UNKNOWN": msgid("Choose a level from the list."),
    "COMPETENCE_UNKNOWN": msgid("There is no competence %(competence)s. Choose one from the list."),
    "BLOCK_KIND_UNKNOWN": msgid("A block must be a text, a picture, a video, a file or a quiz."),
    "ITEM_KIND_UNKNOWN": msgid("Choose a kind for each question."),
    "DOCUMENT_TYPE": msgid("Nothing can be made of this kind of file. Choose one of those that this page lists."),
    "DOCUMENT_UNREADABLE": msgid(
        "This file cannot be read. Open it, save it under another name without a password, and choose that file."
    ),
    "DOCUMENT_EMPTY": msgid("There is nothing in this file that could become a lesson: no text, picture or question."),
    "PACKAGE_BROKEN": msgid(
        "This package is broken or was changed by hand. Export the course again, and choose the file as it was saved."
    ),
    "PACKAGE_HOSTILE": msgid(
        "There is something dangerous in this file: it leads out of it, or is far too large. Nothing was taken over."
    ),
    "PACKAGE_OLD_MOODLE": msgid("This is a backup of Moodle 1. Restore it in a newer Moodle, and make a backup there."),
    "PACKAGE_TO_PLAY": msgid(
        "SCORM and H5P packages are programs and cannot be made into lessons. Choose the course that they are from."
    ),
    "PACKAGE_NEWER": msgid(
        "This package was made by a newer version of Ieum. Ask your operator to bring Ieum up to date."
    ),
    "PACKAGE_STRANGE_FILE": msgid(
        "There is a file in this package that does not belong to it: %(file)s. Nothing was taken over."
    ),
    "PACKAGE_TOO_LARGE": msgid(
        "Files of other systems may have up to %(limit)s MB. Save it without its films there, and add them here."
    ),
    "PACKAGE_UNSAFE": msgid("There are too many files in this package, or one hides another. Nothing was taken over."),
    "IMPORT_NOT_FOUND": msgid(
        "There is no such import, or it was more than 90 days ago. Its lessons are in the course."
    ),
    "MEDIA_NOT_FOUND": msgid("This file does not exist."),
    "MEDIA_EMPTY": msgid("The file is empty. Choose another one."),
    "MEDIA_TOO_LARGE": msgid("The file is too large. Use a smaller one, up to 32 MB."),
    "MEDIA_TYPE_REFUSED": msgid(
        "This kind of file cannot be used. Use PNG, JPEG, WebP, GIF, MP4, WebM, MP3, M4A, PDF, HWPX, DOCX, XLSX, PPTX "
        "or text."
    ),
    "MEDIA_QUOTA": msgid("You have uploaded %(limit)s MB today, which is the most for a day. Go on tomorrow."),
    "MEDIA_HWP": msgid("HWP files cannot be used. In Hangul, save the document as HWPX or PDF and choose that file."),
    "MEDIA_OLD_OFFICE": msgid(
        "Files of old office programs cannot be used. Save the document as DOCX, XLSX, PPTX or PDF and choose that "
        "file."
    ),
    "MEDIA_ACTIVE": msgid(
        "There are macros or embedded programs in this document. Save it without them, or as PDF, and choose that file."
    ),
    "MEDIA_HEIC": msgid(
        "Browsers cannot show HEIC pictures. On an iPhone choose Settings > Camera > Formats > Most Compatible, or "
        "save the picture as JPEG, and choose that file."
    ),
    "MEDIA_MOV": msgid(
        "Most browsers cannot play MOV videos. On an iPhone choose Settings > Camera > Formats > Most Compatible, or "
        "save the video as MP4, and choose that file."
    ),
    "MEDIA_NOT_UTF8": msgid(
        "This text is saved in an old Korean encoding. Save it again with the encoding UTF-8 and choose that file."
    ),
    "PICTURE_BROKEN": msgid("This picture is broken or cut off. Open it, save it again and choose that file."),
    "PICTURE_TOO_LARGE": msgid(
        "This picture has too many pixels for a phone. Make it smaller, up to %(limit)s million pixels."
    ),
    "CAPTIONS_HEADER": msgid(
        "The first line of captions must be WEBVTT in capitals, with nothing before it. Correct it and choose the file "
        "again."
    ),
    "CAPTIONS_MALFORMED": msgid("The captions cannot be read at line %(line)s. They must be WebVTT."),
    "FILE_MISSING": msgid("Choose a file first."),
}
