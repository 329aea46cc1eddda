"""Enrolling, learning, answers and certificates."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.language.i18n import msgid

LEARNING: Mapping[str, str] = {
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
    "ITEM_NOT_DRAWN": msgid("This question was not drawn for this attempt. Go on with the ones that are shown."),
    "QUIZ_PASSED": msgid("This quiz is passed already, or the course completed. It stays so."),
    "TOO_MANY_RESETS": msgid("This quiz has begun anew too often. Allow single attempts instead."),
    "NOT_FOR_ONESELF": msgid("This has to be done by another instructor of the course."),
    "NO_HELP_NEEDED": msgid("This learner has finished the course or left it."),
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
}
