"""The ways in which the product says no, as one small tree; plain Python, so that any layer may raise them."""


class RuleBroken(Exception):
    """An act that the rules refuse. `message` is a sentence its reader can act on; `code` is for machines."""

    code = "refused"

    def __init__(self, message="", *, code: str | None = None, field: str | None = None):
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.field = field

    def __str__(self):
        return str(self.message)


class AlreadyDone(RuleBroken):
    """The paper was decided, or the act done, by somebody else or by an earlier press of the same button."""

    code = "already_done"


class NotAllowed(RuleBroken):
    """The person's posts do not carry this act."""

    code = "not_allowed"


class StaleForm(RuleBroken):
    """The row was changed after the form was opened."""

    code = "stale"


class BadFile(RuleBroken):
    """An uploaded file that is not what its place asks for."""

    code = "bad_file"
