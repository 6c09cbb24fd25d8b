"""The chase: tells the next person in line about each thing that is owed and not done, once per rung and day.

`ladder` is the arithmetic, `people` who holds which post, `sources` what is due, `engine` the run with its statements
in `sql`, `digest` the morning's letters, `orphans` the cases that nobody answers for, `realign` what a changed ladder
moves, and `selectors` what pages show of it. The words are rows (Rung), checked and compiled by
`rectification.wording`. Matters besides the owner's deadline are written by triggers (migrations/sql).
"""
