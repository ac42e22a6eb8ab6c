"""A sign-in, step by step; the alphabetical order of the rooms is the order of the flow.

authenticate -> identify -> (mappings) -> release -> respond; `flow.py` is the story
on one page. Knows no Flask, no SQL: what it needs kept is said in `ports.py`.
"""
