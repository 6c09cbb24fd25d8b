"""The chase: tells the next person in line about each hazard that is not put right, once per rung and deadline.

`ladder` is the arithmetic, `people` who holds which post, `engine` the run with its statements in `sql`, and
`selectors` what pages show of it. The words are rows (Rung), checked and compiled by `rectification.wording`.
"""
