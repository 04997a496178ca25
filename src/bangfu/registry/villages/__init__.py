"""The village file: what is recorded of a village every year, and whether it passes.

The figures of domain fields stand in `VillageYear`, one row a village and year. Pass rules
and their thresholds are data of the policy pack. A village that passes changes nothing in
any household: a village's exit is not a household's exit.
"""
