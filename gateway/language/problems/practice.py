"""The words of refusals about practice tasks: of walks through them, and of what a draft lacks."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.language.i18n import msgid

PRACTICE: Mapping[str, str] = {
    "REAL_NUMBER_TYPED": msgid(
        "That looks like a real number of a person or a card. Never type one in an exercise; use the number that the "
        "task gives. We have kept nothing of it."
    ),
    "PRACTICE_UNKNOWN": msgid("This exercise is not in your version of the course."),
    "PRACTICE_FINISHED": msgid("This exercise is done. Begin it anew to practise once more."),
    "PRACTICE_UNFINISHED": msgid("This exercise is not done yet. Go on with it to the end."),
    "PART_UNKNOWN": msgid("This scene does not have that. Begin the exercise anew."),
    "TOO_MANY_MOVES": msgid("That was a long way. Begin the exercise anew."),
    "WALK_NAME_MALFORMED": msgid("Name the walk with 1 to 40 characters."),
    "PRACTICE_CHANGED": msgid(
        "Somebody changed this lesson meanwhile. Nothing of yours is lost: it is below. Save again, and this exercise "
        "is as you have it; the rest of the lesson stays as they wrote it."
    ),
    "AREA_UNREADABLE": msgid("Write a whole number from 0 to 1000."),
    # What a draft lacks
    "TASK_MISSING": msgid("Say what is to be done."),
    "NO_SCENE": msgid("Add the first scene."),
    "SCENE_UNKNOWN": msgid("A button leads to a scene that is gone. Choose another one."),
    "SCENE_UNREACHABLE": msgid("No button leads to this scene. Let one lead here, or remove the scene."),
    "SCENE_WITHOUT_END": msgid("From this scene there is no way to the end. Let a button lead on, or finish the task."),
    "PART_TEXT_MISSING": msgid("Write what stands on every button, line and field."),
    "SLIP_WORDS_MISSING": msgid("Write what is said after a wrong way, in kind words."),
    "PART_LOOK_UNKNOWN": msgid("That is not one of the looks. Choose one from the list."),
    "PART_ACTION_UNKNOWN": msgid("A part is shown, pressed or typed into. Choose one of these."),
}
