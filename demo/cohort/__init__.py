"""The demonstration: 15 real cities, fictional people, in week 15 of 26 on the day it is made."""
