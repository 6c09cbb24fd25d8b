"""The demo county and city, built through the services: a year of work that a newcomer can look at and go on with.

`people` makes accounts and posts, `premises` the register, `year` plays a year of inspections day by day,
`quzhou` the city's thirteen listed units, and `build` runs them all.
"""
