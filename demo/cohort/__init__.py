"""The demo data: 15 real cities and fictional people, in week 15 of 26 on the day it is created."""
