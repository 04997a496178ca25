"""Pure computation: no Django, no clock, no network and no database driver.

What is here gives the same result for the same input on every machine and in every
year. Randomness takes a seed; days are arguments.
"""
