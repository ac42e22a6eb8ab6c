"""The sync, step by step: collect, compose, derive, plan, rollout, trail. `flow.py` is the story on one page.

A step may import earlier steps, `mappings`, `ports`, `errors` and `platforms.contract`; never a concrete platform.
"""
