"""`make faults`: the product's real parts, broken at random moments, and a clerk with a wall calendar.

`parts` holds PostgreSQL, Redis, workers and beat, `sinks` the mail server and the gateway, `county` the people and
cases, `acts` what people do meanwhile, `mishaps` what goes wrong, `run` the days on which it does. `audit.sql` keeps
what the tables looked like when. `oracle` is the ladder once more, in plain Python that imports nothing of the
product; `verdict` holds it against the ledger, the outbox and the sinks.
"""
