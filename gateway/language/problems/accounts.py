"""Accounts, sign-in, roles and tokens."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.language.i18n import msgid

ACCOUNTS: Mapping[str, str] = {
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
    "CARD_REFUSED": msgid(
        "Card and pictures or PIN do not fit together, or the card is not valid. After %(misses)s wrong tries a card "
        "is locked; the people at the desk unlock it with you."
    ),
    "CARD_NUMBER_INVALID": msgid("The card number has %(digits)s digits. Type all of them, or use the scanner."),
    "CARD_NUMBER_MISTYPED": msgid("There is a typing mistake in this number. Compare it with your card."),
    "CARD_SECRET_MISSING": msgid("Pick your three pictures, or type your PIN."),
    "CENTRE_DEVICE_NEEDED": msgid(
        "Cards work only on computers of the centre. Ask at the desk, or sign in with login and passphrase."
    ),
    "CARD_KIND_MISSING": msgid("Choose whether they sign in with pictures or with a PIN."),
    "CARD_PEOPLE_MISSING": msgid("Mark the people who are to get a card."),
    "CARD_FOR_LEARNERS_ONLY": msgid("Whoever has a role beside learning signs in with a passphrase, not with a card."),
    "CARD_BESIDE_SECOND_FACTOR": msgid("Whoever has a second step of signing in cannot have a card beside it."),
    "DEVICE_NAME_MISSING": msgid("Give the computer a name by which your colleagues know it."),
    "DEVICE_NAME_TOO_LONG": msgid("The name is too long. Use up to %(max)s characters."),
    "MAIL_LINK_OVER": msgid("This link is over: it was used already, or it is too old. Ask for a new one."),
    "EMAIL_MISSING": msgid("Write your e-mail address first."),
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
    "ACCOUNT_MERGED": msgid(
        "This account was merged with another account of yours. Sign in with the login %(login)s and its passphrase."
    ),
    "ACCOUNT_RESTS": msgid(
        "This account was merged into another one and rests. Use the account that was kept, or separate the two first."
    ),
    "ACCOUNT_KEEPS_OTHERS": msgid(
        "Other accounts were merged into this one. Keep this one and merge the other, or separate them first."
    ),
    "MERGED_HOLDS_ROLE": msgid(
        "The account that is to rest has a role. Keep that one, or let its roles be taken back first."
    ),
    "TOO_MANY_MERGED": msgid("%(most)s accounts were merged into this one already, more than one person has."),
    "SEPARATION_TOO_LATE": msgid("The accounts were merged more than %(days)s days ago; they stay one."),
    "ERASURE_OPEN": msgid("An erasure was asked for of one of these accounts. Decide on that first."),
    "OWN_ACCOUNT_MERGED": msgid("One of these accounts is your own. Let a colleague compare and merge them."),
    "RETENTION_DAYS": msgid("Choose between %(min)s and %(max)s days, or for ever."),
    "RETENTION_CHANGED": msgid("Somebody has changed this meanwhile. Look at it again, then decide."),
    "RETENTION_NOT_DUE": msgid("Accounts were gone through today already. It is done again tomorrow."),
    "ACCOUNT_USED": msgid("Somebody has used this account meanwhile, so it stays."),
    "KEPT_ACCOUNT_MISSING": msgid("Choose which of the two accounts stays."),
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
}
