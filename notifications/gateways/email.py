"""Letters by SMTP: one connection for a batch."""

import smtplib
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _

from notifications.gateways.outcome import Later, LineDown, Never, Parcel

# Codes with which a server speaks of itself, not of the letter: it shuts down, or is short of something.
ABOUT_ITSELF = {421, 454, 530, 535}
TOO_LARGE = 552


class Email:
    """A session with the mail server of the settings."""

    def __init__(self):
        self.connection = get_connection()
        self.domain = urlsplit(settings.PUBLIC_URL).hostname or "xiaohuan"

    def open(self) -> None:
        """Connects within EMAIL_TIMEOUT. Raises LineDown."""
        try:
            self.connection.open()
        except smtplib.SMTPAuthenticationError as error:
            raise LineDown("smtp-login", _("The mail server refuses our name or password.")) from error
        except (OSError, smtplib.SMTPException) as error:
            raise LineDown("smtp-down", _("The mail server does not answer.")) from error

    def send(self, parcel: Parcel) -> None:
        """One letter to one person. Raises NotBrought."""
        try:
            self.letter(parcel).send()
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            self._refused(code, words)
        except smtplib.SMTPSenderRefused as error:
            if error.smtp_code != TOO_LARGE:
                raise LineDown(f"smtp-{error.smtp_code}", said(error.smtp_code, error.smtp_error)) from error
            self._refused(error.smtp_code, error.smtp_error)
        except smtplib.SMTPResponseException as error:
            self._refused(error.smtp_code, error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            # Whether the letter was taken before the line broke, nobody knows; the Message-ID stays the same.
            self.close()
            words = _("The mail server broke off: %(error)s") % {"error": f"{type(error).__name__}: {error}"}
            raise Later("smtp-broken", words, trouble=True) from error

    def letter(self, parcel: Parcel) -> EmailMessage:
        """The message as the mail server gets it."""
        link = f"{settings.PUBLIC_URL}{parcel.link}" if parcel.link else ""
        return EmailMessage(
            subject=parcel.title,
            body="\n\n".join(filter(None, [parcel.body or parcel.title, link])),
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[parcel.email],
            headers={
                "Message-ID": f"<{parcel.token}@{self.domain}>",
                "Auto-Submitted": "auto-generated",
                "Idempotency-Key": parcel.token,
            },
            connection=self.connection,
        )

    def close(self) -> None:
        """Hangs up; a line that is dead already is no error."""
        try:
            self.connection.close()
        except (OSError, smtplib.SMTPException):
            self.connection = get_connection()

    def _refused(self, code: int, words) -> None:
        """RFC 5321, 4.2.1: 5yz is for ever, 4yz for now."""
        fault, text = f"smtp-{code}", said(code, words)
        if code in ABOUT_ITSELF:
            self.close()
            raise LineDown(fault, text)
        raise Never(fault, text) if 500 <= code < 600 else Later(fault, text)


def said(code: int, words) -> str:
    """What the mail server said, in its own words."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return f"{code} {' '.join(text.split())}"
