"""Checking what was read in a letter, group by group, until it becomes a draft meeting.

The story: ``units`` finds the units that a letter means, ``rows`` lays the reading out as rows to look at,
``forms`` shapes each kind of row, ``sheet`` is the page, ``services`` keeps decisions and makes the meeting.
"""
