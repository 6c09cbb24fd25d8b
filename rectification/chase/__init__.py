"""The chase: tells the next person in line about each hazard that is not put right, once per rung and deadline.

`ladder` is the arithmetic, `wording` the letters, `people` who holds which post, `engine` the run, and
`selectors` what pages show of it.
"""
