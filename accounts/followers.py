"""Where the apps above have their say after something happened to a post: filled from AppConfig.ready of those apps.

Accounts know nothing of letters.
"""

# (post, by, before) -> None, after somebody stands in, or no longer does; `before` is who stood in until now, or None.
# Runs inside the transaction.
after_deputy: list = []
