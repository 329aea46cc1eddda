"""The words of refusals about classes."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.language.i18n import msgid

CLASSES: Mapping[str, str] = {
    "CLASS_NOT_FOUND": msgid("There is no such class here."),
    "APPLICATION_NOT_FOUND": msgid("There is no such application here."),
    "SESSION_NOT_FOUND": msgid("The class has no such date."),
    "NOT_STAFF_OF_CLASS": msgid("Only the staff of this class may do that. Ask its instructor or your administrator."),
    "CLASS_OUTSIDE_YOUR_AREA": msgid("You may make classes that you teach yourself, or classes of your area."),
    "PERSON_OUTSIDE_YOUR_AREA": msgid("This person lives outside your area. Their own city can apply for them."),
    "LOGIN_UNKNOWN": msgid("Nobody has this login. Check it, or make an account first."),
    # Applying
    "APPLICATIONS_NOT_OPEN": msgid("Applications are not open yet. The page of the class says when they open."),
    "APPLICATIONS_CLOSED": msgid("Applications for this class are closed. Look at the other classes of the course."),
    "CLASS_CANCELLED": msgid("This class was cancelled. Look at the other classes of the course."),
    "CLASS_NOT_OPEN": msgid("This class is not open. Publish it first."),
    "CLASS_FOR_OTHER_AREA": msgid("This class is for residents of another area. Look for a class near you."),
    "CLASS_FOR_OTHER_ORGANISATION": msgid("This class is for the people of another organisation."),
    "PREREQUISITE_MISSING": msgid(
        "Another course comes first. The page of the class names it. Complete it, then apply again."
    ),
    "CLASS_CLASHES": msgid(
        "You have applied for another class at the same time. Withdraw there first, or choose another class."
    ),
    "TERM_LIMIT_REACHED": msgid(
        "You have as many classes this term as one person may have: %(most)s. Withdraw from one first."
    ),
    "GROUP_UNKNOWN": msgid("That is not one of the groups. Choose one that is shown."),
    "NO_OFFER": msgid("No seat is offered to you right now."),
    "OFFER_LAPSED": msgid("The time for this offer is over, and the seat went to the next. You may apply again."),
    "NOT_WAITING": msgid("This person is not on the waiting list, or the class has begun. Give a seat by hand."),
    "NO_SEAT_FREE": msgid("No seat is free. Raise the number of seats first."),
    "CHANNEL_UNKNOWN": msgid("Choose counter or telephone."),
    "PERSON_OR_CLASS": msgid("Say of which person or of which class, one of the two."),
    # A class that a device took along
    "KIT_NOT_FOUND": msgid("This device has lost the class. Take it along again."),
    "KIT_EXISTS": msgid("Another device has taken the class along just now. Go back and try again."),
    "KIT_DAYS_INVALID": msgid("Choose 1 to %(most)s days."),
    "KIT_REVOKED": msgid("This device was revoked. Take the class along again, or ask your administrator."),
    "KIT_ENDED": msgid("The time of this device is over. Take the class along again."),
    "TOO_MANY_OPERATIONS": msgid("Send at most %(most)s at once."),
    "OPERATIONS_OUT_OF_ORDER": msgid("Send in the order of their numbers, each number once."),
    "DEVICE_SHARED": msgid("This is a shared computer. Take the course along on your own phone."),
    "OPERATION_MALFORMED": msgid("The device has recorded something that cannot be read. Enter it by hand."),
    # Making a class
    "SEATS_INVALID": msgid("A class has 1 to %(most)s seats."),
    "RESERVED_INVALID": msgid("From 0 to %(most)s seats may be reserved."),
    "SEATS_TAKEN": msgid("%(taken)s seats are taken and %(reserved)s are reserved. You cannot have fewer than these."),
    "CLASS_AREA_MISSING": msgid("Choose the area in which the class takes place."),
    "ZONE_UNKNOWN": msgid("This time zone is not known. Write it like Asia/Seoul."),
    "SESSION_TIME_INVALID": msgid("A date is written like 2027-03-02 and a time like 14:00. Check them."),
    "SESSION_TIME_SKIPPED": msgid("There is no such time: clocks are put forward then (%(time)s). Choose another one."),
    "SESSION_LENGTH_INVALID": msgid("A session has 1 minute to 24 hours."),
    "SESSIONS_NUMBER_INVALID": msgid("A class has 1 to %(most)s dates."),
    "SESSIONS_OVERLAP": msgid("Two dates of the class are at the same time. Change one of them."),
    "SESSION_CANCELLED": msgid("This date was cancelled."),
    "LAST_SESSION": msgid("This is the last date that is left. Cancel the class instead."),
    "WINDOW_REVERSED": msgid("Applications close before they open. Exchange the two."),
    "WINDOW_AFTER_START": msgid("Applications must close before the class begins."),
    "WINDOW_NEEDED": msgid("For a lot and for priority groups, say when applications close."),
    "GROUPS_NEEDED": msgid("Name 1 to 9 priority groups, one in each line."),
    "MINIMUM_INVALID": msgid("The fewest people must be 0 to %(most)s."),
    "PREREQUISITE_CYCLE": msgid("These courses wait for each other. Take one of them out of what comes before."),
    "CLASS_CHANGED": msgid(
        "Somebody else has changed this class meanwhile. Look at it in another window; save again to keep what is here."
    ),
    "HOLIDAY_DATE": msgid("“%(date)s” is no date. Write each holiday like 2027-03-01."),
    "TOO_MANY_HOLIDAYS": msgid("The list may have at most %(most)s days."),
    "CLASS_IN_PAST": msgid("All dates of this class are over. Give it new ones."),
    "CLASS_OVER_OR_CANCELLED": msgid("This class is over or cancelled. Copy it to hold it again."),
    "REASON_CODE_INVALID": msgid("Choose one of the reasons."),
    "LOT_NOT_TO_BE_DRAWN": msgid("The lot can be drawn when applications are closed, for a class that has one."),
    "DRAW_COMMITMENT_BROKEN": msgid("The secret number does not fit its fingerprint."),
    "DRAW_SEED_BROKEN": msgid("The seed does not follow from this list."),
    "SESSION_LINE": msgid("Write each date like this: 2027-03-02 14:00 120 (day, time, minutes)."),
    "MOMENT": msgid("Write day and time like this: 2027-03-02 09:00."),
    "NUMBER": msgid("Write a whole number."),
    # Attendance
    "SESSION_NOT_BEGUN": msgid("The list opens one hour before the session."),
    "NO_SEAT": msgid("Somebody on this list has no seat in the class. Give them one first."),
    "MINUTES_NEEDED": msgid("Write how many minutes somebody was there who came late or left early."),
    "MINUTES_INVALID": msgid("The minutes must be from 0 to %(most)s."),
    "ATTENDED_UNKNOWN": msgid("Choose present, late, left early, excused or absent."),
    "CODE_NOT_NOW": msgid("The code works from 15 minutes before the session until its end."),
    "NO_SESSION_NOW": msgid("None of your classes meets right now. The code works from 15 minutes before the session."),
    "CODE_WRONG": msgid("That is not the code. It changes every minute: look at the screen in the room again."),
    "VISIT_NOT_FOUND": msgid("There is no such request for a visit."),
    "VISIT_ENDED": msgid("This request was refused or withdrawn. Make a new one."),
    "ADDRESS_MISSING": msgid("Say where we should come: the name of the hall and its address."),
    "PEOPLE_INVALID": msgid("Say how many people would come, from 1 to %(most)s."),
    "CLASS_OR_REASON": msgid("Choose a class for this request, or a reason why there is none."),
    "TOPIC_UNKNOWN": msgid("Choose what the help was about."),
    "HELP_MINUTES_INVALID": msgid("Help takes 1 to %(most)s minutes."),
    "SHEET_CODE_WRONG": msgid("That is not the code of a list. Look at the top of the paper again."),
    "NUMBER_NOT_ON_LIST": msgid("Number %(number)s is not on this list. Add who came without a seat first."),
    "TOO_MANY_TRIES": msgid("The code was wrong too often. Ask your instructor to mark you."),
    "TOO_MANY_MARKS": msgid("Send at most %(most)s marks at once."),
    "DAY_INVALID": msgid("Write a day like 2026-11-29."),
    "PERIOD_TOO_LONG": msgid("Choose a first and a last day, at most %(days)s days apart."),
}
