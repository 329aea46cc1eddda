"""The words of every Problem by its reason: what happened and what to do. `%(name)s` stands for a detail."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.language.classes import CLASSES
from gateway.language.fields import FIELDS
from gateway.language.i18n import msgid
from gateway.language.imports import IMPORTS
from gateway.language.mail import REFUSALS
from gateway.language.notices import NOTICES
from gateway.language.practice import PRACTICE
from gateway.language.releases import RELEASES
from gateway.language.surveys import SURVEYS

WORDS: Mapping[str, str] = {
    # Of any request
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
    **IMPORTS,
    **FIELDS,
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
    # Accounts
    "LOGIN_TAKEN": msgid("Somebody already uses this login. Choose another one, for example with a number at its end."),
    "LOGIN_LENGTH": msgid("A login has %(min)s to %(max)s characters. Choose one of that length."),
    "LOGIN_CHARACTERS": msgid(
        "A login may have letters, digits, dots, hyphens and underscores, and no spaces. Leave the others out."
    ),
    "LOGIN_MIXES_SCRIPTS": msgid(
        "This login mixes letters that look alike but are different. Write it in one kind of letters."
    ),
    "LOOKS_LIKE_RESIDENT_NUMBER": msgid(
        "This looks like a resident registration number. Please never write it here; choose something else."
    ),
    "DISPLAY_NAME_MISSING": msgid("Write your name, as you want to be called."),
    "DISPLAY_NAME_TOO_LONG": msgid("The name is too long. Use up to %(max)s characters."),
    "DISPLAY_NAME_CHARACTERS": msgid(
        "The name has characters that cannot be shown, or no letter at all. Write it with ordinary letters."
    ),
    "NAME_ON_CERTIFICATE": msgid(
        "Your name is on a certificate. To change it, go to a centre or call us: somebody there has to see who you are."
    ),
    "EMAIL_INVALID": msgid(
        "This e-mail address is not complete. It looks like name@example.com; you may also leave it empty."
    ),
    "LOCALE_INVALID": msgid("This language is not offered. Choose one from the list."),
    "PASSPHRASE_TOO_SHORT": msgid(
        "The passphrase is too short. Use %(min)s characters or more, for example three words."
    ),
    "PASSPHRASE_TOO_LONG": msgid("The passphrase is too long. Use up to %(max)s characters."),
    "PASSPHRASE_TOO_COMMON": msgid(
        "Many people use this passphrase, so it is easy to guess. Choose another one, for example three words."
    ),
    "PASSPHRASE_IS_LOGIN": msgid("The passphrase is the same as the login. Choose another one."),
    "SECOND_FACTOR_NEEDED": msgid("This account has a second step of signing in. Send its code as well."),
    "SECOND_FACTOR_DUE": msgid("Your role needs a second step of signing in. Set it up first, under Me."),
    "SECOND_FACTOR_REQUIRED": msgid("Your role needs a second step of signing in, so it cannot be removed."),
    "SECOND_FACTOR_MISSING": msgid("Set up the second step of signing in first."),
    "SIGN_IN_ATTEMPT_OVER": msgid(
        "That took too long, or too many codes were wrong. Begin again with your passphrase."
    ),
    "TOTP_NOT_STARTED": msgid("That took too long. Start again with a new key."),
    "SIGN_IN_CODE_WRONG": msgid("This code is not right. Look at the app again: a new code comes every 30 seconds."),
    "SIGN_IN_CODE_USED": msgid("This code was used already. Wait for the next one, which comes within 30 seconds."),
    "PROOF_NEEDED": msgid(
        "Show once more that it is you: confirm with your passphrase or second step, then try again."
    ),
    "PROVIDER_AWAY": msgid("The other sign-in cannot be reached just now. Try again in a minute, or sign in here."),
    "PROVIDER_DECLINED": msgid("You were not signed in there. Try again, or sign in here with login and passphrase."),
    "PROVIDER_REFUSED": msgid("That sign-in could not be checked, so it was not accepted. Begin once more from here."),
    "IDENTITY_UNKNOWN": msgid(
        "This account is not linked with one here yet. Sign in here, then link it under Me, My accounts elsewhere."
    ),
    "IDENTITY_TAKEN": msgid("This account is linked with another person's account here. Call us to sort it out."),
    "LAST_WAY_IN": msgid("This is your only way to sign in. Make a passkey first."),
    "PASSKEY_REFUSED": msgid("This passkey was not accepted here. Try again, or use another way of signing in."),
    "PASSKEY_NOT_STARTED": msgid("That took too long. Start again with the passkey."),
    "PASSKEY_NAME_MISSING": msgid("Give the passkey a name by which you know the device."),
    "PASSKEY_NAME_TOO_LONG": msgid("The name is too long. Use up to %(max)s characters."),
    "TOO_MANY_PASSKEYS": msgid("You have %(max)s passkeys. Remove one that you do not need any more."),
    "PASSPHRASE_AGAIN": msgid("For your safety, enter your passphrase as well."),
    "PASSPHRASE_IS_CODE": msgid("This is the code from the desk. Choose a passphrase of your own."),
    "PASSPHRASE_MUST_CHANGE": msgid(
        "You came in with a code from the desk. Choose a passphrase of your own first; then everything opens."
    ),
    "CODE_EXPIRED": msgid("This code is more than an hour old. Ask for a new one at the desk."),
    "SESSION_NOT_FOUND": msgid("This device is not signed in any more."),
    "PASSPHRASE_WRONG": msgid("This is not your current passphrase. Enter it again."),
    "SIGN_IN_REFUSED": msgid(
        "The login or the passphrase is not right. Check both and try again; at the centre we can help you."
    ),
    "SESSION_INVALID": msgid("You are not signed in any more. Please sign in again."),
    "ONLY_ONESELF": msgid("Only the person concerned may see or change this."),
    "INSTRUCTOR_NOT_FOUND": msgid("There is no instructor with this login. Ask your colleague how it is written."),
    "PERSON_NOT_FOUND": msgid("There is no such person, or you may not see them."),
    "PERSON_ERASED": msgid("This account was erased. It cannot be changed any more."),
    "NOTICE_TEXT_MISSING": msgid("Write the text in this language, too."),
    "NOTICE_CHANGED": msgid("The privacy notice has changed meanwhile. Read the one that holds now."),
    "NOTICE_NOT_ACCEPTED": msgid("Read the privacy notice and mark the box."),
    "NOTICE_DUE": msgid("Read the privacy notice first and accept it."),
    "ERASURE_BY_REQUEST": msgid("An account is erased by a request that another administrator approves. Make one."),
    "ERASURE_BY_ANOTHER": msgid("Another administrator than whoever asked for it has to approve this."),
    "ERASURE_DECIDED": msgid("This request was decided on already. Look at how it stands now."),
    "ERASURE_REQUEST_NOT_FOUND": msgid("There is no request with this number. Check it, sign by sign."),
    "ERASURE_REASON_MISSING": msgid("Write why the request is refused. The person reads it."),
    "PERSON_CHANGED": msgid(
        "These details were changed meanwhile. Look at them as they are now, then change them again."
    ),
    "BIRTH_YEAR_INVALID": msgid(
        "Write the year of birth with four digits, from %(min)s to %(max)s, or leave it empty."
    ),
    "COUNTER_SEARCH_EMPTY": msgid("Type a name, a birth year or the last digits of the telephone."),
    "PHONE_DIGITS_TOO_FEW": msgid("Type the last %(min)s digits of the telephone, or more."),
    "PERSON_LIKE_THIS": msgid(
        "Somebody of this name and birth year is registered. Look for them first; if this is another person, say so."
    ),
    "SAME_ACCOUNT": msgid("These are not two accounts but one. Choose another one."),
    "GROUPS_CONTRADICT": msgid('You chose groups and also "None of these". Choose one of the two.'),
    "LAST_ADMINISTRATOR": msgid("This is the last administrator. Make somebody else an administrator first."),
    "OUTSIDE_YOUR_AREA": msgid("This is outside the area that you look after."),
    "SCOPE_UNKNOWN": msgid("There is no such area or organisation. Choose one from the list."),
    "TOO_MANY_NAMES": msgid("Ask for at most %(max)s people at once."),
    "AUDIT_ACTION_NOT_YOURS": msgid("This kind of entry is written by Ieum itself."),
    "TOKEN_NAME_MISSING": msgid("Give the token a name, so that you know later what it is for."),
    "TOKEN_NAME_TOO_LONG": msgid("The name of the token is too long. Use up to %(max)s characters."),
    "TOKEN_DAYS": msgid("A token may last %(min)s to %(max)s days. Choose a number between."),
    "TOKEN_SCOPES_MISSING": msgid("Choose at least one thing that the token may do."),
    "TOKEN_SCOPE_UNKNOWN": msgid("There is no permission %(scope)s. Choose from: %(known)s."),
    "TOKEN_NOT_FOUND": msgid("There is no such token. Perhaps it was revoked already."),
    # Places
    "AREA_UNKNOWN": msgid("Choose the area where you live from the list."),
    "ORGANISATION_UNKNOWN": msgid("There is no such organisation. Choose one from the list."),
    "AREA_CYCLE": msgid("The area %(name)s lies in itself. Correct what it lies in."),
    "AREA_KIND_UNKNOWN": msgid("The kind of the area %(name)s is not known. Use one of: %(known)s."),
    "AREA_PARENT_UNKNOWN": msgid(
        "The area %(name)s lies in %(parent)s, which is not in the list. Add it or correct it."
    ),
    "PLACE_AREA_UNKNOWN": msgid("%(name)s is in the area %(area)s, which is not in the list. Add it or correct it."),
    "PLACE_NAME_INVALID": msgid(
        "%(name)s is no name for a place. Use letters and digits after the slash, for example areas/HB01."
    ),
    "PLACE_NAME_TWICE": msgid("%(name)s is in the list twice. Leave one of them out."),
    "PLACE_INHABITED": msgid("%(people)s people belong to %(name)s. Say where they belong from now on."),
    "PLACE_MOVE_NEEDLESS": msgid("%(name)s stays in the list, so nobody has to move. Leave it out of the moves."),
    "PLACE_MOVE_UNKNOWN": msgid("People of %(name)s cannot move to %(target)s. Choose a place of the new list."),
    "FILE_UNREADABLE": msgid("The file cannot be read as a list of places: %(error)s."),
    "PLACES_CHANGED": msgid("Somebody has changed the list of places meanwhile. Look at the changes again."),
    "PLACES_NO_PREVIOUS": msgid("There is no import of places to take back."),
    "PLACE_TITLE_MISSING": msgid("%(name)s has no title. Give it one."),
    # Courses
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
    "DOCUMENT_TYPE": msgid("Choose a document of PowerPoint, Word or Hangul: a file that ends in PPTX, DOCX or HWPX."),
    "DOCUMENT_UNREADABLE": msgid(
        "This document cannot be read. Open it, save it under another name without a password, and choose that file."
    ),
    "DOCUMENT_EMPTY": msgid("There is no text and no picture in this document that could become a lesson."),
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
    # What a draft still needs
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
    "RIGHT_ANSWER_MISSING": msgid("Write the right answer."),
    "TOO_MANY_RIGHT_ANSWERS": msgid("Only one answer may be right here."),
    "NUMBER_MALFORMED": msgid(
        "Write the right answer as a number of up to 15 digits, such as 112 or 3.5. The difference that is still right "
        "is such a number, too."
    ),
    # Enrolling and learning
    "AUDIENCE_MISMATCH": msgid("This course is for the employees of the city and its offices."),
    "ENROLLMENT_NOT_FOUND": msgid("There is no such enrolment."),
    "ENROLLMENT_WITHDRAWN": msgid("You have left this course. Enrol again to go on learning."),
    "DELIVERY_UNKNOWN": msgid("Choose how the course is taken: online, in class, both, or on a visit."),
    "RESIDENCE_MISSING": msgid("Say in which area the person lives."),
    "TIME_IN_FUTURE": msgid("This lies in the future. Choose a time that is over."),
    "TIME_TOO_EARLY": msgid("This is too early. The earliest is %(earliest)s."),
    "TIME_WRONG": msgid("This happened too long ago, or in the future. It cannot be counted."),
    "VERSION_NOT_CURRENT": msgid("You can only move to the version that is offered now (%(current)s)."),
    "PERSON_OR_COURSE": msgid("Ask either for a person or for a course."),
    "NOT_YOURS": msgid("Only the learner may see or change this."),
    "NOT_TEACHER": msgid("Only those who teach this course may see this."),
    "COURSE_NOT_READY": msgid("The course is being prepared. Try again in a few seconds."),
    "PROGRESS_NOT_FOUND": msgid("There is no record of this learning."),
    "PROGRESS_NOT_READY": msgid("Your place in the course is being prepared. Try again in a second."),
    "STEP_EMPTY": msgid("A step must open a screen or answer a question."),
    "TOO_MANY_STEPS": msgid("Send at most %(most)s steps at once."),
    "SCREEN_UNKNOWN": msgid("This screen is not in your version of the course."),
    "LESSON_UNKNOWN": msgid("This lesson is not in your version of the course."),
    "QUIZ_UNKNOWN": msgid("This quiz is not in your version of the course."),
    "ITEM_UNKNOWN": msgid("This question is not in your version of the course."),
    "ATTEMPT_UNKNOWN": msgid("This attempt cannot begin yet. Finish the one before."),
    "NO_ATTEMPT_LEFT": msgid("You have used all attempts at this quiz. Ask your instructor for one more."),
    "ANSWER_EMPTY": msgid("Give an answer first."),
    "ANSWER_INCOMPLETE": msgid("Some parts are not answered yet. Answer all of them."),
    "ANSWER_TOO_LONG": msgid("This answer is too long. Write it shorter."),
    "OPTION_UNKNOWN": msgid("This is not one of the answers. Choose one that is shown."),
    "ONE_OPTION_ONLY": msgid("Choose one answer only."),
    "COUNT_UNREADABLE": msgid("Write a whole number, for example 10."),
    "NUMBER_UNREADABLE": msgid("Write the answer as a number, for example 112."),
    "REASON_MISSING": msgid("Write why."),
    "REASON_TOO_LONG": msgid("The reason is too long. Use up to %(most)s characters."),
    "CERTIFICATE_UNKNOWN": msgid("There is no certificate with this number. Check the number and try again."),
    "CERTIFICATE_OF_ANOTHER": msgid("Only the person named on a certificate can open it."),
    "CERTIFICATE_IS_REVOKED": msgid(
        "This certificate was revoked, so there is no document any more. Ask your instructor why."
    ),
    **CLASSES,
    **NOTICES,
    **SURVEYS,
    **PRACTICE,
    # Statistics
    **RELEASES,
    **REFUSALS,
    "AREA_OUT_OF_SCOPE": msgid("You may see the statistics of your own area and of those below it."),
    "AREA_CODE_ENDED": msgid("%(code)s is the code of an earlier list of areas. Choose today's: %(today)s."),
    "CODE_UNKNOWN": msgid("This release has no %(code)s. Choose one of: %(known)s."),
    "QUARTER_INVALID": msgid("Write a quarter like 2026-Q3."),
    "PERIOD_NOT_ASKABLE": msgid(
        "Choose a whole year, a single quarter or all time. Other ranges of quarters are not counted, because setting "
        "one against another would tell of single people."
    ),
    "PERIOD_AND_COURSE": msgid("Choose a period or a course, not both: the numbers of both together are not counted."),
    "QUESTION_TITLE_MISSING": msgid("Give the question a name by which you find it again."),
    "QUESTION_TITLE_TOO_LONG": msgid("The name may have %(max)s characters. Shorten it."),
    "QUESTION_RECIPIENT_MISSING": msgid("Choose the office that gets the mails, or leave monthly mail and alert out."),
    "QUESTION_RECIPIENT_ELSEWHERE": msgid(
        "This office does not look after the area of the question. Choose an office of this area or of one above it."
    ),
    "QUESTIONS_TOO_MANY": msgid("You have %(max)s questions saved already. Remove one first."),
    "WORKING_VIEW_BY": msgid(
        "Exact figures are divided by area, quarter, course, competence area or way of teaching, and by nothing that "
        "people answered about themselves."
    ),
    "WORKING_VIEW_PURPOSE": msgid("Say in a few words what you need the exact figures for."),
    "WORKING_VIEW_PURPOSE_TOO_LONG": msgid("The purpose may have %(max)s characters. Shorten it."),
    "CROSS_BY": msgid("Several areas and periods can be divided by one of: %(known)s."),
    "CROSS_PERIODS": msgid("Choose at most %(max)s periods at a time."),
    "CROSS_TOO_LARGE": msgid(
        "The table would have more than %(max)s numbers. Choose fewer periods, or an area with fewer places below it."
    ),
    "COURSE_BY_COURSE": msgid("A single course is chosen, so divide the numbers by something else than courses."),
    "AS_OF_NOT_KEPT": msgid(
        "The numbers are kept for today and for the ends of earlier quarters only. Leave the day out, or take the "
        "moment that the table names."
    ),
}
