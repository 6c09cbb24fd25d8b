"""The ways out of the house. A gateway raises; what follows from that is decided by the services."""

from django.conf import settings
from django.core.mail import EmailMessage, get_connection


class Email:
    """One SMTP connection for a batch. `open` raises OSError where the server does not answer."""

    def __init__(self):
        self.connection = get_connection()

    def open(self) -> None:
        """Connects within EMAIL_TIMEOUT."""
        self.connection.open()

    def send(self, message) -> None:
        """One message to one person."""
        link = f"{settings.PUBLIC_URL}{message.link}" if message.link else ""
        # A line break in a subject would be a header of somebody else's making.
        subject = " ".join(message.subject.split())
        mail = EmailMessage(
            subject=subject,
            body="\n\n".join(filter(None, [message.body or subject, link])),
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[message.recipient.email],
            headers={"Auto-Submitted": "auto-generated", "X-Message-Key": str(message.pk)},
            connection=self.connection,
        )
        mail.send()

    def close(self) -> None:
        """Hangs up; a line that is dead already is no error."""
        try:
            self.connection.close()
        except OSError:
            self.connection = get_connection()
